import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { recorderTests, until } from '../../test/support/recorder-fixtures';
import { fillFrom } from '../history/bundle-rows';
import { History } from '../history/history';
import type { TeamMessage } from '../sources/claude-code/claude-session';
import { readMicroseconds } from '../sources/claudeswarm/naive-time';
import { TeamFeed } from './team-feed';

const { newSwarm, start, stop } = recorderTests('team-feed-');
const SENT = Date.UTC(2026, 1, 3, 8);

function message(key: string, fields: Partial<TeamMessage> = {}): TeamMessage {
  return { team: 'team-1', key, from: 'tester', to: 'api', text: `text ${key}`, sentAt: SENT, msgId: key, ...fields };
}

/** Every message that a history has, as the API gives it. */
const all = (history: History) => history.after(0, 1000).map(({ json }) => JSON.parse(json) as Record<string, unknown>);

test('recordTeam(): messages of teams get a seq between those of the log, and say their team', async () => {
  const { root, file, say } = newSwarm();
  const one = start({ root, file });
  say(1);
  await one.recorder.refresh();
  await one.recorder.recordTeam([message('a'), message('b', { sentAt: null, msgId: null })]);
  say(2);
  await one.recorder.refresh();
  const [first, ...others] = all(one.recorder.history);
  assert.deepEqual([first?.seq, first && 'team' in first], [1, false]);
  assert.deepEqual(others[0], {
    ...{ sender: 'tester', timestamp: '2026-02-03T08:00:00.000Z', msg_type: 'TEAM', content: 'text a' },
    ...{ recipients: ['api'], msg_id: 'a', seq: 2, sent_at: '2026-02-03T08:00:00+00:00', team: 'team-1' },
  });
  assert.deepEqual([others[1]?.sent_at, others[1]?.seq, others[2]?.seq], [null, 3, 4]);
  const { epoch } = one.recorder.history;
  assert.deepEqual(
    one.published.get(epoch)?.map((text) => text.split(':')[0]),
    ['1', '2', '3', '4'],
  );
});

test('recordTeam(): each message is recorded once, in whatever parts and however often it comes', () => {
  const keys = fc.array(fc.array(fc.tuple(fc.constantFrom('t1', 't2'), fc.nat(5)), { maxLength: 6 }), { maxLength: 6 });
  fc.assert(
    fc.property(keys, (batches) => {
      const history = new History(':memory:');
      const feed = new TeamFeed();
      for (const batch of batches) {
        feed.take(batch.map(([team, key]) => message(String(key), { team })));
        while (feed.isWaiting) feed.record(history, SENT, SENT);
      }
      const recorded = all(history).map(({ team, msg_id }) => `${team} ${msg_id}`);
      const given = batches.flat().map(([team, key]) => `${team} ${key}`);
      assert.deepEqual(recorded, [...new Set(given)]);
      assert.equal(history.summary(SENT).count, recorded.length);
      history.close();
    }),
    { numRuns: 60 },
  );
});

test('recordTeam(): after a restart, and by another process, none is recorded again or lost', async () => {
  const { root, file } = newSwarm();
  const first = start({ root, file });
  await first.recorder.recordTeam([message('a')]);
  const follower = start({ root, file });
  await follower.recorder.recordTeam([message('a'), message('b')]);
  assert.equal(all(first.recorder.history).length, 1, 'a follower leaves it to the recorder');
  await stop(first);
  await until(() => follower.condition.history.role === 'recorder', 'the follower takes over');
  await until(() => all(follower.recorder.history).length === 2, 'it records what the other one has missed');
  await stop(follower);
  const second = start({ root, file });
  await second.recorder.recordTeam([message('a'), message('b'), message('c')]);
  assert.deepEqual(
    all(second.recorder.history).map(({ msg_id }) => msg_id),
    ['a', 'b', 'c'],
  );
});

test('recordTeam(): while the file fails they are in memory, once; the file has them when it works again', async () => {
  const { root, file } = newSwarm();
  const one = start({ root, file });
  await one.recorder.recordTeam([message('a')]);
  const { db, epoch } = one.recorder.history;
  // As on a full disk. Recovery opens the file again, without this bound.
  db.pragma(`max_page_count = ${db.pragma('page_count', { simple: true })}`);
  await one.recorder.recordTeam([message('b', { text: 'x'.repeat(200_000) })]);
  const keys = () => all(one.recorder.history).map(({ msg_id }) => msg_id);
  assert.deepEqual([one.recorder.history.file, keys()], [':memory:', ['a', 'b']]);
  await until(() => one.recorder.history.epoch === epoch && keys().length === 2, 'the file has got the other one');
  assert.deepEqual(keys(), ['a', 'b']);
});

test('recordTeam(): search, filters and counts include them; they answer no question of the log', async () => {
  const { root, file, append } = newSwarm();
  const one = start({ root, file });
  const timestamp = new Date().toISOString();
  append({ sender: 'api', recipients: ['tester'], msg_type: 'QUESTION', content: 'Green?', timestamp, msg_id: 'q' });
  await one.recorder.refresh();
  await one.recorder.recordTeam([message('a', { text: 'All 42 tests pass.', sentAt: Date.now() })]);
  const { history } = one.recorder;
  const found = (filter: object) => history.page({ limit: 10, filter }).messages.map(({ seq }) => seq);
  assert.deepEqual(
    [{ q: 'tests pass' }, { sender: 'tester' }, { recipient: 'api' }, { type: ['TEAM'] }, { msg_id: 'a' }].map(found),
    [[2], [2], [2], [2], [2]],
  );
  assert.deepEqual(history.summary(Date.now()).types, { QUESTION: 1, TEAM: 1 });
  const open = one.events.findLast((event) => event.type === 'unresolved');
  assert.equal(open?.type === 'unresolved' && open.unresolved.questions.length, 1);
});

test('recordTeam(): a line of the log that claims to be of a team is none, and an equal one is still recorded', async () => {
  const { root, file, append } = newSwarm();
  const one = start({ root, file });
  await one.recorder.recordTeam([message('a')]);
  const [row] = one.recorder.history.newestRows(1);
  append(JSON.parse(row?.line ?? ''), { content: 'x', team: 'team-1' });
  await one.recorder.refresh();
  const [, copy, forged] = all(one.recorder.history);
  assert.deepEqual([copy?.content, copy && 'team' in copy], ['text a', false]);
  assert.deepEqual([forged && 'team' in forged, forged?.original], [false, { team: 'team-1' }]);
});

test('fillFrom(): a message of a bundle keeps its team', () => {
  const history = new History(':memory:');
  const line = '{"content":"x"}';
  const messages = [
    { seq: 4, sent_at: '2026-02-03T08:00:00Z', line, team: 'team-1' },
    { seq: 5, sent_at: '2026-02-03T08:00:01Z', line },
  ];
  const bundle = { epoch: 'e', until: '2026-02-03T09:00:00Z', since: '2026-02-03T07:00:00Z', messages };
  const none = { spans: [], journal: [], things: null, known_since: null, entry: 0 };
  fillFrom(history, { ...bundle, ...none } as unknown as Parameters<typeof fillFrom>[1], (text) =>
    readMicroseconds(text, 'UTC'),
  );
  assert.deepEqual(
    all(history).map(({ seq, team }) => [seq, team]),
    [
      [4, 'team-1'],
      [5, undefined],
    ],
  );
});
