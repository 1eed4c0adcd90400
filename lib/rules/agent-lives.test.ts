import assert from 'node:assert/strict';
import { test } from 'node:test';
import { formatInstant } from '../contract/instant';
import type { RegistryEntry } from '../sources/claudeswarm/registry';
import type { SeenProcess } from '../sources/processes/process-observer';
import type { Sight } from '../sources/processes/processes';
import { AgentLives, MAX_DEPARTED, MAX_DEPARTED_CHARACTERS, MAX_DEPARTED_MS } from './agent-lives';

const START = Date.UTC(2026, 1, 3, 8);
const SHELL: SeenProcess = { startedAt: START - 9000, startId: 1, isShell: true, claude: null, mayRunClaude: false };
const CLAUDE: SeenProcess = { ...SHELL, claude: { pid: 4300, suspended: false } };

function swarm() {
  const lives = new AgentLives();
  return {
    lives,
    /** Reads a registry some seconds after the start. */
    read(seconds: number, entries: RegistryEntry[], sights: Record<number, Sight> = {}, updatedAt: unknown = null) {
      const registry = { session_name: null, session_names: null, updated_at: updatedAt, entries };
      lives.update(registry, { sight: (pid) => sights[pid] ?? 'unseen' }, START + seconds * 1000);
    },
    began: () => lives.listed.map(({ beganAt }) => (beganAt === null ? null : (beganAt - START) / 1000)),
  };
}

const agent = (id: string, pid: unknown, pane: unknown = '%1', more: object = {}): RegistryEntry => ({
  ...{ id, pid, tmux_pane_id: pane, last_seen: formatInstant(START) },
  ...more,
});

test('update(): the same process in the same pane is the same life, whatever else changes in its entry', () => {
  const { read, began, lives } = swarm();
  read(0, [agent('a', 1)]);
  read(1, [agent('a', 1, '%1', { status: 'stale', last_seen: formatInstant(START + 900) })]);
  assert.deepEqual(began(), [null]);
  assert.equal(lives.listed[0]?.entry.status, 'stale');
});

test('update(): another pid or pane under the id is a new life, from when the registry was written', () => {
  const { read, began, lives } = swarm();
  read(0, [agent('a', 1)]);
  read(5, [agent('a', 1)]);
  read(9, [agent('a', 2)], {}, formatInstant(START + 7000));
  assert.deepEqual(began(), [7]);
  assert.equal(lives.listed[0]?.formerEndedAt, START + 7000);
  read(10, [agent('a', 2, '%9')]);
  assert.deepEqual(began(), [10]);
  assert.deepEqual(
    lives.departed.map(({ entry }) => entry.pid).sort(),
    [1, 2],
    'each former one has left, though its id is still listed',
  );
});

test('update(): a registry written at a clock that was set back begins a life when it is read', () => {
  const { read, began } = swarm();
  read(0, [agent('a', 1)]);
  read(9, [agent('a', 2)], {}, formatInstant(START - 3_600_000));
  assert.deepEqual(began(), [9]);
});

test('update(): the former life ends when its claude was last seen', () => {
  const { read, lives } = swarm();
  read(0, [agent('a', 1)], { 1: CLAUDE });
  read(3, [agent('a', 1)], { 1: { gone: true, since: START + 2500 } });
  read(9, [agent('a', 2)], { 1: { gone: true, since: START + 2500 } });
  assert.equal(lives.listed[0]?.formerEndedAt, START + 2500);
});

test('update(): a pid that was reused by another process is a new life', () => {
  const { read, began } = swarm();
  read(0, [agent('a', 1)], { 1: CLAUDE });
  read(9, [agent('a', 1, '%1', { last_seen: formatInstant(START + 8000) })], { 1: { ...CLAUDE, startId: 2 } });
  assert.deepEqual(began(), [9]);
});

test('update(): an older shape without a pane id is the same agent', () => {
  const { read, began } = swarm();
  read(0, [agent('a', 1, null, { pane_index: 'main:0.1' })]);
  read(1, [agent('a', 1, '%3', { pane_index: 'main:0.1' })]);
  assert.deepEqual(began(), [null]);
});

test('update(): a departed agent is kept for an hour, and is the same one on return', () => {
  const { read, began, lives } = swarm();
  read(0, [agent('a', 1), agent('b', 2, '%2')]);
  read(1, [agent('b', 2, '%2')]);
  assert.deepEqual(
    lives.departed.map(({ entry, leftAt }) => [entry.id, leftAt]),
    [['a', START + 1000]],
  );
  read(5, [agent('a', 1), agent('b', 2, '%2')]);
  assert.deepEqual([began(), lives.departed], [[null, null], []]);
  read(6, []);
  read(6 + MAX_DEPARTED_MS / 1000, []);
  assert.deepEqual(lives.departed, []);
});

test('update(): of a thousand that left at once only a bounded number is kept', () => {
  const { read, lives } = swarm();
  const many = Array.from({ length: 1000 }, (_, i) => agent(`agent-${i}`, i + 1, `%${i}`));
  read(0, many);
  read(1, many.slice(0, 1));
  assert.equal(lives.listed.length, 1);
  assert.equal(lives.departed.length, MAX_DEPARTED);
});

test('update(): of departed agents with entries of any size only those that fit in a bounded answer are kept', () => {
  const { read, lives } = swarm();
  const large = Array.from({ length: 50 }, (_, i) => agent(`${i}-${'x'.repeat(60_000)}`, i + 1, `%${i}`));
  read(0, [...large, agent('small', 99, '%99')]);
  read(1, []);
  const characters = lives.departed.reduce((sum, { entry }) => sum + JSON.stringify(entry).length, 0);
  assert.ok(characters <= MAX_DEPARTED_CHARACTERS && characters > MAX_DEPARTED_CHARACTERS / 2);
  assert.ok(
    lives.departed.some(({ entry }) => entry.id === 'small'),
    'one that fits is kept after one that does not',
  );
});

test('update(): two entries of one id are two lives', () => {
  const { read, began, lives } = swarm();
  read(0, [agent('a', 1), agent('a', 2, '%2')], { 1: CLAUDE });
  read(1, [agent('a', 2, '%2'), agent('a', 1)], { 1: CLAUDE });
  assert.deepEqual(began(), [null, null]);
  assert.deepEqual(
    lives.listed.map(({ claudeSeen }) => claudeSeen),
    [false, true],
  );
});

test('claudeLostAt: set when claude was first missing, not while processes cannot be observed', () => {
  const { read, lives } = swarm();
  const lost = () => lives.listed[0]?.claudeLostAt ?? null;
  read(0, [agent('a', 1)], { 1: CLAUDE });
  read(1, [agent('a', 1)]);
  assert.equal(lost(), null);
  read(2, [agent('a', 1)], { 1: SHELL });
  read(3, [agent('a', 1)], { 1: SHELL });
  assert.equal(lost(), START + 2000);
  read(4, [agent('a', 1)], { 1: CLAUDE });
  assert.equal(lost(), null);
});

test('save() and restore(): another process of the dashboard continues from this one', () => {
  const first = swarm();
  first.read(0, [agent('a', 1), agent('b', 2, '%2')], { 1: CLAUDE });
  first.read(1, [agent('a', 1)], { 1: CLAUDE });
  const saved = first.lives.save();
  assert.ok(saved);
  first.read(2, [agent('a', 1, '%1', { last_seen: formatInstant(START + 2000) })], { 1: CLAUDE });
  assert.equal(first.lives.save(), null, 'nothing that is saved has changed');

  const second = swarm();
  second.read(9, [agent('a', 3)]);
  second.lives.restore(saved);
  second.read(10, [agent('a', 3)]);
  assert.deepEqual(second.began(), [10]);
  assert.deepEqual(second.lives.departed.map(({ entry }) => entry.id).sort(), ['a', 'b']);
});
