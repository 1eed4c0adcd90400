/** Changes that the server pushes because of time alone, and what it journals about them. */
import assert from 'node:assert/strict';
import { appendFileSync, mkdirSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import Database from 'better-sqlite3';
import type { AgentsAnswer, LocksAnswer, Message, Stats } from '../../lib/contract/schemas';
import { createLock, releaseLock } from '../../lib/sources/claudeswarm/writer';
import { ProductionServer } from '../support/production-server';
import { scratchFolder } from '../support/scratch-folder';
import { openStream } from '../support/sse-client';

const PID_OF_NOBODY = 4_200_000;

function newFolder(): string {
  const folder = scratchFolder('live-');
  mkdirSync(join(folder, 'root', '.agent_locks'), { recursive: true });
  return folder;
}

function register(root: string, agents: readonly { id: string; ageSeconds: number }[]): void {
  const entries = agents.map(({ id, ageSeconds }, index) => ({
    id,
    pane_index: `main:0.${index}`,
    pid: PID_OF_NOBODY + index,
    status: 'active',
    last_seen: new Date(Date.now() - ageSeconds * 1000).toISOString().replace('Z', '+00:00'),
    session_name: 'main',
    tmux_pane_id: `%${index}`,
  }));
  writeFileSync(
    join(root, 'tmpabcdefgh'),
    JSON.stringify({ session_name: 'main', updated_at: 'now', agents: entries }),
  );
  renameSync(join(root, 'tmpabcdefgh'), join(root, 'ACTIVE_AGENTS.json'));
}

/** Resolves with the data of the first event of a name that passes the check, on a separate stream. */
function eventually<T>(server: ProductionServer, name: string, fits: (data: T) => boolean): Promise<T> {
  return new Promise((resolve, reject) => {
    const drop = openStream({
      url: `${server.url}/api/stream`,
      onEvent(event) {
        if (event.name !== name) return;
        const data = JSON.parse(event.data) as T;
        if (!fits(data)) return;
        drop();
        resolve(data);
      },
      onEnd: reject,
    });
  });
}

test('an agent and a lock become stale by time alone: both are pushed and journaled', async (context) => {
  const folder = newFolder();
  const root = join(folder, 'root');
  const history = join(folder, 'history.sqlite');
  writeFileSync(join(root, '.claudeswarm.toml'), '[discovery]\nstale_threshold = 10\n[locking]\nstale_timeout = 60\n');
  const lock = { agentId: 'agent-0', filepath: 'src/a.ts', reason: 'work' };
  const server = await ProductionServer.started({ CLAUDESWARM_ROOT: root, SWARM_HISTORY: history });
  context.after(() => server.abandon());

  const healths = (wanted: string) => (data: AgentsAnswer) =>
    data.agents.length > 0 && data.agents.every(({ health }) => health === wanted);
  const staleness = (wanted: boolean) => (data: LocksAnswer) =>
    data.count > 0 && data.locks.every(({ stale }) => stale === wanted);
  const fresh = [eventually(server, 'agents', healths('active')), eventually(server, 'locks', staleness(false))];
  register(root, [{ id: 'agent-0', ageSeconds: 0 }]);
  createLock(root, { ...lock, now: Date.now() - 50_000 });
  await Promise.all(fresh);
  // Nothing is written from here on: only the clock advances.
  await Promise.all([eventually(server, 'agents', healths('stale')), eventually(server, 'locks', staleness(true))]);

  // A lock is orphaned when its holder leaves the registry; the lock itself has not changed.
  register(root, [{ id: 'agent-1', ageSeconds: 0 }]);
  await eventually<LocksAnswer>(server, 'locks', ({ locks }) => locks.every(({ orphaned }) => orphaned === true));
  releaseLock(root, lock.agentId, lock.filepath);
  await eventually<LocksAnswer>(server, 'locks', ({ count }) => count === 0);
  // While the registry is unreadable, its last content stays, and nothing is concluded about holders.
  writeFileSync(join(root, 'ACTIVE_AGENTS.json'), '{"agents": [');
  createLock(root, { ...lock, now: Date.now() });
  const [{ locks }] = await Promise.all([
    eventually<LocksAnswer>(server, 'locks', ({ count }) => count === 1),
    eventually(server, 'sources', (data: { registry: { state: string } }) => data.registry.state === 'unreadable'),
  ]);
  assert.equal(locks[0]?.orphaned, null);
  assert.deepEqual(
    (await server.get<AgentsAnswer>('/api/agents')).agents.map(({ id }) => id),
    ['agent-1'],
  );
  assert.equal(await server.stop(), 0);

  const db = new Database(history, { readonly: true });
  const rows = db.prepare('SELECT kind, subject, body FROM journal ORDER BY id').all() as {
    kind: string;
    subject: string;
    body: string | null;
  }[];
  // The state at the beginning is in the first snapshot only.
  const { body: begin } = db.prepare('SELECT body FROM snapshots ORDER BY journal_id').get() as { body: string };
  db.close();
  const first = Object.entries(JSON.parse(begin) as Record<string, Record<string, object>>).flatMap(([kind, things]) =>
    Object.entries(things).map(([subject, body]) => ({ kind, subject, body: JSON.stringify(body) })),
  );
  const published = [...first, ...rows].map(({ kind, subject, body }) => {
    const { health, stale, orphaned, state, event } = JSON.parse(body ?? '{}');
    return [
      kind,
      kind === 'server' || kind === 'lock' ? '' : subject,
      body && (health ?? state ?? event ?? `${stale} ${orphaned}`),
    ].join(' ');
  });
  for (const expected of [
    'agent agent-0 active',
    'agent agent-0 stale',
    'agent agent-0 ',
    'agent agent-1 active',
    'lock  false false',
    'lock  true false',
    'lock  true true',
    'lock  ',
    'source registry unreadable',
    'server  started',
    'server  stopped',
  ]) {
    assert.ok(published.includes(expected), `"${expected}" in ${JSON.stringify(published)}`);
  }
});

test('a message that was sent on the stream is counted in later answers', async (context) => {
  const root = join(newFolder(), 'root');
  const server = await ProductionServer.started({ CLAUDESWARM_ROOT: root, SWARM_HISTORY: 'off' });
  context.after(() => server.abandon());
  const writeAndCount = async (id: string) => {
    const published = eventually<{ messages: Message[] }>(server, 'messages', ({ messages }) =>
      messages.some(({ msg_id }) => msg_id === id),
    );
    const message = { timestamp: '2026-01-01T00:00:00+00:00', sender_id: 'a', message_type: 'INFO', content: id };
    appendFileSync(join(root, 'agent_messages.log'), `${JSON.stringify({ ...message, msg_id: id })}\n`);
    await published;
    return (await server.get<Stats>('/api/stats')).message_count;
  };
  // The second and third arrive while the figures of the first are still the latest that were published.
  assert.equal(await writeAndCount('first'), 1);
  assert.equal(await writeAndCount('second'), 2);
  assert.equal(await writeAndCount('third'), 3);
  assert.equal(await server.stop(), 0);
});
