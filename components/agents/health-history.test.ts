import assert from 'node:assert/strict';
import { test } from 'node:test';
import { UNKNOWN_AGENT_FACTS } from '@/lib/contract/defaults';
import type { Agent, AgentHealth } from '@/lib/contract/schemas';
import { type HealthHistory, withHealthOf } from './health-history';

function agent(id: string, health: AgentHealth, health_reason = `It is ${health}.`): Agent {
  return { ...UNKNOWN_AGENT_FACTS, id, health, health_reason, last_evidence_at: null };
}

const EMPTY: HealthHistory = new Map();

function healths(history: HealthHistory, id: string) {
  return history.get(id)?.map(({ at, health }) => [at, health]);
}

test('withHealthOf(): a change of health is kept with its time, and nothing else is kept', () => {
  const found = withHealthOf(EMPTY, [agent('a', 'active'), agent('b', 'stale')], '1');
  assert.equal(withHealthOf(found, [agent('a', 'active', 'Another reason.'), agent('b', 'stale')], '2'), found);
  const later = withHealthOf(found, [agent('a', 'dead'), agent('b', 'stale')], '3');
  assert.deepEqual(healths(later, 'a'), [
    ['1', 'active'],
    ['3', 'dead'],
  ]);
  assert.equal(later.get('a')?.at(-1)?.reason, 'It is dead.');
  assert.deepEqual(healths(later, 'b'), [['1', 'stale']]);
  assert.deepEqual(healths(found, 'a'), [['1', 'active']], 'the earlier history is not changed in place');
});

test('withHealthOf(): an agent leaves the registry once, and may come back', () => {
  const found = withHealthOf(EMPTY, [agent('a', 'active')], '1');
  const gone = withHealthOf(found, [], '2');
  assert.equal(withHealthOf(gone, [], '3'), gone);
  const back = withHealthOf(gone, [agent('a', 'active')], '4');
  assert.deepEqual(healths(back, 'a'), [
    ['1', 'active'],
    ['2', null],
    ['4', 'active'],
  ]);
});

test('withHealthOf(): of two entries with one id the first counts', () => {
  const twice = [agent('a', 'active'), agent('a', 'dead')];
  const found = withHealthOf(EMPTY, twice, '1');
  assert.deepEqual(healths(found, 'a'), [['1', 'active']]);
  assert.equal(withHealthOf(found, twice, '2'), found);
});

test('withHealthOf(): the history is bounded, per agent and in total', () => {
  let history = EMPTY;
  for (let count = 0; count < 250; count++) {
    history = withHealthOf(history, [agent('a', count % 2 === 0 ? 'active' : 'stale')], String(count));
  }
  assert.equal(history.get('a')?.length, 100);
  assert.equal(history.get('a')?.at(-1)?.at, '249');
  for (let count = 0; count < 2100; count += 700) {
    const many = Array.from({ length: 700 }, (_, index) => agent(`b${count + index}`, 'active'));
    history = withHealthOf(history, many, 'later');
  }
  assert.equal(history.size, 1000);
  assert.ok(history.has('b2099') && !history.has('a'));
});
