import assert from 'node:assert/strict';
import { appendFileSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { LOG_NAME } from '../sources/claudeswarm/message-log';
import type { RecorderEvent } from './events';
import { Recorder } from './recorder';

const folder = mkdtempSync(join(tmpdir(), 'clock-'));
after(() => rmSync(folder, { recursive: true, force: true }));

const [MINUTE, HOUR, DAY] = [60_000, 3_600_000, 86_400_000];
const MESSAGES = 500;

/** A computer whose clock can be set, and recorders on it that keep messages for 30 days. */
function computer({ messages = 1_000_000 } = {}) {
  const root = mkdtempSync(join(folder, 'root-'));
  mkdirSync(`${root}-state`);
  let [wall, ticks] = [Date.parse('2026-02-03T12:00:00Z'), 0];
  const say = (count: number) =>
    appendFileSync(join(root, LOG_NAME), Array.from({ length: count }, (_, n) => `{"n": ${n}}\n`).join(''));
  return {
    say,
    /** One message whose own time is so far from now. */
    sayAt(by: number, content: string) {
      const timestamp = new Date(wall + by).toISOString().slice(0, -1);
      appendFileSync(join(root, LOG_NAME), `${JSON.stringify({ timestamp, content })}\n`);
    },
    set: (by: number) => {
      wall += by;
    },
    pass: (time: number) => {
      wall += time;
      ticks += time;
    },
    start() {
      const events: RecorderEvent[] = [];
      const recorder = new Recorder(
        {
          ...{ root, file: join(`${root}-state`, 'history.sqlite'), zone: 'UTC' },
          ...{ retention: { days: 30, messages } },
          openFor: { questionsMs: DAY, failuresMs: HOUR },
        },
        (event) => events.push(event),
        () => wall,
        () => ticks,
      );
      return {
        recorder,
        /** Enough ticks to prune everything that is due. */
        async run() {
          for (let n = 0; n < 10; n += 1) {
            wall += 2000;
            ticks += 2000;
            await recorder.heartbeat(wall);
          }
        },
        count: () => recorder.history.summary(wall).count,
        pruned: () => events.flatMap((event) => (event.type === 'pruned' ? [event.messages] : [])),
        source() {
          const last = events.findLast((event) => event.type === 'condition');
          assert.ok(last?.type === 'condition');
          return last.history;
        },
      };
    },
  };
}

test('Recorder: a clock that is ahead by 31 days for a moment deletes nothing, and the source says so for an hour', async () => {
  const { say, set, pass, start } = computer();
  say(MESSAGES);
  const { recorder, run, count, pruned, source } = start();
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
  await recorder.close();
  assert.deepEqual(pruned(), []);
});

test('Recorder: after a start with a clock 40 days back that is set right, nothing is deleted, in the next life neither', async () => {
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
  await first.recorder.close();
  const second = start();
  await second.run();
  pass(2 * HOUR);
  await second.run();
  assert.equal(second.count(), MESSAGES);
  await second.recorder.close();
});

test('Recorder: what is older than the retention is deleted, and how much is told', async () => {
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
  await first.recorder.close();
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
  await first.recorder.close();
  pass(40 * DAY);
  const second = start();
  await second.run();
  assert.equal(second.count(), MESSAGES);
  pass(HOUR);
  await second.run();
  assert.equal(second.count(), 0);
  await second.recorder.close();
});

test('Recorder: for an hour after a jump of the clock not even the bound on the number deletes anything', async () => {
  const { say, set, pass, start } = computer({ messages: 100 });
  say(50);
  const { recorder, run, count, pruned } = start();
  await run();
  set(2 * DAY);
  await run();
  say(MESSAGES);
  await run();
  assert.equal(count(), 50 + MESSAGES);
  pass(HOUR + MINUTE);
  await run();
  assert.equal(count(), 100);
  await recorder.close();
  assert.deepEqual(pruned(), [50 + MESSAGES - 100]);
});

test('Recorder: what a wrong clock deleted that was believed is read again from the log when it is set right', async () => {
  const { say, sayAt, set, pass, start } = computer();
  sayAt(-40 * DAY, 'before the retention');
  say(MESSAGES);
  sayAt(0, 'now');
  const first = start();
  await first.run();
  await first.recorder.close();
  set(31 * DAY);
  const ahead = start();
  await ahead.run();
  pass(HOUR + MINUTE);
  await ahead.run();
  assert.equal(ahead.count(), 0, 'a month without a recorder is believed after an hour');
  set(-31 * DAY);
  await ahead.run();
  assert.equal(ahead.count(), MESSAGES + 1, 'all but the one that is older than the retention by its own time');
  await ahead.run();
  say(1);
  await ahead.run();
  assert.equal(ahead.count(), MESSAGES + 2, 'once');
  await ahead.recorder.close();
});

test('Recorder: a wrong clock that was believed in one life is set right before the next', async () => {
  const { say, set, pass, start } = computer();
  say(MESSAGES);
  const first = start();
  await first.run();
  await first.recorder.close();
  set(31 * DAY);
  const ahead = start();
  await ahead.run();
  pass(HOUR + MINUTE);
  await ahead.run();
  await ahead.recorder.close();
  set(-31 * DAY);
  const last = start();
  await last.run();
  assert.equal(last.count(), MESSAGES);
  await last.recorder.close();
});
