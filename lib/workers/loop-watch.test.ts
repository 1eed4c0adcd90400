import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type LoopChange, LoopSigns, LoopWatch, MAX_HELD_MS, POLL_INTERVAL_MS } from './loop-watch';

/** @returns what `poll` reports at these instants, with a heartbeat before those that `heartbeatsBefore` names */
function changesAt(instants: readonly number[], heartbeatsBefore: readonly number[] = []): (LoopChange | null)[] {
  const signs = new LoopSigns();
  const watch = new LoopWatch(new LoopSigns(signs.memory), 0);
  return instants.map((now) => {
    if (heartbeatsBefore.includes(now)) signs.heartbeat();
    return watch.poll(now);
  });
}

test('poll(): a loop with a heartbeat between polls never counts as blocked, at any interval of polls', () => {
  assert.deepEqual(changesAt([1000, 9000, 30_000, 31_000], [1000, 9000, 30_000, 31_000]), [null, null, null, null]);
});

test('poll(): a loop without a heartbeat is reported once as blocked after 5 s, and as moving at the next heartbeat', () => {
  const instants = [1000, 2000, 3000, 4000, 4999, 5000, 6000, 7000, 8000, 9000];
  const said = changesAt(instants, [8000]);
  assert.deepEqual(said.slice(0, 5), [null, null, null, null, null]);
  assert.deepEqual(said.slice(5), [{ type: 'held', heldMs: 5000 }, null, null, { type: 'moved', heldMs: 7000 }, null]);
});

test('poll(): a loop can be blocked again', () => {
  const instants = Array.from({ length: 14 }, (_, index) => (index + 1) * 1000);
  const said = changesAt(instants, [7000]).flatMap((change) => change?.type ?? []);
  assert.deepEqual(said, ['held', 'moved', 'held']);
});

test('poll(): time without polls is not evidence, so a resumed process gets the full time', () => {
  const [first, second, ...rest] = changesAt(
    [1000, 3_600_000, 3_600_000 + POLL_INTERVAL_MS],
    [3_600_000 + POLL_INTERVAL_MS],
  );
  assert.deepEqual([first, second, ...rest], [null, null, null]);
  assert.ok(1000 + 3 * POLL_INTERVAL_MS < MAX_HELD_MS);
});

test('poll(): a loop that stops the process in order does not count as blocked', () => {
  const signs = new LoopSigns();
  const watch = new LoopWatch(signs, 0);
  signs.beginStop();
  assert.deepEqual(
    [1000, 2000, 3000, 4000, 5000, 6000].map((now) => watch.poll(now)),
    [null, null, null, null, null, null],
  );
});
