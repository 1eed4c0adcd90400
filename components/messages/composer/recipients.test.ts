import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  candidates,
  everyoneCount,
  isBroadcast,
  missingRecipients,
  reachedCount,
  readRecipients,
  withRecipients,
} from './recipients';

const AGENTS = [
  { id: 'agent-1', health: 'active', source: 'registry', card: { name: 'Planner', role: null } },
  { id: 'agent-2', health: 'dead', source: 'registry', card: null },
  { id: 'agent-12', health: 'active', source: 'registry', card: null },
  { id: 'my session', health: 'active', source: 'claude-code', card: null },
] as const;

const ids = (typed: string, chosen: string[] = []) => candidates(AGENTS, typed, chosen).map(({ id }) => id);

test('candidates(): everyone first, with the number of agents that it reaches; then the others', () => {
  assert.deepEqual(ids(''), ['all', 'agent-1', 'agent-2', 'agent-12', 'my session']);
  assert.equal(candidates(AGENTS, 'every', [])[0]?.note, '3 agents');
  assert.equal(everyoneCount(AGENTS), 3);
});

test('candidates(): found by id, name on the card and health; chosen ones are left out', () => {
  assert.deepEqual(ids('2'), ['agent-2', 'agent-12']);
  assert.deepEqual(ids('AGENT-1'), ['agent-1', 'agent-12']);
  assert.deepEqual(ids('plan'), ['agent-1']);
  assert.deepEqual(ids('dead'), ['agent-2']);
  assert.deepEqual(ids('agent', ['agent-1', 'agent-12']), ['agent-2']);
  assert.deepEqual(ids('zzz'), []);
});

test('readRecipients(): ids in any case, several at once, names with blanks; an unknown one is named', () => {
  assert.deepEqual(readRecipients(AGENTS, 'Agent-1, @agent-2;agent-12'), { ids: ['agent-1', 'agent-2', 'agent-12'] });
  assert.deepEqual(readRecipients(AGENTS, ' my session '), { ids: ['my session'] });
  assert.deepEqual(readRecipients(AGENTS, 'everyone'), { ids: ['all'] });
  assert.deepEqual(readRecipients(AGENTS, 'agent-1 agent-9'), { unknown: 'agent-9' });
  assert.deepEqual(readRecipients(AGENTS, ''), { ids: [] });
});

test('withRecipients(): each once; everyone includes all others', () => {
  assert.deepEqual(withRecipients(['agent-1'], ['agent-1', 'agent-2']), ['agent-1', 'agent-2']);
  assert.deepEqual(withRecipients(['agent-1'], ['all']), ['all']);
});

test('missingRecipients(): those that left; everyone never leaves', () => {
  assert.deepEqual(missingRecipients(AGENTS, ['agent-1', 'agent-9', 'all']), ['agent-9']);
});

test('isBroadcast() and reachedCount(): more than three recipients, or everyone', () => {
  assert.equal(isBroadcast(['a', 'b', 'c']), false);
  assert.equal(isBroadcast(['a', 'b', 'c', 'd']), true);
  assert.equal(isBroadcast(['all']), true);
  assert.equal(reachedCount(AGENTS, ['all']), 3);
  assert.equal(reachedCount(AGENTS, ['agent-1']), 1);
});
