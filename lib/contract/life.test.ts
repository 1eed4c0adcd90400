import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { isAnotherLife, lifeKey, lifeParts } from './life';

test('lifeKey(): names pid and pane, the pane id before the index, and the beginning of the life where it is known', () => {
  const agent = { pid: 41231, tmux_pane_id: '%2', pane_index: 1, life_began_at: null };
  assert.equal(lifeKey(agent), '41231@%2');
  assert.equal(lifeKey({ ...agent, tmux_pane_id: null }), '41231@1');
  assert.equal(
    lifeKey({ ...agent, life_began_at: '2026-02-03T09:00:00.000+00:00' }),
    '41231@%2#2026-02-03T09:00:00.000+00:00',
  );
  assert.equal(lifeKey({}), '');
  assert.equal(lifeKey({ pid: 7 }), '7@');
});

test('lifeParts(): returns the parts that the key was built from, whatever a registry contains', () => {
  fc.assert(
    fc.property(fc.jsonValue(), fc.jsonValue(), (pid, tmux_pane_id) => {
      const key = lifeKey({ pid, tmux_pane_id });
      const { pid: readPid, pane, began } = lifeParts(key);
      assert.equal(lifeKey({ pid: readPid, tmux_pane_id: pane }), key);
      assert.equal(began, null);
    }),
  );
});

test('isAnotherLife(): another pid, pane or beginning is another life; a missing part is not', () => {
  assert.ok(isAnotherLife('1@%1', '2@%1'));
  assert.ok(isAnotherLife('1@%1', '1@%2'));
  assert.ok(isAnotherLife('1@%1', '1@%1#12:00'), 'pid and pane were reused');
  assert.ok(isAnotherLife('1@%1#11:00', '1@%1#12:00'));
  assert.ok(!isAnotherLife('1@%1#12:00', '1@%1'), 'a restarted server does not know the beginning');
  assert.ok(!isAnotherLife('', '1@%1'), 'an older version did not note it');
  assert.ok(!isAnotherLife('1@%1', ''));
  assert.ok(!isAnotherLife('1@', '1@%1'));
  assert.ok(!isAnotherLife('1@0', '1@%1'), 'the index and the id of a pane do not compare');
});
