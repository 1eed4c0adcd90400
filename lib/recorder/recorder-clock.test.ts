import assert from 'node:assert/strict';
import { test } from 'node:test';
import { recorderTests } from '../../test/support/recorder-fixtures';

const { newSwarm, start: startRecorder, stop: stopRecorder } = recorderTests('recorder-clock-');

const [MINUTE, HOUR, DAY] = [60_000, 3_600_000, 86_400_000];
const MESSAGES = 500;
const TICK_MS = 2000;

/** A computer whose clock can be set, and recorders on it that keep messages for 30 days. */
function computer({ messages = 1_000_000 } = {}) {
  const { root, file, say, append } = newSwarm();
  let [wall, ticks] = [Date.parse('2026-02-03T12:00:00Z'), 0];
  const pass = (time: number) => {
    wall += time;
    ticks += time;
  };
  return {
    say: (count: number) => say(...Array.from({ length: count }, (_, n) => n)),
    /** Writes one message whose own time differs from now by `by` milliseconds. */
    sayAt: (by: number, content: string) =>
      append({ timestamp: new Date(wall + by).toISOString().slice(0, -1), content }),
    set: (by: number) => {
      wall += by;
    },
    pass,
    start() {
      const clocks = { now: () => wall, monotonic: () => ticks };
      const watched = startRecorder({ root, file, retention: { days: 30, messages } }, clocks);
      const { recorder, events } = watched;
      return {
        recorder,
        stop: () => stopRecorder(watched),
        /** Enough ticks to prune everything that is due. */
        async run() {
          for (let n = 0; n < 10; n += 1) {
            pass(TICK_MS);
            await recorder.heartbeat(wall);
          }
        },
        count: () => recorder.history.summary(wall).count,
        pruned: () => events.flatMap((event) => (event.type === 'pruned' ? [event.messages] : [])),
        source: () => watched.condition.history,
      };
    },
  };
}

test('Recorder: a clock that is ahead by 31 days for a moment deletes nothing; the source reports it for an hour', async () => {
  const { say, set, pass, start } = computer();
  say(MESSAGES);
  const { run, stop, count, pruned, source } = start();
  await run();
  set(31 * DAY);
  await run();
  assert.equal(count(), MESSAGES);
  assert.equal(source().state, 'degraded');
  assert.match(source().reason ?? '', /went ahead by 31\.0 days.*Nothing is deleted before/);
  set(-31 * DAY);
  await run();
  assert.match(source().reason ?? '', /was set back by 31\.0 days/);
  pass(HOUR + MINUTE);
  await run();
  assert.deepEqual([count(), source().state, source().reason], [MESSAGES, 'ok', null]);
  await stop();
  assert.deepEqual(pruned(), []);
});

test('Recorder: after a start with a clock 40 days behind that is corrected, nothing is deleted, even after a restart', async () => {
  const { say, set, pass, start } = computer();
  set(-40 * DAY);
  say(MESSAGES);
  const first = start();
  await first.run();
  set(40 * DAY);
  await first.run();
  pass(2 * HOUR);
  await first.run();
  assert.equal(first.count(), MESSAGES);
  await first.stop();
  const second = start();
  await second.run();
  pass(2 * HOUR);
  await second.run();
  assert.equal(second.count(), MESSAGES);
  await second.stop();
});

test('Recorder: messages older than the retention are deleted, and their number is published', async () => {
  const { say, pass, start } = computer();
  say(MESSAGES);
  const first = start();
  await first.run();
  for (let day = 0; day < 31; day += 1) {
    pass(DAY - HOUR);
    await first.recorder.heartbeat(null);
    pass(HOUR);
    await first.recorder.heartbeat(null);
  }
  await first.run();
  assert.equal(first.count(), 0);
  await first.stop();
  assert.equal(
    first.pruned().reduce((sum, count) => sum + count, 0),
    MESSAGES,
  );
});

test('Recorder: after a month without a recorder nothing is deleted for an hour', async () => {
  const { say, pass, start } = computer();
  say(MESSAGES);
  const first = start();
  await first.run();
  await first.stop();
  pass(40 * DAY);
  const second = start();
  await second.run();
  assert.equal(second.count(), MESSAGES);
  pass(HOUR);
  await second.run();
  assert.equal(second.count(), 0);
  await second.stop();
});

test('Recorder: for an hour after a clock jump nothing is deleted, even above the maximum number', async () => {
  const { say, set, pass, start } = computer({ messages: 100 });
  say(50);
  const { run, stop, count, pruned } = start();
  await run();
  set(2 * DAY);
  await run();
  say(MESSAGES);
  await run();
  assert.equal(count(), 50 + MESSAGES);
  pass(HOUR + MINUTE);
  await run();
  assert.equal(count(), 100);
  await stop();
  assert.deepEqual(pruned(), [50 + MESSAGES - 100]);
});

test('Recorder: messages deleted by a wrong clock are read again from the log when it is corrected', async () => {
  const { say, sayAt, set, pass, start } = computer();
  sayAt(-40 * DAY, 'before the retention');
  say(MESSAGES);
  sayAt(0, 'now');
  const first = start();
  await first.run();
  await first.stop();
  set(31 * DAY);
  const ahead = start();
  await ahead.run();
  pass(HOUR + MINUTE);
  await ahead.run();
  assert.equal(ahead.count(), 0, 'a month without a recorder counts after an hour');
  set(-31 * DAY);
  await ahead.run();
  assert.equal(ahead.count(), MESSAGES + 1, 'all but the one that is older than the retention by its own time');
  await ahead.run();
  say(1);
  await ahead.run();
  assert.equal(ahead.count(), MESSAGES + 2, 'once');
  await ahead.stop();
});

test('Recorder: a wrong clock that lasted for over an hour is corrected before the next start', async () => {
  const { say, set, pass, start } = computer();
  say(MESSAGES);
  const first = start();
  await first.run();
  await first.stop();
  set(31 * DAY);
  const ahead = start();
  await ahead.run();
  pass(HOUR + MINUTE);
  await ahead.run();
  await ahead.stop();
  set(-31 * DAY);
  const last = start();
  await last.run();
  assert.equal(last.count(), MESSAGES);
  await last.stop();
});
