import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, test } from 'node:test';
import { describeLocks } from '../../test/support/described-locks';
import { formatInstant } from '../contract/instant';
import { wholeLocks } from '../contract/locks-answer';
import { LockHolders } from '../rules/lock-holders';
import { AGENT_CARDS_FILE, AgentCardsReader } from '../sources/claudeswarm/agent-cards';
import { lockFileName } from '../sources/claudeswarm/lock-entry';
import { LocksReader } from '../sources/claudeswarm/locks';
import { RegistryReader } from '../sources/claudeswarm/registry';
import { readSwarmConfig } from '../sources/claudeswarm/swarm-config';
import { TASKS_FILE, TasksReader } from '../sources/claudeswarm/tasks';
import { ProcessTable } from '../sources/processes/processes';
import { SwarmDescription } from './description';

const NOW = Date.UTC(2026, 1, 3, 8);
const LOCK = 'src/a.ts';

let root: string;
let registry: RegistryReader;
let locks: LocksReader;
let cards: AgentCardsReader;
let tasks: TasksReader;
let description: SwarmDescription;

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'swarm-description-'));
  mkdirSync(join(root, '.agent_locks'));
  registry = new RegistryReader(root, () => NOW);
  locks = new LocksReader(root, () => NOW);
  cards = new AgentCardsReader(root, () => NOW);
  tasks = new TasksReader(root, () => NOW);
  const processes = new ProcessTable({ observer: { intervalMs: 0, observe: () => new Map() } });
  const { config } = readSwarmConfig(root);
  description = new SwarmDescription({ root, registry, locks, cards, tasks, processes, config });
});

afterEach(() => {
  rmSync(root, { recursive: true, force: true });
});

const spoke = (at: number) => ({ at, message: { seq: at, excerpt: '', sent_at: formatInstant(at) } });

/** Writes a registry in which each agent was last seen that number of seconds before `NOW`. */
function register(lastSeen: Record<string, number>): void {
  const agents = Object.entries(lastSeen).map(([id, seconds]) => ({
    id,
    last_seen: formatInstant(NOW - seconds * 1000),
  }));
  writeFileSync(join(root, 'ACTIVE_AGENTS.json'), JSON.stringify({ agents }));
  registry.refresh();
}

async function lock(holder: string, at: number): Promise<void> {
  const lock = { agent_id: holder, filepath: LOCK, locked_at: at / 1000, reason: '' };
  writeFileSync(join(root, '.agent_locks', lockFileName(LOCK)), JSON.stringify(lock));
  await locks.refresh('all');
}

test('describe(): a registry that was read only in part is not evidence that a holder is not registered', async () => {
  register({ a: 5 });
  await lock('agent-late', NOW - 1000);
  description.describe(new Map(), NOW);
  assert.equal(description.locks.locks[0]?.orphaned, true);
  register(Object.fromEntries(Array.from({ length: 2001 }, (_, index) => [`agent-${index}`, 5])));
  assert.equal(registry.status.state, 'degraded');
  description.describe(new Map(), NOW + 2000);
  assert.equal(description.locks.locks[0]?.orphaned, null);
});

test('describe(): tasks are described when their file changes, with what each agent has in hand', () => {
  const write = (status: string) => {
    const task = { task_id: 't', objective: 'Go', status, assigned_to: 'a', updated_at: formatInstant(NOW) };
    writeFileSync(join(root, TASKS_FILE), JSON.stringify({ tasks: { t: task, u: { ...task, assigned_to: 'b' } } }));
    tasks.refresh();
  };
  register({ a: 5, c: 5 });
  description.describe(new Map(), NOW);
  const none = description.tasks;
  assert.deepEqual([none.tasks, none.file?.state], [[], 'missing']);
  description.describe(new Map(), NOW + 100);
  assert.equal(description.tasks, none, 'the same object while nothing changes');
  write('working');
  description.describe(new Map(), NOW + 200);
  assert.deepEqual([description.tasks.tasks.length, description.tasks.file?.state], [2, 'ok']);
  const inHand = () => description.agents.agents.map(({ current_task }) => current_task?.status ?? null);
  assert.deepEqual(inHand(), ['working', null], 'at once, however recently the agents were described');
  write('completed');
  description.describe(new Map(), NOW + 300);
  assert.deepEqual(inHand(), [null, null]);
});

const health = () => Object.fromEntries(description.agents.agents.map((agent) => [agent.id, agent.health]));

test('describe(): new signs of life of active agents are taken about once a second', () => {
  register({ a: 5, b: 5 });
  description.describe(new Map([['a', spoke(NOW - 1000)]]), NOW);
  const first = description.agents;
  description.describe(new Map([['a', spoke(NOW + 100)]]), NOW + 100);
  assert.equal(description.agents, first);
  description.describe(new Map([['a', spoke(NOW + 100)]]), NOW + 1000);
  assert.match(description.agents.agents[0]?.health_reason ?? '', /newest message was sent at .*08:00:00\.100/);
});

test('describe(): signs of life are taken at once where the caller asks for that', () => {
  register({ a: 5 });
  description.describe(new Map([['a', spoke(NOW - 1000)]]), NOW);
  description.describe(new Map([['a', spoke(NOW + 100)]]), NOW + 100, true);
  assert.match(description.agents.agents[0]?.health_reason ?? '', /newest message was sent at .*08:00:00\.100/);
});

test('describe(): a silent agent that speaks is active at once', () => {
  register({ a: 5, b: 100 });
  description.describe(new Map(), NOW);
  assert.deepEqual(health(), { a: 'active', b: 'stale' });
  description.describe(new Map([['a', spoke(NOW + 10)]]), NOW + 10);
  assert.deepEqual(health(), { a: 'active', b: 'stale' });
  description.describe(
    new Map([
      ['a', spoke(NOW + 10)],
      ['b', spoke(NOW + 15)],
    ]),
    NOW + 20,
  );
  assert.deepEqual(health(), { a: 'active', b: 'active' });
});

test('describe(): a silent agent that takes a lock is active at once', async () => {
  register({ a: 100 });
  description.describe(new Map(), NOW);
  assert.deepEqual(health(), { a: 'stale' });
  await lock('a', NOW + 10);
  description.describe(new Map(), NOW + 20);
  assert.deepEqual(health(), { a: 'active' });
});

test('describe(): a lock with a time ahead of the clock becomes a sign of life when that time has come', async () => {
  register({ a: 100 });
  await lock('a', NOW + 1500);
  description.describe(new Map(), NOW);
  assert.deepEqual(health(), { a: 'stale' });
  description.describe(new Map(), NOW + 2000);
  assert.deepEqual(health(), { a: 'active' });
});

test('describe(): another registry is described at once', () => {
  register({ a: 5 });
  description.describe(new Map(), NOW);
  register({ a: 5, c: 5 });
  description.describe(new Map(), NOW + 1);
  assert.deepEqual(Object.keys(health()), ['a', 'c']);
});

test('describe(): other cards and other blocked agents are described at once', () => {
  register({ a: 5, b: 5 });
  description.describe(new Map(), NOW);
  assert.deepEqual(
    description.agents.agents.map(({ card, blocked }) => [card, blocked]),
    [
      [null, null],
      [null, null],
    ],
  );
  writeFileSync(join(root, AGENT_CARDS_FILE), JSON.stringify({ cards: { a: { name: 'Ada', description: 'Plans.' } } }));
  cards.refresh();
  description.describe(new Map(), NOW + 1);
  const { name, role } = description.agents.agents[0]?.card ?? {};
  assert.deepEqual({ name, role }, { name: 'Ada', role: 'Plans.' });
  const block = { since: null, reason: 'b is blocked and waits for a.', waits_for: ['a'] };
  description.blocked = new Map([['b', block]]);
  description.describe(new Map(), NOW + 2);
  assert.deepEqual(
    description.agents.agents.map(({ blocked }) => blocked),
    [null, block],
  );
});

test('describe(): without a reason to describe again the answers stay the same objects', async () => {
  register({ a: 5 });
  await lock('a', NOW - 1000);
  description.describe(new Map(), NOW);
  const { agents, locks: described } = description;
  description.describe(new Map(), NOW + 500);
  assert.equal(description.agents, agents);
  assert.equal(description.locks, described);
});

test('describe(): a lock from before its id passed to another process is orphaned and names its former holder', async () => {
  const write = (pid: number, pane: string) => {
    const agents = [{ id: 'a', pid, tmux_pane_id: pane, last_seen: formatInstant(NOW) }];
    writeFileSync(join(root, 'ACTIVE_AGENTS.json'), JSON.stringify({ agents }));
    registry.refresh();
  };
  write(1, '%1');
  await lock('a', NOW - 1000);
  description.describe(new Map(), NOW);
  assert.deepEqual(description.locks.locks[0]?.former_holder, null);
  write(2, '%2');
  description.describe(new Map(), NOW + 500);
  const [orphan] = description.locks.locks;
  assert.equal(orphan?.orphaned, true);
  assert.deepEqual(orphan?.former_holder, { reason: 'replaced', since: formatInstant(NOW + 500), now: null });
});

test('describe(): an agent that leaves the registry is listed under departed', () => {
  register({ a: 5, b: 5 });
  description.describe(new Map(), NOW);
  register({ a: 5 });
  description.describe(new Map(), NOW + 1);
  assert.deepEqual(Object.keys(health()), ['a']);
  assert.deepEqual(
    description.agents.departed.map(({ id, left_at }) => [id, left_at]),
    [['b', formatInstant(NOW + 1)]],
  );
});

test('compareLocks(): thousands of locks are described once they are compared, equal to a comparison in one step', async () => {
  register({ 'agent-0': 5 });
  for (let index = 0; index < 5200; index++) {
    const filepath = index === 7 ? 'src/1*.ts' : `src/${index}.ts`;
    const lock = { agent_id: `agent-${index % 3}`, filepath, locked_at: NOW / 1000 - index, reason: '' };
    writeFileSync(join(root, '.agent_locks', lockFileName(filepath)), JSON.stringify(lock));
  }
  registry.refresh();
  await locks.refresh('all');
  const { config } = readSwarmConfig(root);
  await description.compareLocks();
  description.describe(new Map(), NOW, true);
  const holders = new LockHolders(description.agents, new Map());
  const { lockStaleTimeoutSeconds: staleTimeoutSeconds } = config;
  const expected = describeLocks(locks.locks, { holders, staleTimeoutSeconds, now: NOW });
  assert.equal(description.locks.count, 5200);
  assert.deepEqual(
    description.allLocks.map((row) => row.describe()),
    expected,
  );
  assert.deepEqual(description.locks, wholeLocks(expected));
  assert.deepEqual(JSON.parse(description.locksJson), JSON.parse(JSON.stringify(description.locks)));
});
