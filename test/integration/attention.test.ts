/**
 * Attention items of the production server: each kind appears on the stream and in the API, and ends when it is
 * resolved.
 */
import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { appendFileSync, mkdirSync, mkdtempSync, renameSync, rmSync, unlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { isDeepStrictEqual } from 'node:util';
import { waitingAnswer } from '../../lib/contract/past-schemas';
import { type AttentionAnswer, type AttentionKind, attentionAnswer } from '../../lib/contract/schemas';
import { createLock, releaseLock } from '../../lib/sources/claudeswarm/writer';
import { formatNaiveLocal } from '../../lib/sources/claudeswarm/written-form';
import { ProductionServer } from '../support/production-server';
import { openStream, type SseEvent } from '../support/sse-client';

const MINUTE = 60_000;
const PID_OF_NOBODY = 4_200_000;

/** A swarm, its server and a stream that keeps the latest attention list. */
class Scene {
  readonly root: string;
  readonly server: ProductionServer;
  /** The names of the first events, up to the messages. */
  readonly first: string[] = [];
  #held: AttentionAnswer | null = null;
  #heard = () => {};
  #messages = 0;

  constructor(context: TestContext, settings: Record<string, string> = {}) {
    const folder = mkdtempSync(join(tmpdir(), 'attention-'));
    this.root = join(folder, 'root');
    mkdirSync(join(this.root, '.agent_locks'), { recursive: true });
    const history = join(folder, 'history.sqlite');
    this.server = new ProductionServer({ CLAUDESWARM_ROOT: this.root, SWARM_HISTORY: history, ...settings });
    context.after(() => {
      this.server.abandon();
      rmSync(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 50 });
    });
  }

  async start(): Promise<void> {
    await this.server.start();
    const drop = openStream({
      url: `${this.server.url}/api/stream`,
      onEvent: (event) => this.#take(event),
      onEnd: () => drop(),
    });
  }

  #take({ name, data }: SseEvent): void {
    if (!this.first.includes('messages')) this.first.push(name);
    if (name !== 'attention') return;
    this.#held = attentionAnswer.parse(JSON.parse(data));
    this.#heard();
  }

  /** Resolves when the stream has exactly these kinds, in this order. */
  async shows(...kinds: AttentionKind[]): Promise<AttentionAnswer> {
    return this.until(({ attention }) => attention.map(({ kind }) => kind).join() === kinds.join(), kinds.join());
  }

  /** Resolves when the latest list on the stream passes the check; the API must then return the same. */
  async until(fits: (held: AttentionAnswer) => boolean, what: string): Promise<AttentionAnswer> {
    const late = setTimeout(() => assert.fail(`not ${what}, but ${JSON.stringify(this.#held)}`), 20_000);
    await new Promise<void>((resolve) => {
      this.#heard = () => this.#held && fits(this.#held) && resolve();
      this.#heard();
    });
    let answer: AttentionAnswer;
    do answer = attentionAnswer.parse(await this.server.get('/api/attention'));
    while (!isDeepStrictEqual(answer, this.#held));
    clearTimeout(late);
    return answer;
  }

  /** The only entry of the list, of a kind, with a number of messages. */
  async showsOnly(kind: AttentionKind, messages = 0) {
    const fits = ({ attention: [first, second] }: AttentionAnswer) =>
      first?.kind === kind && first.evidence.messages.length === messages && !second;
    const [entry] = (await this.until(fits, `${kind} with ${messages} messages`)).attention;
    assert.ok(entry);
    return entry;
  }

  say(sender: string, recipient: string, type: string, more: { ageMs?: number; [field: string]: unknown } = {}): void {
    const { ageMs = 0, ...fields } = more;
    const line = {
      sender,
      timestamp: formatNaiveLocal(Date.now() - ageMs),
      msg_type: type,
      content: `${type} of ${sender}`,
      recipients: [recipient],
      msg_id: `${type}-${++this.#messages}`,
      delivery_status: { [recipient]: true },
      ...fields,
    };
    appendFileSync(join(this.root, 'agent_messages.log'), `${JSON.stringify(line)}\n`);
  }

  register(...agents: { id: string; pid: number; ageSeconds?: number }[]): void {
    const entries = agents.map(({ id, pid, ageSeconds = 0 }, index) => ({
      id,
      pane_index: `main:0.${index}`,
      pid,
      status: 'active',
      last_seen: new Date(Date.now() - ageSeconds * 1000).toISOString().replace('Z', '+00:00'),
      session_name: 'main',
      tmux_pane_id: `%${index}`,
    }));
    this.replace('ACTIVE_AGENTS.json', JSON.stringify({ session_name: 'main', updated_at: 'now', agents: entries }));
  }

  replace(name: string, text: string): void {
    writeFileSync(join(this.root, 'tmpabcdefgh'), text);
    renameSync(join(this.root, 'tmpabcdefgh'), join(this.root, name));
  }

  lock(agentId: string, filepath: string, ageMs = 0): void {
    createLock(this.root, { agentId, filepath, reason: 'work', now: Date.now() - ageMs });
  }
}

/** A process of this user that is recognized as Claude Code, for the registry. */
async function bystander(context: TestContext): Promise<ChildProcess & { pid: number }> {
  const child = spawn(process.execPath, ['--eval', 'setInterval(() => {}, 1000)'], {
    stdio: 'ignore',
    argv0: 'claude',
  });
  context.after(() => child.kill('SIGKILL'));
  await once(child, 'spawn');
  return child as ChildProcess & { pid: number };
}

test('questions, deliveries and acknowledgements', async (context) => {
  const scene = new Scene(context);
  await scene.start();
  await scene.shows();
  assert.deepEqual(scene.first, [
    'connected',
    'sources',
    'agents',
    'locks',
    'stats',
    'attention',
    'tasks',
    'permissions',
    'outgoing',
    'work',
    'messages',
  ]);

  scene.say('agent-0', 'agent-1', 'QUESTION', { ageMs: 10 * MINUTE, content: 'Cents?' });
  scene.say('agent-0', 'agent-1', 'QUESTION', { ageMs: 9 * MINUTE, content: '[RETRY-1] Cents?' });
  const question = await scene.showsOnly('question_unanswered', 2);
  assert.deepEqual([question.id, question.subject], ['question_unanswered:QUESTION-1', 'agent-0']);
  scene.say('agent-1', 'agent-0', 'INFO');
  await scene.shows();

  // The only change: it gets five minutes old.
  scene.say('agent-0', 'agent-1', 'BLOCKED', { ageMs: 5 * MINUTE - 1500 });
  assert.equal((await scene.showsOnly('blocked_unanswered', 1)).severity, 'critical');
  scene.say('agent-9', 'agent-5', 'INFO', { parent_msg_id: 'BLOCKED-4' });
  await scene.shows();

  scene.say('agent-0', 'agent-1', 'INFO', { delivery_status: { 'agent-1': false } });
  assert.equal((await scene.showsOnly('delivery_failed', 1)).subject, 'agent-1');
  scene.say('agent-2', 'agent-1', 'INFO');
  await scene.shows();
  scene.say('agent-0', 'agent-1', 'INFO', { delivery_status: { 'agent-1': false }, ageMs: 30 * MINUTE - 1500 });
  await scene.shows('delivery_failed');
  await scene.shows();

  const ack = { sender_id: 'agent-0', recipient_id: 'agent-1', retry_count: 1 };
  scene.say('agent-0', 'agent-1', 'INFO', { msg_id: 'wanted', content: '[REQUIRES-ACK] Read this' });
  const due = formatNaiveLocal(Date.now() - 2 * MINUTE);
  const pending = (acks: object[]) =>
    scene.replace('PENDING_ACKS.json', JSON.stringify({ version: 1, pending_acks: acks }));
  pending([{ ...ack, msg_id: 'wanted', message: { content: '[REQUIRES-ACK] Read this' }, next_retry_at: due }]);
  const overdue = await scene.showsOnly('acknowledgement_overdue', 1);
  assert.match(overdue.reason, /^agent-1 has not acknowledged a message from agent-0: "Read this" .* the id wanted;/);
  pending([]);
  await scene.shows();
});

test('a wait cycle comes first, and includes who waits for whom', async (context) => {
  const scene = new Scene(context);
  await scene.start();
  await scene.shows();
  const readWaiting = async () => waitingAnswer.parse(await scene.server.get('/api/waiting'));
  assert.deepEqual(await readWaiting(), { edges: [], cycles: [] });
  scene.lock('agent-9', 'src/b.ts');
  scene.register({ id: 'agent-0', pid: PID_OF_NOBODY });
  await scene.shows('lock_orphaned');
  scene.say('agent-0', 'agent-1', 'BLOCKED');
  const task = (id: string, assigned_to: string, ...blocked_by: string[]) => ({ [id]: { assigned_to, blocked_by } });
  const tasks = (...entries: object[]) =>
    scene.replace('TASKS.json', JSON.stringify({ tasks: Object.assign({}, ...entries) }));
  tasks(task('t1', 'agent-1', 't2'), task('t2', 'agent-0'));
  const { attention } = await scene.shows('deadlock', 'lock_orphaned');
  assert.deepEqual(attention[0]?.evidence.agents, ['agent-0', 'agent-1']);
  assert.deepEqual(attention[0]?.evidence.sources, ['TASKS.json']);
  const { edges, cycles } = await readWaiting();
  assert.deepEqual(
    edges.map(({ kind, from, to }) => [kind, from, to]),
    [
      ['blocked', 'agent-0', 'agent-1'],
      ['task', 'agent-1', 'agent-0'],
    ],
  );
  assert.deepEqual(cycles, [{ agents: ['agent-0', 'agent-1'], edges: edges.map(({ id }) => id) }]);
  scene.replace('CONFLICT_LOG.json', '{');
  await scene.shows('deadlock', 'lock_orphaned', 'source_unreadable');
  tasks(task('t1', 'agent-1'), task('t2', 'agent-0'));
  await scene.shows('lock_orphaned', 'source_unreadable');
});

test('agents, locks and sources', async (context) => {
  const scene = new Scene(context);
  writeFileSync(
    join(scene.root, '.claudeswarm.toml'),
    '[discovery]\nstale_threshold = 30\n[locking]\nstale_timeout = 60\n',
  );
  const { pid } = await bystander(context);
  scene.register({ id: 'agent-0', pid }, { id: 'agent-1', pid: PID_OF_NOBODY });
  await scene.start();
  await scene.shows();

  // A lock past its timeout with a running holder is not an item until another agent wants the file.
  scene.lock('agent-0', 'src/a.ts', 58_000);
  scene.say('agent-5', 'agent-0', 'QUESTION', { content: 'May I have src/a.ts?' });
  const stale = await scene.showsOnly('lock_stale', 1);
  assert.equal(stale.subject, 'agent-0');
  scene.say('agent-0', 'agent-5', 'INFO');
  await scene.shows();
  releaseLock(scene.root, 'agent-0', 'src/a.ts');

  scene.lock('agent-7', 'src/b.ts');
  await scene.shows('lock_orphaned');
  releaseLock(scene.root, 'agent-7', 'src/b.ts');
  await scene.shows();

  scene.lock('agent-0', 'src/*');
  scene.lock('agent-1', 'src/c.ts', 29_000);
  assert.equal((await scene.showsOnly('lock_overlap')).subject, 'src/*');
  releaseLock(scene.root, 'agent-0', 'src/*');
  await scene.shows();
  scene.lock('agent-0', join(scene.root, 'src/c.ts'));
  assert.equal((await scene.showsOnly('lock_overlap')).subject, 'src/c.ts');
  releaseLock(scene.root, 'agent-0', join(scene.root, 'src/c.ts'));
  await scene.shows();

  // It becomes stale by time alone.
  scene.register({ id: 'agent-0', pid }, { id: 'agent-1', pid: PID_OF_NOBODY, ageSeconds: 28 });
  await scene.shows('agent_stale');
  releaseLock(scene.root, 'agent-1', 'src/c.ts');
  await scene.shows();
  // Its process is known to be gone, because another process is visible. Its lock is stale too, but that is one entry.
  const other = await bystander(context);
  scene.register({ id: 'agent-0', pid }, { id: 'agent-1', pid: PID_OF_NOBODY }, { id: 'agent-2', pid: other.pid });
  scene.lock('agent-2', 'src/d.ts', 70_000);
  await scene.shows();
  other.kill('SIGKILL');
  const dead = await scene.showsOnly('agent_dead');
  assert.deepEqual([dead.subject, dead.severity], ['agent-2', 'critical']);
  releaseLock(scene.root, 'agent-2', 'src/d.ts');
  await scene.shows();

  scene.replace('ACTIVE_AGENTS.json', '{"agents": [');
  assert.deepEqual((await scene.showsOnly('source_unreadable')).evidence.sources, ['registry']);
  scene.register({ id: 'agent-0', pid });
  await scene.shows();
  scene.replace('PENDING_ACKS.json', 'x');
  await scene.shows('source_unreadable');
  unlinkSync(join(scene.root, 'PENDING_ACKS.json'));
  await scene.shows();
});

test('a restart returns the same entries with the same ids; the settings are thresholds', async (context) => {
  const scene = new Scene(context, {
    SWARM_ATTENTION_QUESTION_MINUTES: '0',
    SWARM_ATTENTION_QUESTION_HOURS: '1',
    SWARM_ATTENTION_DELIVERY_MINUTES: '60',
    SWARM_ATTENTION_ACK_SECONDS: '0',
  });
  scene.say('agent-0', 'agent-1', 'QUESTION', { ageMs: 61 * MINUTE });
  scene.say('agent-0', 'agent-1', 'QUESTION', { ageMs: MINUTE });
  scene.say('agent-0', 'agent-2', 'INFO', { delivery_status: { 'agent-2': false }, ageMs: 59 * MINUTE });
  const ack = {
    msg_id: 'a',
    sender_id: 'agent-0',
    recipient_id: 'agent-1',
    next_retry_at: formatNaiveLocal(Date.now()),
  };
  scene.replace('PENDING_ACKS.json', JSON.stringify({ pending_acks: [ack] }));
  scene.register({ id: 'agent-0', pid: PID_OF_NOBODY }, { id: 'agent-1', pid: PID_OF_NOBODY + 1 });
  scene.lock('agent-8', 'src/a.ts', 10 * MINUTE);
  await scene.start();
  const kinds: AttentionKind[] = ['delivery_failed', 'lock_orphaned', 'question_unanswered', 'acknowledgement_overdue'];
  const before = await scene.shows(...kinds);
  await scene.server.stop();
  await scene.start();
  assert.deepEqual(await scene.shows(...kinds), before);
  // The first state in the page contains them too.
  const page = await (await fetch(scene.server.url)).text();
  assert.ok(page.includes(before.attention[0]?.id ?? 'no entry'));
});
