import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import fc from 'fast-check';
import type { TimeSpan } from '../contract/time-span';
import { readMicroseconds } from '../sources/claudeswarm/naive-time';
import { History } from './history';

const NOW = Date.parse('2026-02-03T09:30:00Z');
const HOUR = 3_600_000;
const readTime = (text: unknown) => readMicroseconds(text, 'UTC');

const folder = mkdtempSync(join(tmpdir(), 'message-times-'));
after(() => rmSync(folder, { recursive: true }));

interface Said {
  sender?: unknown;
  msg_type?: unknown;
  recipients?: unknown;
  timestamp?: string;
  failure_count?: number;
}

function historyOf(said: readonly Said[], readAtOnce = 7): History {
  const history = new History(':memory:', { readTime });
  for (let from = 0; from < said.length; from += readAtOnce) {
    const lines = said
      .slice(from, from + readAtOnce)
      .map((fields) => ({ text: JSON.stringify(fields), fields: { ...fields } }));
    history.append(lines, '{}', NOW);
  }
  return history;
}

const name = fc.constantFrom('agent-1', 'agent-2', 'agent 3', 'système', 'all', '', 7, null);
const time = fc.integer({ min: -6 * HOUR, max: 2 * HOUR }).map((ms) => NOW + ms);
const said: fc.Arbitrary<Said> = fc.record(
  {
    sender: name,
    msg_type: fc.constantFrom('INFO', 'ACK', 'QUESTION', 5),
    recipients: fc.oneof(fc.array(name, { maxLength: 3 }), name),
    timestamp: fc.oneof(
      { weight: 9, arbitrary: time.map((at) => new Date(at).toISOString().replace('Z', '123+00:00')) },
      { weight: 1, arbitrary: fc.constant('some time') },
    ),
    failure_count: fc.constantFrom(0, 1, 2),
  },
  { requiredKeys: [] },
);

/** A message as the tests see it, read without any of the code under test. */
interface Plain {
  seq: number;
  at: number;
  sender: string;
  type: string;
  recipients: string[];
  failed: number;
  timestamp: string;
}

function plain(all: readonly Said[], keptFrom = 1): Plain[] {
  return all.flatMap((fields, index) => {
    const at = Date.parse(fields.timestamp ?? '');
    if (Number.isNaN(at) || index + 1 < keptFrom) return [];
    const names = [fields.recipients].flat().filter((one): one is string => typeof one === 'string' && one !== '');
    return {
      seq: index + 1,
      at,
      sender: typeof fields.sender === 'string' ? fields.sender : '',
      type: typeof fields.msg_type === 'string' ? fields.msg_type : 'UNKNOWN',
      recipients: [...new Set(names)],
      failed: fields.failure_count ?? 0,
      timestamp: fields.timestamp ?? '',
    };
  });
}

function within(messages: readonly Plain[], { since, until }: TimeSpan): Plain[] {
  return messages.filter(({ at }) => at >= since && at <= until);
}

function counted(keys: readonly string[]): [string, number][] {
  const counts = new Map<string, number>();
  for (const key of keys) counts.set(key, (counts.get(key) ?? 0) + 1);
  return [...counts].sort();
}

function checkTotals(history: History, messages: readonly Plain[], at: number): void {
  const { count, types, failed, latestActivity, minutes, seconds } = history.times.totalsUntil(at);
  const sent = messages.filter((message) => message.at <= at);
  const newest = Math.max(...sent.map((message) => message.at));
  assert.equal(count, sent.length);
  assert.deepEqual(Object.entries(types).sort(), counted(sent.map(({ type }) => type)));
  assert.equal(
    failed,
    sent.reduce((sum, message) => sum + message.failed, 0),
  );
  assert.equal(latestActivity, sent.filter((message) => message.at === newest).at(-1)?.timestamp ?? null);
  const byMinute = counted(sent.map((message) => String(Math.floor(message.at / 60_000))));
  const lastHour = byMinute.filter(([minute]) => Number(minute) >= Math.floor(at / 60_000) - 60);
  assert.deepEqual(minutes.map(([minute, n]) => [String(minute), n]).sort(), lastHour);
  const bySecond = sent.filter((message) => message.at > at - 60_000).map((message) => Math.floor(message.at / 1000));
  assert.deepEqual(seconds.map(([second, n]) => [String(second), n]).sort(), counted(bySecond.map(String)));
}

function checkTicks(history: History, messages: readonly Plain[], span: TimeSpan, step: number): void {
  const ticks = history.times.ticks(span, step);
  const inside = within(messages, span);
  const stepOf = (at: number) => Math.floor(at / step);
  const key = (one: { at: number; sender: string; type: string }) =>
    JSON.stringify([stepOf(one.at), one.sender, one.type]);
  assert.deepEqual(ticks.map((tick) => [key(tick), tick.count]).sort(), counted(inside.map(key)));
  for (const tick of ticks) {
    const first = inside.find(({ seq }) => seq === tick.seq);
    const same = inside.filter((message) => key(message) === key(tick));
    assert.equal(tick.at, Math.min(...same.map(({ at }) => at)));
    assert.equal(first?.at, tick.at);
    assert.deepEqual(tick.recipients, first?.recipients);
  }
  assert.ok(ticks.length <= history.times.maxTicks(span)(step));
  const own = history.times.ticks(span, step, ['agent-1', 'agent 3']);
  assert.ok(own.length <= history.times.maxTicks(span, ['agent-1', 'agent 3'])(step));
  assert.deepEqual(
    own,
    ticks.filter(({ sender }) => sender === 'agent-1' || sender === 'agent 3'),
  );
}

function checkTalk(history: History, messages: readonly Plain[], span: TimeSpan): void {
  const inside = within(messages, span);
  const talk = history.times.talk(span);
  assert.deepEqual(talk.span, span);
  assert.deepEqual(
    talk.pairs.map(({ sender, recipient, type, count }) => [JSON.stringify([sender, recipient, type]), count]).sort(),
    counted(
      inside.flatMap(({ sender, type, recipients }) => recipients.map((to) => JSON.stringify([sender, to, type]))),
    ),
  );
}

function checkSpoken(history: History, messages: readonly Plain[], span: TimeSpan): void {
  assert.deepEqual(
    history.times
      .spoken(span)
      .map(({ sender, type, count }) => [JSON.stringify([sender, type]), count])
      .sort(),
    counted(within(messages, span).map(({ sender, type }) => JSON.stringify([sender, type]))),
  );
}

test('every figure by time is what a look at every message gives, also after pruning', () => {
  const span = fc.tuple(time, time).map(([a, b]) => ({ since: Math.min(a, b), until: Math.max(a, b) }));
  const step = fc.constantFrom(1, 1000, 90_000, HOUR, 3 * HOUR);
  fc.assert(
    fc.property(
      fc.array(said, { maxLength: 60 }),
      fc.integer({ min: 0, max: 60 }),
      span,
      step,
      (all, kept, asked, by) => {
        const history = historyOf(all);
        for (const retained of [all.length, kept]) {
          while (history.prune({ days: 30, messages: retained }, NOW, 5) > 0);
          const messages = plain(all, history.oldest());
          checkTotals(history, messages, asked.until);
          checkTicks(history, messages, asked, by);
          checkTalk(history, messages, asked);
          checkSpoken(history, messages, asked);
          const first = Math.min(...messages.map(({ at }) => at));
          assert.equal(history.times.firstMessageAt(), messages.length === 0 ? null : first);
        }
        history.close();
      },
    ),
    { numRuns: 200 },
  );
});

const deed = fc.oneof(
  { weight: 4, arbitrary: fc.record({ say: fc.array(said, { minLength: 1, maxLength: 12 }) }) },
  { weight: 4, arbitrary: fc.record({ since: time, length: fc.integer({ min: 0, max: 4 * HOUR }) }) },
  { weight: 1, arbitrary: fc.record({ keep: fc.integer({ min: 0, max: 20 }) }) },
  { weight: 1, arbitrary: fc.constant('restart' as const) },
);

test('ticks and who spoke stay what a look at every message gives while another connection appends and prunes between the questions', () => {
  let runs = 0;
  fc.assert(
    fc.property(fc.array(deed, { maxLength: 24 }), (deeds) => {
      const file = join(folder, `${++runs}.sqlite`);
      const all: Said[] = [];
      let writer = new History(file, { readTime });
      const reader = new History(file, { readonly: true });
      for (const one of deeds) {
        if (one === 'restart') {
          writer.close();
          writer = new History(file, { readTime });
        } else if ('say' in one) {
          all.push(...one.say);
          writer.append(
            one.say.map((fields) => ({ text: JSON.stringify(fields), fields: { ...fields } })),
            '{}',
            NOW,
          );
        } else if ('keep' in one) {
          while (writer.prune({ days: 30, messages: one.keep }, NOW, 5) > 0);
        } else {
          const span = { since: one.since, until: one.since + one.length };
          const messages = plain(all, reader.oldest());
          checkSpoken(reader, messages, span);
          checkTicks(reader, messages, span, 90_000);
        }
      }
      checkTicks(reader, plain(all, reader.oldest()), { since: NOW - 7 * HOUR, until: NOW + 3 * HOUR }, HOUR);
      reader.close();
      writer.close();
    }),
    { numRuns: 40 },
  );
});

test('a history that took the place of another, with the same numbers, is not mixed with it', () => {
  const history = historyOf([{ sender: 'a', timestamp: new Date(NOW).toISOString() }]);
  const span = { since: NOW, until: NOW };
  assert.deepEqual(
    history.times.ticks(span, 1000).map(({ sender }) => sender),
    ['a'],
  );
  history.db.exec("UPDATE voices SET sender = 'b'");
  history.db.exec('UPDATE messages SET sent_at = sent_at - 3600000000');
  history.db.exec('UPDATE hours SET hour = hour - 1');
  history.takeOver('another');
  assert.deepEqual(history.times.ticks(span, 1000), []);
  const earlier = { since: NOW - HOUR, until: NOW - HOUR };
  assert.deepEqual(
    history.times.ticks(earlier, 1000).map(({ sender }) => sender),
    ['b'],
  );
});

test('pruning leaves no counts of what is gone', () => {
  const history = historyOf([
    { sender: 'a', recipients: ['b', 'c'], timestamp: new Date(NOW).toISOString() },
    { sender: 'd', recipients: ['b'] },
  ]);
  history.prune({ days: 30, messages: 0 }, NOW, 10);
  for (const table of ['hours', 'voices', 'audiences']) {
    assert.deepEqual(history.db.prepare(`SELECT * FROM ${table}`).all(), [], table);
  }
});

test('a message that names more recipients than anyone could be drawn for is counted for the first of them', () => {
  const recipients = Array.from({ length: 3000 }, (_, index) => `agent-${index}`);
  const history = historyOf([{ sender: 'a', recipients, timestamp: new Date(NOW).toISOString() }]);
  assert.equal(history.times.talk({ since: NOW, until: NOW }).pairs.length, 1000);
});

test('who talks to whom is counted by whole hours where the edges hold too many messages, and says so', () => {
  const timestamp = new Date(NOW).toISOString();
  const many = Array.from({ length: 50_001 }, () => ({ sender: 'a', recipients: ['b'], timestamp }));
  const late = { sender: 'a', recipients: ['b'], timestamp: new Date(NOW + 20 * 60_000).toISOString() };
  const history = historyOf([...many, late], 10_000);
  const { span, pairs } = history.times.talk({ since: NOW - 1000, until: NOW + 1000 });
  const hour = Math.floor(NOW / HOUR) * HOUR;
  assert.deepEqual(span, { since: hour, until: hour + HOUR - 1 });
  assert.deepEqual(pairs, [{ sender: 'a', recipient: 'b', type: 'UNKNOWN', count: 50_002 }]);
});
