import assert from 'node:assert/strict';
import { test } from 'node:test';
import { NO_AGENTS, UNKNOWN_AGENT_FACTS } from '../contract/defaults';
import { formatInstant } from '../contract/instant';
import type { Agent, AgentHealth, DepartedAgent } from '../contract/schemas';
import { LockHolders } from './lock-holders';

const NOW = Date.UTC(2026, 1, 3, 8);

function agent(id: string, health: AgentHealth = 'active', more: Partial<Agent> = {}): Agent {
  return { ...UNKNOWN_AGENT_FACTS, id, health, health_reason: '', last_evidence_at: null, ...more };
}

const left = (id: string, more: Partial<DepartedAgent> = {}): DepartedAgent => ({
  ...agent(id),
  ...{ left_at: formatInstant(NOW), left_reason: '' },
  ...more,
});

function holders(agents: Agent[], departed: DepartedAgent[] = [], formerEnds: [string, number][] = []) {
  return new LockHolders({ ...NO_AGENTS, agents, departed }, new Map(formerEnds));
}

test('of(): registered and alive, dead, not registered, and unknown while the registry is unreadable', () => {
  const known = holders([agent('a'), agent('b', 'dead'), agent('c', 'unknown')]);
  const orphaned = (id: unknown) => known.of(id, NOW).orphaned;
  assert.deepEqual(['a', 'b', 'c', 'd', null].map(orphaned), [false, true, false, true, true]);
  assert.deepEqual(new LockHolders(null, new Map()).of('a', NOW), { orphaned: null, former: null });
});

test('of(): a lock from before the life of its id belongs to the former agent', () => {
  const began = formatInstant(NOW - 5000);
  const known = holders([agent('a', 'active', { life_began_at: began })], [], [['a', NOW - 7000]]);
  const replaced = { reason: 'replaced', since: formatInstant(NOW - 7000), now: null } as const;
  assert.deepEqual(known.of('a', NOW - 6000), { orphaned: true, former: replaced });
  assert.deepEqual(known.of('a', NOW - 4000), { orphaned: false, former: null });
  assert.deepEqual(known.of('a', null), { orphaned: false, former: null });
});

test('of(): a lock of an agent that moved is held under the former id, and orphaned once that agent is dead', () => {
  const moved = agent('a', 'moved', { moved_to: 'b' });
  const former = { reason: 'moved', since: null, now: 'b' } as const;
  assert.deepEqual(holders([moved, agent('b')]).of('a', NOW), { orphaned: false, former });
  assert.deepEqual(holders([moved, agent('b', 'dead')]).of('a', NOW), { orphaned: true, former });
});

test('of(): a lock of a former life belongs to that agent, also where the present one has moved or left', () => {
  const began = formatInstant(NOW - 5000);
  const moved = agent('a', 'moved', { moved_to: 'b', life_began_at: began });
  assert.equal(holders([moved, agent('b')]).of('a', NOW - 6000).former?.reason, 'replaced');
  const former = left('a', { left_at: formatInstant(NOW - 5500) });
  const newcomer = left('a', { health: 'moved', moved_to: 'b', life_began_at: began });
  const known = holders([agent('b')], [newcomer, former]);
  assert.deepEqual(known.of('a', NOW - 6000).former, { reason: 'left', since: former.left_at, now: null });
  assert.equal(known.of('a', NOW - 4000).former?.reason, 'moved');
});

test('of(): a lock of a departed agent has the instant it left', () => {
  const gone = { reason: 'left', since: formatInstant(NOW), now: null } as const;
  assert.deepEqual(holders([], [left('a')]).of('a', NOW), { orphaned: true, former: gone });
  const moved = left('a', { health: 'moved', moved_to: 'b' });
  assert.deepEqual(holders([agent('b')], [moved]).of('a', NOW).former, { reason: 'moved', since: null, now: 'b' });
});

test('of(): with an id listed twice one living agent is enough', () => {
  assert.equal(holders([agent('a', 'dead'), agent('a')]).of('a', NOW).orphaned, false);
});

test('key: changes with the facts behind an answer, and with nothing else', () => {
  const key = (...agents: Agent[]) => holders(agents).key;
  assert.equal(key(agent('a')), key(agent('a', 'stale', { health_reason: 'x' })));
  assert.notEqual(key(agent('a')), key(agent('a', 'dead')));
  assert.notEqual(key(agent('a')), holders([], [left('a')]).key, 'it left');
  assert.notEqual(key(agent('a')), key(agent('a', 'active', { life_began_at: formatInstant(NOW) })));
});
