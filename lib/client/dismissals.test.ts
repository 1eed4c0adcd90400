import assert from 'node:assert/strict';
import { test } from 'node:test';
import { noticeNumber, parseDismissed, withDismissed } from './dismissals';

test('noticeNumber(): depends on the swarm and on everything that the notice says', () => {
  const number = noticeNumber('/srv/shop', '["locks","unreadable"]');
  assert.equal(noticeNumber('/srv/shop', '["locks","unreadable"]'), number);
  assert.notEqual(noticeNumber('/srv/shop', '["locks","degraded"]'), number);
  assert.notEqual(noticeNumber('/srv/web', '["locks","unreadable"]'), number);
  assert.match(noticeNumber('', ''), /^[0-9a-z]{1,7}$/);
});

test('parseDismissed(): reads what was saved and ignores anything else', () => {
  assert.deepEqual(parseDismissed('abc.1z9'), ['abc', '1z9']);
  assert.deepEqual(parseDismissed(undefined), []);
  assert.deepEqual(parseDismissed('..<script>.ABC.toolongnumber.ok'), ['ok']);
  assert.equal(parseDismissed(Array(100).fill('a').join('.')).length, 40);
});

test('withDismissed(): keeps the newest 40, each once', () => {
  assert.deepEqual(withDismissed(['a', 'b'], 'a'), ['b', 'a']);
  const many = Array.from({ length: 40 }, (_, index) => `n${index}`);
  assert.deepEqual(withDismissed(many, 'new'), [...many.slice(1), 'new']);
});
