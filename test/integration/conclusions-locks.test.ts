/** Conclusions about locks, with real files and the production server: stale locks, several spellings. */
import assert from 'node:assert/strict';
import { appendFileSync, mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { isDeepStrictEqual } from 'node:util';
import { waitingAnswer } from '../../lib/contract/past-schemas';
import { type AttentionAnswer, type AttentionEntry, attentionAnswer, locksAnswer } from '../../lib/contract/schemas';
import { lockFileName } from '../../lib/sources/claudeswarm/lock-entry';
import { createLock, releaseLock } from '../../lib/sources/claudeswarm/writer';
import { formatNaiveLocal } from '../../lib/sources/claudeswarm/written-form';
import { ProductionServer } from '../support/production-server';
import { openStream } from '../support/sse-client';

const SECOND = 1000;
const PID_OF_NOBODY = 4_200_000;
const UNTIL_TIMEOUT_MS = 20_000;

/** A swarm of files, its server, and a stream that keeps the latest attention list. */
class LockSwarm {
  readonly root: string;
  readonly server: ProductionServer;
  #newest: AttentionAnswer | null = null;
  #notify = () => {};
  #messages = 0;

  constructor(context: TestContext, settings: string) {
    const folder = mkdtempSync(join(tmpdir(), 'conclusions-locks-'));
    this.root = join(folder, 'root');
    mkdirSync(join(this.root, '.agent_locks'), { recursive: true });
    writeFileSync(join(this.root, '.claudeswarm.toml'), settings);
    this.server = new ProductionServer({
      CLAUDESWARM_ROOT: this.root,
      SWARM_HISTORY: join(folder, 'history.sqlite'),
    });
    context.after(() => {
      this.server.abandon();
      rmSync(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 50 });
    });
  }

  async start(): Promise<void> {
    await this.server.start();
    const close = openStream({
      url: `${this.server.url}/api/stream`,
      onEvent: ({ name, data }) => {
        if (name !== 'attention') return;
        this.#newest = attentionAnswer.parse(JSON.parse(data));
        this.#notify();
      },
      onEnd: () => close(),
    });
  }

  /** Resolves with the items when the stream has exactly these ids, worst first, and the API returns the same. */
  async shows(...ids: string[]): Promise<AttentionEntry[]> {
    const fits = () => this.#newest?.attention.map(({ id }) => id).join() === ids.join();
    const late = setTimeout(
      () => assert.fail(`expected ${ids.join()}, got ${JSON.stringify(this.#newest)}`),
      UNTIL_TIMEOUT_MS,
    );
    let answer: AttentionAnswer;
    do {
      await new Promise<void>((resolve) => {
        this.#notify = () => fits() && resolve();
        this.#notify();
      });
      answer = attentionAnswer.parse(await this.server.get('/api/attention'));
    } while (!isDeepStrictEqual(answer, this.#newest));
    clearTimeout(late);
    return answer.attention;
  }

  register(...agents: { id: string; ageSeconds?: number }[]): void {
    const entries = agents.map(({ id, ageSeconds = 0 }, index) => ({
      id,
      pane_index: `main:0.${index}`,
      pid: PID_OF_NOBODY + index,
      status: 'active',
      last_seen: new Date(Date.now() - ageSeconds * SECOND).toISOString().replace('Z', '+00:00'),
      session_name: 'main',
      tmux_pane_id: `%${90_000 + index}`,
    }));
    this.replace('ACTIVE_AGENTS.json', { session_name: 'main', updated_at: 'now', agents: entries });
  }

  replace(name: string, value: object): void {
    writeFileSync(join(this.root, 'tmpabcdefgh'), JSON.stringify(value));
    renameSync(join(this.root, 'tmpabcdefgh'), join(this.root, name));
  }

  say(sender: string, recipient: string, type: string, content: string): void {
    const line = {
      sender,
      timestamp: formatNaiveLocal(Date.now()),
      msg_type: type,
      content,
      recipients: [recipient],
      msg_id: `message-${++this.#messages}`,
      delivery_status: { [recipient]: true },
    };
    appendFileSync(join(this.root, 'agent_messages.log'), `${JSON.stringify(line)}\n`);
  }

  lock(agentId: string, filepath: string, ageSeconds = 0): void {
    assert.ok(createLock(this.root, { agentId, filepath, reason: 'work', now: Date.now() - ageSeconds * SECOND }));
  }

  release(agentId: string, filepath: string): void {
    assert.ok(releaseLock(this.root, agentId, filepath));
  }
}

test('stale locks of a running holder are not an item until another agent wants one of the files; then all are one item', async (context) => {
  const swarm = new LockSwarm(context, '[locking]\nstale_timeout = 60\n[discovery]\nstale_threshold = 600\n');
  swarm.register({ id: 'agent-0' }, { id: 'agent-1' });
  for (let index = 0; index < 12; index++) swarm.lock('agent-0', `src/${index}.ts`, 70);
  await swarm.start();
  await swarm.shows();
  const { locks } = locksAnswer.parse(await swarm.server.get('/api/locks'));
  assert.equal(locks.filter(({ stale }) => stale === true).length, 12);

  const id = 'lock_stale:agent-0';
  swarm.say('agent-1', 'agent-0', 'QUESTION', 'Can you release src/3.ts?');
  const [asked] = await swarm.shows(id);
  assert.equal(
    asked?.reason,
    "agent-0 holds 12 locks past the timeout of 60 s; agent-1 asks for src/3.ts. Any agent's next acquire-file-lock or list-all-locks removes them.",
  );
  assert.deepEqual([asked.severity, asked.evidence.locks.length], ['notice', 12]);
  assert.equal(asked.evidence.locks[0], lockFileName('src/3.ts'));
  assert.deepEqual([asked.evidence.agents, asked.evidence.messages.length], [['agent-0', 'agent-1'], 1]);
  assert.deepEqual(
    [asked.why.threshold, asked.why.setting, asked.why.facts[0]],
    ['older than 60 s', 'locking.stale_timeout in .claudeswarm.yaml', 'agent-1 asks for src/3.ts.'],
  );
  swarm.say('agent-0', 'agent-1', 'INFO', 'In a minute.');
  await swarm.shows();

  const conflict = { conflict_id: 'c', conflict_type: 'file_lock', agents_involved: ['agent-1', 'agent-0'] };
  swarm.replace('CONFLICT_LOG.json', { conflicts: [{ ...conflict, resource: 'src/5.ts', status: 'pending' }] });
  const [waited] = await swarm.shows(id);
  assert.match(waited?.reason ?? '', /; agent-1 waits for src\/5\.ts\. /);
  swarm.replace('CONFLICT_LOG.json', { conflicts: [] });
  await swarm.shows();

  const other = join(swarm.root, 'src/7.ts');
  swarm.lock('agent-1', other);
  const [, overlapped] = await swarm.shows(`lock_overlap:${lockFileName('src/7.ts')}`, id);
  assert.ok(overlapped?.reason.includes(`; agent-1 holds ${other}, which overlaps src/7.ts. `), overlapped?.reason);
  swarm.release('agent-1', other);
  await swarm.shows();
});

test('a stale lock becomes an item if its holder has shown no sign of life for longer than the timeout', async (context) => {
  const swarm = new LockSwarm(context, '[locking]\nstale_timeout = 60\n[discovery]\nstale_threshold = 10\n');
  swarm.register({ id: 'agent-0', ageSeconds: 56 }, { id: 'agent-1' });
  swarm.lock('agent-0', 'src/a.ts', 70);
  await swarm.start();
  // By time alone: the timeout passes after the server has started.
  const [silent] = await swarm.shows('lock_stale:agent-0');
  assert.match(silent?.reason ?? '', /past the timeout of 60 s; agent-0 has given no sign of life since 2/);
  swarm.register({ id: 'agent-0' }, { id: 'agent-1' });
  await swarm.shows();
});

test('locks of a holder that is not in the registry are one item', async (context) => {
  const swarm = new LockSwarm(context, '');
  swarm.register({ id: 'agent-0' });
  await swarm.start();
  await swarm.shows();
  for (const path of ['a.ts', 'b.ts', 'c.ts']) swarm.lock('ghost', path);
  const fits = async () => (await swarm.shows('lock_orphaned:ghost'))[0]?.evidence.locks.length === 3;
  while (!(await fits()));
  const [entry] = await swarm.shows('lock_orphaned:ghost');
  assert.deepEqual([entry?.severity, entry?.reason], ['warning', 'ghost holds 3 locks, but is not in the registry.']);
});

test('one file in the spellings of three agents is one overlap with three holders, and keeps its id', async (context) => {
  const swarm = new LockSwarm(context, '');
  const holders = ['agent-0', 'agent-1', 'agent-2'];
  swarm.register(...holders.map((id) => ({ id })), { id: 'agent-3' });
  await swarm.start();
  await swarm.shows();
  const file = 'src/api/users.py';
  const spellings = [file, 'src/api/../api/users.py', join(swarm.root, file)];
  for (const [index, holder] of holders.entries()) swarm.lock(holder, spellings[index] ?? '', 30 - index);
  const id = `lock_overlap:${lockFileName(file)}`;
  let [entry] = await swarm.shows(id);
  while (entry?.evidence.locks.length !== 3) [entry] = await swarm.shows(id);
  assert.deepEqual(entry.evidence.agents.toSorted(), holders);
  assert.equal(entry.subject, file);
  assert.match(entry.reason, /^agent-\d, agent-\d and agent-\d hold the same file, spelled /);
  const { edges } = waitingAnswer.parse(await swarm.server.get('/api/waiting'));
  assert.deepEqual(edges.map(({ kind, from, to }) => `${kind} ${from} ${to}`).toSorted(), [
    'lock_overlap agent-1 agent-0',
    'lock_overlap agent-2 agent-0',
    'lock_overlap agent-2 agent-1',
  ]);

  // A refresh writes a new time into the same file.
  swarm.release('agent-1', spellings[1] ?? '');
  swarm.lock('agent-1', spellings[1] ?? '');
  while ((await swarm.shows(id))[0]?.evidence.locks.length !== 3);

  // A pattern over all three contains the overlap of the file.
  swarm.lock('agent-3', 'src/*');
  const [outer] = await swarm.shows(`lock_overlap:${lockFileName('src/*')}:agent-3`);
  assert.deepEqual(outer?.evidence.agents.toSorted(), [...holders, 'agent-3']);
  assert.match(outer?.reason ?? '', /hold the same file, spelled /);
  swarm.release('agent-3', 'src/*');
  await swarm.shows(id);
});
