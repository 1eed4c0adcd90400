import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ACKNOWLEDGE_PATH, AGENTS_PATH, MESSAGES_PATH } from '../contract/paths';
import { requestPath } from './api';

test('requestPath(): the id and the query are percent-encoded, and nothing is added where there is neither', () => {
  assert.equal(requestPath(AGENTS_PATH), '/api/agents');
  assert.equal(requestPath(MESSAGES_PATH, new URLSearchParams({ q: 'a&b' })), '/api/messages?q=a%26b');
  assert.equal(requestPath(ACKNOWLEDGE_PATH, undefined, 'a/b "$&'), '/api/attention/a%2Fb%20%22%24%26/ack');
});
