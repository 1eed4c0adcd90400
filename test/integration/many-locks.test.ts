/** More locks than fit into one answer, over HTTP: all are counted, and each is on one page. */
import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, unlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { setTimeout as wait } from 'node:timers/promises';
import type { PastState } from '../../lib/contract/past-schemas';
import { type LocksAnswer, type Problem, problem, type Stats } from '../../lib/contract/schemas';
import { lockFileName } from '../../lib/sources/claudeswarm/lock-entry';
import { LOCKS_FOLDER } from '../../lib/sources/claudeswarm/locks';
import { ProductionServer } from '../support/production-server';

const LOCKS = 10_050;
const folder = mkdtempSync(join(tmpdir(), 'many-locks-'));
const root = join(folder, 'swarm');
const server = new ProductionServer({ CLAUDESWARM_ROOT: root, SWARM_HISTORY: join(folder, 'history.sqlite') });
const begun = Math.floor(Date.now() / 1000);

function lock(filepath: string, agent_id: string, locked_at: number): void {
  const text = JSON.stringify({ agent_id, filepath, locked_at, reason: '' });
  writeFileSync(join(root, LOCKS_FOLDER, lockFileName(filepath)), text);
}

function release(filepath: string): void {
  unlinkSync(join(root, LOCKS_FOLDER, lockFileName(filepath)));
}

async function eventually<Answer>(path: string, test: (answer: Answer) => boolean): Promise<Answer> {
  const deadline = performance.now() + 60_000;
  for (;;) {
    const answer = await server.get<Answer>(path);
    if (test(answer)) return answer;
    assert.ok(performance.now() < deadline, `${path} never became as expected`);
    await wait(50);
  }
}

before(async () => {
  mkdirSync(join(root, LOCKS_FOLDER), { recursive: true });
  const entry = (id: string, index: number) => ({ id, pid: 4_194_400 + index, tmux_pane_id: `%${index}` });
  const agents = ['agent-0', 'agent-1'].map(entry);
  writeFileSync(join(root, 'ACTIVE_AGENTS.json'), JSON.stringify({ session_name: 'main', agents }));
  // The higher the number, the older the lock.
  for (let index = 0; index < LOCKS; index++) lock(`src/${index}.ts`, `agent-${index % 2}`, begun - index / 10);
  await server.start();
  await eventually('/api/locks', ({ count }: LocksAnswer) => count === LOCKS);
});
after(async () => {
  await server.stop();
  rmSync(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 50 });
});

test('GET /api/locks: above 10,000 the list is cut but the counts are not, and the number of omitted locks is given', async () => {
  const { locks, count, truncated, holders } = await server.get<LocksAnswer>('/api/locks');
  assert.deepEqual([locks.length, count, truncated], [10_000, LOCKS, 50]);
  assert.deepEqual(holders.map(({ agent_id, count }) => [agent_id, count]).sort(), [
    ['agent-0', LOCKS / 2],
    ['agent-1', LOCKS / 2],
  ]);
  const listed = new Set(locks.map(({ filepath }) => filepath));
  assert.deepEqual([listed.has('src/0.ts'), listed.has('src/10049.ts')], [true, false]);
  assert.equal((await server.get<Stats>('/api/stats')).lock_count, LOCKS);
  assert.match(await (await fetch(`${server.url}/metrics`)).text(), /^claude_swarm_locks 10050$/m);
});

test('GET /api/locks: pages contain every lock once while others are taken and released', async () => {
  const files: string[] = [];
  let [cursor, pages] = ['', 0];
  for (;;) {
    const page = await server.get<LocksAnswer>(`/api/locks?limit=1000${cursor && `&cursor=${cursor}`}`);
    files.push(...page.locks.map(({ lock_file }) => lock_file));
    assert.equal(page.limit, 1000);
    if (page.next_cursor == null) break;
    cursor = page.next_cursor;
    lock(`passing/${pages}.ts`, 'agent-1', begun);
    if (pages > 0) release(`passing/${pages - 1}.ts`);
    pages += 1;
  }
  release(`passing/${pages - 1}.ts`);
  assert.equal(new Set(files).size, files.length);
  const held = Array.from({ length: LOCKS }, (_, index) => lockFileName(`src/${index}.ts`));
  const found = new Set(files);
  assert.deepEqual(
    held.filter((file) => !found.has(file)),
    [],
  );
  assert.deepEqual(files, files.toSorted());
  await eventually('/api/locks', ({ count }: LocksAnswer) => count === LOCKS);
});

test('GET /api/locks: pages of one holder, bounds of the limit, and invalid cursors', async () => {
  const page = await server.get<LocksAnswer>('/api/locks?holder=agent-1&limit=3');
  assert.deepEqual([page.count, page.locks.length, page.truncated], [LOCKS / 2, 3, LOCKS / 2 - 3]);
  assert.ok(page.locks.every(({ agent_id }) => agent_id === 'agent-1'));
  assert.equal((await server.get<LocksAnswer>('/api/locks?limit=99999')).locks.length, 1000);
  assert.equal((await server.get<LocksAnswer>('/api/locks?holder=nobody')).count, 0);
  for (const query of ['cursor=x', 'cursor=a.5', 'limit=many']) {
    const response = await fetch(`${server.url}/api/locks?${query}`);
    assert.equal(response.status, 422, query);
    const refused: Problem = problem.parse(await response.json());
    assert.deepEqual(
      refused.errors?.map(({ parameter }) => parameter),
      [query.split('=')[0]],
    );
  }
});

test('one more lock and one less are published at once, also among omitted ones; the history says that it is incomplete', async () => {
  lock('src/new.ts', 'agent-0', begun + 1);
  const more = await eventually('/api/locks', ({ count }: LocksAnswer) => count === LOCKS + 1);
  assert.ok(more.locks.some(({ filepath }) => filepath === 'src/new.ts'));
  release('src/10049.ts');
  await eventually('/api/locks', ({ count }: LocksAnswer) => count === LOCKS);
  const state = `/api/state?at=${encodeURIComponent(new Date().toISOString())}`;
  const { locks, unknown } = await eventually(state, ({ locks }: PastState) => locks.count === LOCKS);
  assert.deepEqual([locks.locks.length, locks.truncated], [1000, LOCKS - 1000]);
  assert.ok(unknown.some(({ about }) => about === 'locks'));
});
