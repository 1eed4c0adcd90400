import assert from 'node:assert/strict';
import { test } from 'node:test';
import { linkTo } from './message-pages';

test('linkTo(): a link names the message and nothing else', () => {
  assert.equal(linkTo('e', 5, 'http://host:1/?q=x#y'), 'http://host:1/?message=e.5');
});
