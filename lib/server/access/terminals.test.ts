import assert from 'node:assert/strict';
import { test } from 'node:test';
import { checkTerminals } from './terminals';

const isShown = (terminals: boolean | null, boundAddress: string | null, host: string | null = null) => {
  try {
    checkTerminals({ terminals, host }, { boundAddress });
    return true;
  } catch {
    return false;
  }
};

test('checkTerminals(): by default only where this computer alone reaches the server', () => {
  for (const bound of ['127.0.0.1', '127.5.0.1', '::1', '::ffff:127.0.0.1']) assert.ok(isShown(null, bound), bound);
  for (const bound of ['0.0.0.0', '::', '192.168.1.5', 'fe80::1']) assert.ok(!isShown(null, bound), bound);
  assert.ok(isShown(null, null, 'localhost'), 'as the setting says');
  assert.ok(!isShown(null, null, null), 'an address that is not known');
  assert.ok(!isShown(null, '0.0.0.0', '127.0.0.1'), 'the address itself counts');
});

test('checkTerminals(): the setting decides where it is set', () => {
  assert.ok(isShown(true, '0.0.0.0'));
  assert.ok(!isShown(false, '127.0.0.1'));
});
