import assert from 'node:assert/strict';
import { test } from 'node:test';
import { answered } from '../../test/support/claude-usage';
import { History } from './history';
import { Usage, type UsageEntry } from './usage';
import { addSums, emptySums, QUARTER_MS, SUM_COLUMNS, usageBetween, usageTotals, usageWithin } from './usage-sums';

const NOW = Date.parse('2026-02-03T09:30:00Z');

function opened() {
  const { db } = new History(':memory:');
  return { db, usage: new Usage(db) };
}

function entry(fields: Partial<UsageEntry> = {}): UsageEntry {
  return { ...answered({ at: NOW, input: 1, output: 2, cacheRead: 3 }), cost: 0.5, ...fields };
}

/** All sums of a span, read from the running sums and from the single answers. */
function within(db: History['db'], since: number, until: number) {
  const [sums, byTime] = [emptySums(), emptySums()];
  for (const row of usageWithin(db, { since, until }, false)) addSums(sums, row);
  for (const row of usageWithin(db, { since, until }, true)) addSums(byTime, row);
  const rounded = ({ cost, ...counts }: typeof sums) => ({ ...counts, cost: Math.round(cost * 1e6) });
  assert.deepEqual(rounded(byTime), rounded(sums));
  return sums;
}

test('record(): an answer that a fork or another process repeats counts once', () => {
  const { db, usage } = opened();
  const [one, two] = [entry(), entry({ agentId: null })];
  assert.equal(usage.record([one, one, two], [], NOW), 2);
  assert.equal(usage.record([{ ...one, sessionId: 'fork', agentId: 'agent-2' }], [], NOW), 0);
  assert.deepEqual(
    usageTotals(db).map(({ agent, messages, cost }) => [agent, messages, cost]),
    [
      ['', 1, 0.5],
      ['agent-1', 1, 0.5],
    ],
  );
});

test('record(): answers and marks are committed together or not at all', () => {
  const { db, usage } = opened();
  const mark = { file: '/t.jsonl', head: 'h', offset: 10 };
  assert.throws(() => usage.record([entry()], [mark, { ...mark, head: null as unknown as string }], NOW));
  assert.deepEqual([usage.marks(), usageTotals(db)], [[], []]);
  usage.record([], [mark], NOW);
  usage.record([entry()], [{ ...mark, offset: 20 }], NOW);
  assert.deepEqual(usage.marks(), [{ ...mark, offset: 20 }]);
});

test('record(): what is no count is left out, and the rest is recorded', () => {
  const { db, usage } = opened();
  const wrong = [{ at: Number.NaN }, { input: -1 }, { output: 1.5 }, { cacheRead: 1e15 }].map(entry);
  assert.equal(usage.record([...wrong, entry()], [], NOW), 1);
  assert.equal(usageTotals(db)[0]?.messages, 1);
});

test('usageWithin(): running sums agree with single answers, wherever a span begins and ends', () => {
  const { db, usage } = opened();
  const entries = Array.from({ length: 400 }, (_, index) =>
    entry({
      ...{ at: NOW - index * 97_003, agentId: `agent-${index % 3}`, model: `m-${index % 2}`, input: index },
      cost: index % 5 === 0 ? null : index / 7,
    }),
  );
  usage.record(entries, [], NOW);
  const spans = [
    [NOW - 3_600_000, NOW],
    [NOW - 10 * QUARTER_MS + 1, NOW - QUARTER_MS],
    [NOW - QUARTER_MS, NOW - QUARTER_MS / 2],
    [NOW - QUARTER_MS + 1, NOW - 1],
    [NOW + 1, NOW],
    [NOW, NOW],
  ] as const;
  for (const [since, until] of spans) {
    const inside = entries.filter(({ at }) => at >= since && at <= until);
    const sums = within(db, since, until);
    assert.equal(sums.messages, inside.length);
    assert.equal(
      sums.input,
      inside.reduce((sum, { input }) => sum + input, 0),
    );
    assert.equal(sums.priced, inside.filter(({ cost }) => cost !== null).length);
    const cost = inside.reduce((sum, one) => sum + (one.cost ?? 0), 0);
    assert.ok(Math.abs(sums.cost - cost) < 1e-6);
  }
});

test('price(): answers without a price get one in steps, and all sums follow', () => {
  const { db, usage } = opened();
  usage.record([...Array.from({ length: 5 }, () => entry({ cost: null, model: 'new' })), entry()], [], NOW);
  assert.deepEqual(usage.unpricedModels(), ['new']);
  const priced = () => usage.price('new', ({ output }) => output * 10, 3);
  assert.deepEqual([priced(), priced(), priced()], [3, 2, 0]);
  assert.deepEqual(usage.unpricedModels(), []);
  const sums = emptySums();
  for (const row of usageTotals(db)) addSums(sums, row);
  assert.deepEqual([sums.cost, sums.priced, sums.unpriced_tokens, sums.messages], [100.5, 6, 0, 6]);
  const quarters = emptySums();
  for (const row of usageBetween(db, NOW, NOW + QUARTER_MS)) addSums(quarters, row);
  assert.deepEqual(quarters, sums);
});

test('prune(): dropped answers do not count again when a transcript is read again; the sums since the start stay', () => {
  const { db, usage } = opened();
  const [old, young] = [entry({ at: NOW - 40 * 86_400_000 }), entry()];
  usage.record([old, young], [], NOW);
  assert.equal(usage.prune(NOW - 30 * 86_400_000, 100, 10), 1);
  assert.equal(usage.record([old, entry({ at: old.at }), young, entry()], [], NOW), 1);
  assert.equal(usageTotals(db)[0]?.messages, 3);
  assert.equal(within(db, 0, NOW).messages, 2, 'their sums by time are dropped');
  assert.equal(usage.prune(Number.NEGATIVE_INFINITY, 100, 10), 0);
});

test('prune(): of too many answers the oldest are dropped', () => {
  const { db, usage } = opened();
  const entries = Array.from({ length: 20 }, (_, index) => entry({ at: NOW + index }));
  usage.record(entries, [], NOW);
  assert.deepEqual([usage.prune(0, 5, 10), usage.prune(0, 5, 10), usage.prune(0, 5, 10)], [10, 5, 0]);
  assert.equal(usage.record(entries, [], NOW), 0);
  assert.equal(usageTotals(db)[0]?.messages, 20);
});

test('Usage: the tables of sums have every column that is summed', () => {
  const { db } = opened();
  for (const table of ['usage_quarters', 'usage_totals'])
    assert.doesNotThrow(() => db.prepare(`SELECT ${SUM_COLUMNS.join(', ')} FROM ${table}`));
});
