import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { hostileJson } from '../../test/support/hostile-json';
import { writtenValue } from './written-value';

test('writtenValue(): numbers as they are, anything else as JSON', () => {
  assert.equal(writtenValue(4217), '4217');
  assert.equal(writtenValue('4217'), '"4217"');
  assert.equal(writtenValue(undefined), 'undefined');
  assert.equal(writtenValue(JSON.parse('{"toString":1}')), '{"toString":1}');
});

test('writtenValue(): never throws, and is at most 60 characters', () => {
  fc.assert(fc.property(hostileJson, (value) => writtenValue(value).length <= 60));
});
