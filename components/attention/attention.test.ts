import assert from 'node:assert/strict';
import { test } from 'node:test';
import { EMPTY_ADDRESS } from '@/lib/client/address';
import { UNKNOWN_ATTENTION_FACTS } from '@/lib/contract/defaults';
import type { AttentionEntry, AttentionKind, WaitChain } from '@/lib/contract/schemas';
import { agentsInNeed, attentionRows, chainLine, hiddenSummary, newEntries, splitByMarks, targetOf } from './attention';

const entry = (kind: AttentionKind, sources: string[] = []): AttentionEntry => ({
  ...UNKNOWN_ATTENTION_FACTS,
  id: kind,
  kind,
  severity: 'warning',
  since: '2026-03-01T12:00:00+00:00',
  subject: 'x',
  reason: 'It is.',
  evidence: { agents: ['agent-1'], locks: ['a.lock'], messages: ['e.7'], sources },
});

test('targetOf(): an entry links to the thing of its kind, without filters', () => {
  assert.deepEqual(targetOf(entry('agent_dead')), { tab: 'agents', address: { ...EMPTY_ADDRESS, agent: 'agent-1' } });
  assert.deepEqual(targetOf(entry('deadlock')).address, { ...EMPTY_ADDRESS, view: 'waits' });
  assert.deepEqual(targetOf(entry('lock_overlap')), { tab: 'locks', address: { ...EMPTY_ADDRESS, lock: 'a.lock' } });
  assert.deepEqual(targetOf(entry('unlocked_change')), {
    tab: 'locks',
    address: { ...EMPTY_ADDRESS, lock: 'a.lock' },
  });
  const unread = { ...EMPTY_ADDRESS, to: 'agent-1', since: '2026-03-01T12:00:00+00:00' };
  assert.deepEqual(targetOf(entry('messages_unread')), { tab: 'messages', address: unread });
  for (const kind of ['permission_waiting', 'question_in_terminal'] as const) {
    const address = { ...EMPTY_ADDRESS, agent: 'agent-1', permission: 'all' };
    assert.deepEqual(targetOf(entry(kind)), { tab: 'agents', address });
  }
  for (const kind of [
    'question_unanswered',
    'blocked_unanswered',
    'delivery_failed',
    'acknowledgement_overdue',
  ] as const) {
    assert.deepEqual(targetOf(entry(kind)), { tab: 'messages', address: { ...EMPTY_ADDRESS, message: 'e.7' } });
  }
});

test('targetOf(): an entry about a source links to the panel with its data', () => {
  assert.equal(targetOf(entry('source_unreadable', ['registry'])).tab, 'agents');
  assert.equal(targetOf(entry('source_unreadable', ['locks'])).tab, 'locks');
  assert.equal(targetOf(entry('source_unreadable', ['log'])).tab, 'messages');
  assert.equal(targetOf(entry('source_unreadable')).tab, 'messages');
});

test('agentsInNeed(): an entry is about its subject; a wait cycle or an overlap is about every agent in it', () => {
  const among = (kind: AttentionKind) => {
    const { evidence, ...rest } = entry(kind);
    return agentsInNeed({ ...rest, evidence: { ...evidence, agents: ['a', 'b', 'c'] } });
  };
  assert.deepEqual(among('delivery_failed'), ['a']);
  assert.deepEqual(among('question_unanswered'), ['a']);
  for (const kind of ['deadlock', 'lock_overlap'] as const) assert.deepEqual(among(kind), ['a', 'b', 'c']);
});

test('newEntries(): an entry is new if its id was not known', () => {
  const entries = [entry('agent_dead'), entry('lock_stale')];
  assert.deepEqual(
    newEntries(new Set(['agent_dead']), entries).map(({ id }) => id),
    ['lock_stale'],
  );
});

const member = (id: string, group: string): AttentionEntry => ({ ...entry('question_unanswered'), id, group });
const plainRows = (entries: readonly AttentionEntry[]) =>
  attentionRows(entries, []).map(({ entries }) => entries.map(({ id }) => id).join('+'));

test('attentionRows(): more than three of a group share the row of the first, and the order stays', () => {
  const three = [member('1', 'a'), member('x', 'b'), member('2', 'a'), member('3', 'a')];
  assert.deepEqual(plainRows(three), ['1', 'x', '2', '3']);
  assert.deepEqual(plainRows([...three, member('y', 'c'), member('4', 'a')]), ['1+2+3+4', 'x', 'y']);
});

test('attentionRows(): items of an older version, which have no group, have a row each', () => {
  assert.deepEqual(plainRows(['1', '2', '3', '4', '5'].map((id) => member(id, ''))), ['1', '2', '3', '4', '5']);
});

test('hiddenSummary(): counts acknowledged and snoozed items, critical ones among them, and what is not listed', () => {
  const at = '2026-03-01T12:00:00+00:00';
  const acknowledged = { ...member('1', 'a'), acknowledged: { by: null, at } };
  const snoozed = { ...member('2', 'a'), snoozed: { by: null, at, until: null } };
  const { open, hidden } = splitByMarks([acknowledged, member('3', 'a'), snoozed, { ...acknowledged, id: '4' }]);
  assert.deepEqual(
    open.map(({ id }) => id),
    ['3'],
  );
  const summary = (hidden_count: number, hidden_critical_count: number) =>
    hiddenSummary(hidden, { hidden_count, hidden_critical_count });
  assert.equal(summary(3, 1), '2 acknowledged, 1 snoozed (1 critical)');
  assert.equal(summary(8, 0), '2 acknowledged, 1 snoozed, 5 not listed');
});

const chain = (items: string[], ...links: [from: string, to: string][]): WaitChain => ({
  ...{ root: links[0]?.[1] ?? '', root_health: 'dead', root_locks: [], root_lock_count: 0, items },
  links: links.map(([from, to]) => ({ from, to, kind: 'blocked', since: null })),
  link_count: links.length,
});

test('attentionRows(): the items of a waiting chain share one row, in the place of the worst', () => {
  const entries = ['x', 'root', 'one', 'y', 'two'].map((id) => member(id, id));
  const rows = attentionRows(entries, [chain(['one', 'two', 'root', 'gone'], ['b', 'a'], ['c', 'b'])]);
  assert.deepEqual(
    rows.map(({ key, entries }) => [key, entries.map(({ id }) => id).join('+')]),
    [
      ['id:x', 'x'],
      ['chain:a', 'root+one+two'],
      ['id:y', 'y'],
    ],
  );
});

test('attentionRows(): a chain without open items has no row; one of two agents is its item or the group of its items', () => {
  const entries = [member('x', 'x')];
  assert.equal(attentionRows(entries, [chain(['gone'], ['b', 'a'], ['c', 'b'])])[0]?.chain, null);
  assert.equal(attentionRows(entries, [chain(['x'], ['b', 'a'])])[0]?.chain, null);
  assert.notEqual(attentionRows(entries, [chain(['x'], ['b', 'a'], ['c', 'b'])])[0]?.chain, null);
  const group = ['1', '2', '3', '4'].map((id) => member(id, 'a'));
  const asked = chain(['1', '2', '3', '4', 'dead'], ['b', 'a']);
  assert.deepEqual(
    attentionRows(group, [asked]).map(({ key }) => key),
    ['group:a'],
  );
  assert.deepEqual(
    attentionRows([...group, member('dead', 'd')], [asked]).map(({ key }) => key),
    ['chain:a'],
  );
});

test('chainLine(): the longest branch from the root on, and how many waits branch off', () => {
  const line = (...links: [string, string][]) => {
    const { steps, others } = chainLine(chain([], ...links));
    return [steps.map(({ from }) => from).join(' '), others];
  };
  assert.deepEqual(line(['b', 'a'], ['c', 'b']), ['b c', 0]);
  assert.deepEqual(line(['b', 'a'], ['c', 'b'], ['d', 'a'], ['e', 'd']), ['b c', 2]);
  assert.deepEqual(line(['b', 'a'], ['c', 'a']), ['b', 1]);
});
