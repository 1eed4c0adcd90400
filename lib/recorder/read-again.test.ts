import assert from 'node:assert/strict';
import { test } from 'node:test';
import { recorderTests } from '../../test/support/recorder-fixtures';
import type { History } from '../history/history';
import type { LogLine } from '../sources/claudeswarm/log-line';
import { readDeletedAgain } from './read-again';
import { RetentionClock } from './retention-clock';

const { newSwarm, start } = recorderTests('read-again-');

const [HOUR, DAY] = [3_600_000, 86_400_000];
const NOW = Date.parse('2026-02-03T12:00:00Z');

/** A clock that counts 31 days without a recorder after an hour, and one that was set back from there. */
function wrongClock() {
  let [now, ticks] = [NOW + 31 * DAY, 0];
  const clock = new RetentionClock({ wall: NOW, retention: NOW }, now, () => ticks);
  now += HOUR;
  ticks += HOUR;
  clock.read(now);
  return { clock, rewind: () => clock.read(NOW) };
}

/** @returns how the log is read again, null if it is not; `isDropped` says which lines were rightly deleted */
function readAgain(history: History, clock: RetentionClock, messages = 1000) {
  const calls: { generations: boolean[][]; isDropped: (line: LogLine) => boolean }[] = [];
  readDeletedAgain(history, {
    log: {
      readAgain({ generations }, isDropped) {
        const compared = generations.map(({ comparing, offset, compareUntil }) => [comparing, compareUntil === offset]);
        calls.push({ generations: compared, isDropped });
      },
    },
    ...{ clock, retention: { days: 30, messages }, now: NOW },
    readTime: (timestamp) => (typeof timestamp === 'number' ? timestamp * 1000 : null),
  });
  return calls[0] ?? null;
}

async function recordedHistory() {
  const { root, file, say } = newSwarm();
  say(1);
  const { recorder } = start({ root, file });
  await recorder.refresh();
  return recorder.history;
}

test('readDeletedAgain(): compares the whole log once after a clock that was believed is set back', async () => {
  const history = await recordedHistory();
  const { clock, rewind } = wrongClock();
  assert.equal(readAgain(history, clock), null, 'the clock is not known to be wrong yet');
  rewind();
  const again = readAgain(history, clock);
  assert.deepEqual(again?.generations, [[true, true]]);
  const line = (timestamp: unknown): LogLine => ({ text: '{}', fields: { timestamp } });
  assert.equal(again?.isDropped(line(NOW - 31 * DAY)), true);
  assert.equal(again?.isDropped(line(NOW - 29 * DAY)), false);
  assert.equal(again?.isDropped(line('no time')), false, 'without a time it may be missing wrongly');
  assert.equal(readAgain(history, clock), null, 'not again a second later');
});

test('readDeletedAgain(): does nothing at the maximum number of messages, or without a jump', async () => {
  const history = await recordedHistory();
  assert.equal(readAgain(history, new RetentionClock(null, NOW, () => 0)), null);
  const { clock, rewind } = wrongClock();
  readAgain(history, clock);
  rewind();
  assert.equal(readAgain(history, clock, 1), null);
});
