import assert from 'node:assert/strict';
import { test } from 'node:test';
import { History } from '../history/history';
import type { RecorderEvent } from './events';
import { Pruner } from './pruner';
import { RetentionClock } from './retention-clock';

const START = Date.parse('2026-02-03T12:00:00Z');
const [HOUR, DAY] = [3_600_000, 86_400_000];

/** A history in memory, of which `asFile` pretends that it is a file, and a pruner for it. */
function newPruner(retention = { days: 30, messages: 1000 }, asFile = true) {
  const history = new History(':memory:');
  if (asFile) Object.defineProperty(history, 'file', { value: '/history.sqlite' });
  let [now, ticks] = [START, 0];
  const clock = new RetentionClock(null, now, () => ticks);
  const events: RecorderEvent[] = [];
  let entries = 0;
  const journal = {
    prune: () => {
      const dropped = entries;
      entries = 0;
      return dropped;
    },
  };
  const pruner = new Pruner(
    retention,
    (event) => events.push(event),
    () => now,
  );
  return {
    pruner,
    events,
    /** Entries of the journal that are beyond the retention. */
    addEntries: (count: number) => (entries += count),
    prune: () => pruner.prune({ history, journal, clock, usage: { prune: () => 0 }, actions: { prune: () => 0 } }),
    count: () => history.summary(now).count,
    commit(count: number) {
      const lines = Array.from({ length: count }, (_, n) => ({ text: `{"n":${n}}`, fields: { n } }));
      history.append(lines, '{}', now, history.checkpoint(), Math.round(clock.read(now)));
    },
    pass(time: number) {
      now += time;
      ticks += time;
    },
    set(by: number) {
      now += by;
      clock.read(now);
    },
  };
}

test('prune(): a step drops up to 500 messages more than were recorded since the last one', () => {
  const { pruner, prune, count, commit } = newPruner({ days: 30, messages: 100 });
  commit(2000);
  assert.equal(pruner.countRecorded(300), false);
  assert.equal(prune(), true);
  assert.equal(count(), 1200);
  assert.equal(pruner.countRecorded(500), true, 'a busy swarm is pruned at once');
  assert.equal(prune(), true);
  assert.equal(count(), 200);
  assert.equal(prune(), true);
  assert.deepEqual([count(), prune()], [100, false]);
});

test('prune(): messages older than the retention are dropped; after a clock jump nothing is', () => {
  const { prune, count, commit, pass, set } = newPruner();
  commit(10);
  set(31 * DAY);
  assert.deepEqual([prune(), count()], [false, 10]);
  set(-31 * DAY);
  for (let day = 0; day <= 31; day += 1) {
    pass(DAY - HOUR);
    set(0);
    pass(HOUR);
    set(0);
  }
  assert.deepEqual([prune(), count()], [true, 0]);
});

test('prune(): memory stays bounded even after a clock jump', () => {
  const { prune, count, commit, set } = newPruner({ days: 30, messages: 100 }, false);
  commit(150);
  set(31 * DAY);
  assert.deepEqual([prune(), count()], [true, 100]);
});

test('claim(): once a second while something may be beyond the retention, otherwise once a minute', () => {
  const { pruner, prune, pass } = newPruner();
  assert.equal(pruner.claim(), true);
  prune();
  pass(900);
  assert.equal(pruner.claim(), false);
  pruner.markDue();
  assert.equal(pruner.claim(), true);
  prune();
  pass(60_000);
  assert.equal(pruner.claim(), true);
});

test('publish(): the number of dropped messages and entries, once', () => {
  const { pruner, events, addEntries, prune, commit, pass } = newPruner({ days: 30, messages: 1 });
  commit(3);
  addEntries(7);
  prune();
  pruner.publishSometimes();
  assert.deepEqual(events, [{ type: 'pruned', messages: 2, entries: 7 }]);
  pruner.publish();
  commit(1);
  prune();
  pass(1000);
  pruner.publishSometimes();
  assert.equal(events.length, 1, 'the last event is less than a minute old');
  pruner.publish();
  assert.deepEqual(events.at(-1), { type: 'pruned', messages: 1, entries: 0 });
});
