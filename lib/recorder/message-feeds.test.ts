import assert from 'node:assert/strict';
import { test } from 'node:test';
import { History } from '../history/history';
import type { RecorderEvent } from './events';
import { MessageFeeds } from './message-feeds';

const START = Date.parse('2026-02-03T12:00:00Z');

function newFeeds() {
  const history = new History(':memory:');
  const events: RecorderEvent[] = [];
  let now = START;
  const feeds = new MessageFeeds({
    ...{ zone: 'UTC', openFor: { questionsMs: 86_400_000, failuresMs: 1_800_000 } },
    publish: (event) => events.push(event),
    guard: (step) => step(),
    parts: {
      attempt: (_, step) => {
        step();
        return true;
      },
    },
    isRunning: () => false,
    readTime: (timestamp) => (typeof timestamp === 'string' ? Date.parse(`${timestamp}Z`) * 1000 : null),
    now: () => now,
  });
  const commit = (...messages: Record<string, unknown>[]) => {
    const lines = messages.map((fields) => ({ text: JSON.stringify(fields), fields }));
    feeds.take(history.append(lines, '{}', now), messages);
  };
  const run = () => {
    while (feeds.endStep(false));
    feeds.flush();
    feeds.endRun();
  };
  const types = () => events.splice(0).map(({ type }) => type);
  return { history, feeds, events, commit, run, types, pass: (time: number) => (now += time) };
}

test('prepare(): publishes nothing before the switch, then that the history is open and its figures', () => {
  const { history, feeds, events, types } = newFeeds();
  history.append([{ text: '{"n":1}', fields: { n: 1 } }], '{}', START);
  const enter = feeds.prepare(history);
  assert.equal(events.length, 0);
  enter();
  const [opened] = events;
  assert.ok(opened?.type === 'opened');
  assert.deepEqual([opened.head, opened.newest.length, opened.file, feeds.head], [1, 1, null, 1]);
  assert.deepEqual(types(), ['opened', 'summary']);
});

test('endRun(): messages and figures first, then what is open, and `caught_up` once', () => {
  const { history, feeds, commit, run, types, pass } = newFeeds();
  feeds.prepare(history)();
  types();
  commit({ sender: 'a', recipients: ['b'], msg_type: 'QUESTION', msg_id: 'q', timestamp: '2026-02-03T12:00:00' });
  run();
  assert.deepEqual(types(), ['committed', 'summary', 'unresolved', 'caught_up']);
  pass(1000);
  commit({ sender: 'b', recipients: ['a'], msg_type: 'INFO', timestamp: '2026-02-03T12:00:01' });
  run();
  assert.deepEqual(types(), ['committed', 'summary', 'unresolved']);
  pass(1000);
  run();
  assert.deepEqual(types(), []);
});

test('take(): doubts the zone by live messages only, not by those of the first read', () => {
  const { history, feeds, commit, run, pass } = newFeeds();
  feeds.prepare(history)();
  const fromTokyo = () => {
    for (let n = 0; n < 5; n += 1) {
      pass(1000);
      commit({ sender: 'a', timestamp: new Date(START + 9 * 3_600_000 + n * 1000 + 1000).toISOString().slice(0, -1) });
    }
  };
  fromTokyo();
  assert.deepEqual([feeds.zoneMismatch], [null]);
  run();
  pass(-5000);
  fromTokyo();
  assert.match(feeds.zoneMismatch?.suggested ?? '', /UTC\+9/);
});

test('save(): the next one knows what is open without reading back', () => {
  const { history, feeds, commit, run } = newFeeds();
  feeds.prepare(history)();
  commit({ sender: 'a', recipients: ['b'], msg_type: 'QUESTION', msg_id: 'q', timestamp: '2026-02-03T12:00:00' });
  run();
  feeds.saveSometimes();
  assert.equal(history.readUnresolved(), null, 'a single message is not worth a write');
  feeds.save();
  assert.match(history.readUnresolved() ?? '', /"seq":1/);
});
