import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, test } from 'node:test';
import Database from 'better-sqlite3';
import fc from 'fast-check';
import { type Message, type MessageFilter, type MessageState, messageState } from '../contract/schemas';
import { readMicroseconds } from '../sources/claudeswarm/naive-time';
import { History, type Line } from './history';
import { HistoryFault } from './history-fault';
import type { PageQuery } from './message-reader';
import { RecorderLock } from './recorder-lock';
import { MSG_ID } from './schema';

const folder = mkdtempSync(join(tmpdir(), 'history-'));
after(() => rmSync(folder, { recursive: true, force: true }));

const NOW = Date.parse('2026-02-03T09:00:00Z');
const readTime = (text: unknown) => readMicroseconds(text, 'UTC');
let files = 0;

function newFile(): string {
  files += 1;
  return join(folder, `state-${files}`, 'history.sqlite');
}

function open(file = ':memory:'): History {
  return new History(file, { readTime });
}

function line(fields: Record<string, unknown>): Line {
  return { text: JSON.stringify(fields), fields };
}

function messages(history: History, query: PageQuery): Message[] {
  return history.page(query).messages.map(({ json }) => JSON.parse(json) as Message);
}

test('append(): each line keeps its fields as written and gets seq and sent_at', () => {
  const history = open();
  const text =
    '{"n": 1.0, "big": 12345678901234567890, "content": "\\ud83d", "timestamp": "2026-02-03T09:01:00.000003"}';
  const [kept] = history.append([{ text, fields: JSON.parse(text) }], '{}', NOW);
  assert.equal(kept?.json, `${text.slice(0, -1)}, "seq":1,"sent_at":"2026-02-03T09:01:00.000003+00:00"}`);
});

test('append(): a field with the name of an added field is moved below original', () => {
  const history = open();
  history.append([line({ seq: 'mine', sent_at: 5, content: 'x' }), line({}), line({ original: [1] })], '{}', NOW);
  assert.deepEqual(messages(history, { limit: 9, filter: {} }), [
    { content: 'x', seq: 1, sent_at: null, original: { seq: 'mine', sent_at: 5 } },
    { seq: 2, sent_at: null },
    { seq: 3, sent_at: null, original: { original: [1] } },
  ]);
});

test('append(): lines and checkpoint are one transaction: neither is kept without the other', () => {
  const history = open();
  history.append([line({ content: 'first' })], '"one"', NOW);
  const circular = { text: null as unknown as string, fields: {} };
  assert.throws(() => history.append([line({ content: 'second' }), circular], '"two"', NOW));
  assert.equal(history.checkpoint(), '"one"');
  assert.equal(history.summary(NOW).count, 1);
});

test('append(): a seq is never given twice, even after all messages were pruned', () => {
  const file = newFile();
  let history = open(file);
  history.append([line({ a: 1 }), line({ a: 2 })], '{}', NOW);
  while (history.prune({ days: 1, messages: 1_000 }, NOW + 2 * 86_400_000, 10) > 0);
  assert.equal(history.oldest(), 3);
  history.close();
  history = open(file);
  assert.equal(history.append([line({ a: 3 })], '{}', NOW)[0]?.seq, 3);
  history.close();
});

test('prune(): drops the oldest by count and by age in steps, and the figures stay exact', () => {
  const history = open();
  const type = (n: number) => (n % 2 === 0 ? 'INFO' : 'ACK');
  const lines = Array.from({ length: 100 }, (_, n) =>
    line({ content: `word${n}`, msg_type: type(n), failure_count: 2 }),
  );
  history.append(lines.slice(0, 40), '{}', NOW - 40 * 86_400_000);
  history.append(lines.slice(40), '{}', NOW);
  assert.equal(history.prune({ days: 30, messages: 1_000 }, NOW, 15), 15, 'one step is limited');
  while (history.prune({ days: 30, messages: 50 }, NOW, 15) > 0);
  assert.equal(history.oldest(), 51);
  const { count, types, failed } = history.summary(NOW);
  assert.deepEqual({ count, types, failed }, { count: 50, types: { ACK: 25, INFO: 25 }, failed: 100 });
  assert.equal(history.page({ limit: 5, filter: { q: 'word10' } }).messages.length, 0, 'removed from the index too');
  assert.equal(history.page({ limit: 5, filter: { q: 'word99' } }).messages.length, 1);
});

test('summary(): rates count messages by their time of sending', () => {
  const history = open();
  const at = (seconds: number) => line({ timestamp: new Date(NOW + seconds * 1000).toISOString(), s: seconds });
  history.append([at(-3700), at(-600), at(-59), at(-1), at(-1), line({ timestamp: 'never' })], '{}', NOW);
  const { minutes, seconds } = history.summary(NOW);
  assert.equal(
    minutes.reduce((sum, [, count]) => sum + count, 0),
    4,
  );
  assert.equal(
    seconds.reduce((sum, [, count]) => sum + count, 0),
    3,
  );
});

/** Answers the same query by testing every message. */
function naive(
  all: readonly Message[],
  { filter, limit, before, after: later, around, unanswered = [] }: PageQuery,
): number[] {
  const states: Record<MessageState, (message: Message) => boolean> = {
    failed: (message) => message.failure_count === 1,
    untyped: ({ msg_type }) => typeof msg_type !== 'string' || msg_type === '',
    unanswered: ({ seq }) => unanswered.includes(seq),
  };
  const isFor = (message: Message, name: string) =>
    [message.recipients].flat().some((recipient) => recipient === name || recipient === 'all');
  const matches = all.filter((message) => {
    const sent = message.sent_at === null ? null : Date.parse(message.sent_at);
    return (
      (filter.sender === undefined || message.sender === filter.sender) &&
      (filter.recipient === undefined || isFor(message, filter.recipient)) &&
      (filter.agent === undefined || message.sender === filter.agent || isFor(message, filter.agent)) &&
      (filter.msg_id === undefined || message.msg_id === filter.msg_id) &&
      (filter.type === undefined || filter.type.includes((message.msg_type as string) ?? 'UNKNOWN')) &&
      !filter.not_type?.includes((message.msg_type as string) ?? 'UNKNOWN') &&
      (filter.only ?? []).every((state) => states[state](message)) &&
      (filter.since === undefined || (sent !== null && sent >= filter.since)) &&
      (filter.until === undefined || (sent !== null && sent <= filter.until)) &&
      (filter.q === undefined ||
        filter.q
          .split(' ')
          .every((word) => String(message.content).toLowerCase().split(/\W+/).includes(word.toLowerCase())))
    );
  });
  const seqs = matches.map(({ seq }) => seq);
  if (later !== undefined) return seqs.filter((seq) => seq > later).slice(0, limit);
  if (around !== undefined) {
    const older = seqs.filter((seq) => seq <= around).slice(-Math.ceil(limit / 2));
    return [...older, ...seqs.filter((seq) => seq > around).slice(0, Math.floor(limit / 2))];
  }
  return seqs.filter((seq) => before === undefined || seq < before).slice(-limit);
}

const name = fc.constantFrom('agent-0', 'agent-1', 'Agent-1', 'agent 3', 'système', '');
const words = fc.array(fc.constantFrom('cart', 'Totals', 'race', 'fix', 'naïve'), { minLength: 1, maxLength: 3 });
const type = fc.constantFrom('INFO', 'ACK', 'info', 'SOMETHING-NEW', 'UNKNOWN', '');
const msgId = fc.constantFrom('id-1', 'ID-1', 'id-2', '7', '["id-1"]', 'ключ', '\ud83d');
const anyLine = fc.record(
  {
    sender: name,
    recipients: fc.array(fc.oneof(name, fc.constant('all')), { maxLength: 3 }),
    msg_type: type,
    content: words.map((list) => list.join(' ')),
    failure_count: fc.constantFrom(0, 1),
    msg_id: fc.oneof(msgId, fc.constantFrom(7, null, ['id-1'])),
    timestamp: fc.integer({ min: -300, max: 0 }).map((s) => new Date(NOW + s * 1000).toISOString()),
  },
  { requiredKeys: ['content'] },
);
const instant = fc.integer({ min: -320, max: 20 }).map((s) => NOW + s * 1000);
const anyFilter: fc.Arbitrary<MessageFilter> = fc.record(
  {
    agent: name,
    sender: name,
    recipient: name,
    msg_id: msgId,
    type: fc.uniqueArray(type, { minLength: 1, maxLength: 2 }),
    not_type: fc.uniqueArray(type, { minLength: 1, maxLength: 2 }),
    only: fc.uniqueArray(fc.constantFrom(...messageState.options), { minLength: 1, maxLength: 2 }),
    since: instant,
    until: instant,
    q: fc.constantFrom('cart', 'totals race', 'fix'),
  },
  { requiredKeys: [] },
);

test('page(): every combination of filters and positions returns the same as a test of every message', () => {
  const place = fc.oneof(
    fc.constant({}),
    fc.integer({ min: 0, max: 61 }).chain((seq) => fc.constantFrom({ before: seq }, { after: seq }, { around: seq })),
  );
  fc.assert(
    fc.property(
      fc.array(anyLine, { maxLength: 60 }),
      fc.array(fc.tuple(anyFilter, place, fc.integer({ min: 1, max: 8 })), { minLength: 5, maxLength: 15 }),
      (lines, queries) => {
        const history = open();
        history.append(lines.map(line), '{}', NOW);
        const all = messages(history, { limit: 1000, filter: {} });
        for (const [filter, at, limit] of queries) {
          const query = { filter, limit, ...at, unanswered: [2, 3, 5, 8, 13, 21, 34] };
          const page = history.page(query);
          const found = page.messages.map(({ seq }) => seq);
          assert.deepEqual(found, naive(all, query));
          if (found[0] !== undefined) {
            assert.equal(
              page.hasOlder,
              naive(all, { filter, limit: 1, before: found[0], unanswered: query.unanswered }).length > 0,
            );
          }
        }
        history.close();
      },
    ),
    { numRuns: 150 },
  );
});

test('page(): msg_id uses its index, also if there is a line that the JSON functions of SQLite cannot read', () => {
  const history = open();
  history.append([line({ msg_id: 'a' }), { text: `${'['.repeat(2000)}${']'.repeat(2000)}`, fields: {} }], '{}', NOW);
  const found = messages(history, { limit: 5, filter: { msg_id: 'a' } });
  assert.deepEqual(
    found.map(({ seq }) => seq),
    [1],
  );
  const [plan] = history.db
    .prepare(`EXPLAIN QUERY PLAN SELECT * FROM messages m WHERE ${MSG_ID} = 'a' ORDER BY m.seq`)
    .all() as { detail: string }[];
  assert.match(plan?.detail ?? '', /messages_by_id/);
});

test('page(): no search text causes an error', () => {
  const history = open();
  history.append([line({ content: 'foo-bar C++ agent:1 "quoted" AND OR NOT NEAR 日本語 émigré' })], '{}', NOW);
  const find = (q: string) => history.page({ limit: 1, filter: { q } }).messages.length;
  for (const q of ['foo-bar', 'C++', 'agent:1', '"quoted"', 'AND', 'NOT', '日本語', 'emigre', '"foo bar"']) {
    assert.equal(find(q), 1, q);
  }
  for (const q of ['missing', '"bar foo"', '++', '*', '"', '\0', 'emig', 'emig*']) assert.equal(find(q), 0, q);
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (q) => find(q) >= 0),
    { numRuns: 500 },
  );
});

test('copiesOf(): counts copies of exactly this line', () => {
  const history = open();
  history.append([line({ a: 1 }), line({ a: 1 }), line({ a: 2 })], '{}', NOW);
  assert.equal(history.copiesOf(line({ a: 1 })), 2);
  assert.equal(history.copiesOf(line({ a: 3 })), 0);
});

test('History: its folder and its files are private', () => {
  const file = newFile();
  const history = open(file);
  history.append([line({ a: 1 })], '{}', NOW);
  assert.equal(statSync(dirname(file)).mode & 0o777, 0o700);
  for (const suffix of ['', '-wal', '-shm']) assert.equal(statSync(file + suffix).mode & 0o777, 0o600, suffix);
  history.close();
});

test('History: a file that is not a database is corrupt; the database of another program is foreign and is not changed', () => {
  const garbage = newFile();
  open(garbage).close();
  writeFileSync(garbage, 'x'.repeat(10_000));
  assert.throws(
    () => open(garbage),
    (error) => error instanceof HistoryFault && error.kind === 'corrupt',
  );

  const foreign = newFile();
  open(foreign).close();
  rmSync(foreign);
  const db = new Database(foreign);
  db.exec('CREATE TABLE theirs (a)');
  db.close();
  assert.throws(
    () => open(foreign),
    (error) => error instanceof HistoryFault && error.kind === 'foreign',
  );
  assert.deepEqual(new Database(foreign).prepare('SELECT name FROM sqlite_schema').all(), [{ name: 'theirs' }]);
});

test('RecorderLock: one process has it; it is free again after release()', () => {
  const file = newFile();
  open(file).close();
  const first = RecorderLock.take(file);
  assert.ok(first);
  assert.equal(RecorderLock.take(file), null);
  first.release();
  const second = RecorderLock.take(file);
  assert.ok(second);
  second.release();
});

test('renewIfRestored(): a database behind the known head, or another file, gets a new epoch', () => {
  const file = newFile();
  const history = open(file);
  history.append([line({ a: 1 })], '{}', NOW);
  assert.equal(history.renewIfRestored(null), false, 'opened for the first time');
  const { epoch } = history;
  assert.equal(history.renewIfRestored(1), false, 'as far as the known head');
  assert.equal(history.epoch, epoch);
  assert.equal(history.renewIfRestored(7), true, 'seven numbers were given, one message is left');
  assert.notEqual(history.epoch, epoch);
  history.close();
});
