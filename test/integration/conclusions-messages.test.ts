/** Conclusions from messages, with real files and the production server: answers, acknowledgements, deliveries. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { appendFileSync, mkdirSync, mkdtempSync, realpathSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { type WaitingAnswer, waitingAnswer } from '../../lib/contract/past-schemas';
import type { AgentsAnswer, AttentionAnswer, AttentionEntry, Stats } from '../../lib/contract/schemas';
import { formatNaiveLocal } from '../../lib/sources/claudeswarm/written-form';
import { ProductionServer } from '../support/production-server';

const MINUTE = 60_000;
const ACK_ID = '3f0c2a9e-1111-4222-8333-444455556666';
const DEADLINE_MS = 20_000;

/** A swarm of files, and its server. */
class Scene {
  readonly root: string;
  readonly server: ProductionServer;
  #messages = 0;

  constructor(context: TestContext) {
    const folder = realpathSync(mkdtempSync(join(tmpdir(), 'conclusions-')));
    this.root = join(folder, 'root');
    mkdirSync(join(this.root, '.agent_locks'), { recursive: true });
    const history = join(folder, 'history.sqlite');
    this.server = new ProductionServer({ CLAUDESWARM_ROOT: this.root, SWARM_HISTORY: history });
    context.after(async () => {
      await this.server.stop();
      rmSync(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 50 });
    });
  }

  say(sender: string, recipients: string[], msg_type: string, more: { ageMs?: number; [field: string]: unknown } = {}) {
    const { ageMs = 0, ...fields } = more;
    const msg_id = `m-${++this.#messages}`;
    const delivery_status = Object.fromEntries(recipients.map((name) => [name, true]));
    const timestamp = formatNaiveLocal(Date.now() - ageMs);
    const line = {
      sender,
      timestamp,
      msg_type,
      content: `${msg_type} of ${sender}`,
      recipients,
      msg_id,
      delivery_status,
    };
    appendFileSync(join(this.root, 'agent_messages.log'), `${JSON.stringify({ ...line, ...fields })}\n`);
    return msg_id;
  }

  register(agents: Record<string, number>, ageMs = 0): void {
    const last_seen = new Date(Date.now() - ageMs).toISOString().replace('Z', '+00:00');
    const entries = Object.entries(agents).map(([id, pid], index) => {
      const pane = { pane_index: `main:0.${index}`, tmux_pane_id: `%${index}`, session_name: 'main' };
      return { id, pid, status: 'active', last_seen, ...pane };
    });
    this.replace('ACTIVE_AGENTS.json', { session_name: 'main', updated_at: last_seen, agents: entries });
  }

  replace(name: string, content: object, folder = this.root): void {
    writeFileSync(join(folder, 'tmpabcdefgh'), JSON.stringify(content));
    renameSync(join(folder, 'tmpabcdefgh'), join(folder, name));
  }

  pending(folder: string, ...acks: object[]): void {
    const times = { sent_at: formatNaiveLocal(Date.now() - 5 * MINUTE), retry_count: 1 };
    const next_retry_at = formatNaiveLocal(Date.now() - 3 * MINUTE);
    const message = { content: '[REQUIRES-ACK] Read this' };
    const pending_acks = acks.map((ack) => ({ message, ...times, next_retry_at, ...ack }));
    this.replace('PENDING_ACKS.json', { version: 1, pending_acks }, folder);
  }

  /** @returns the first answer that passes the check */
  async until<Answer>(path: string, fits: (answer: Answer) => boolean): Promise<Answer> {
    const deadline = performance.now() + DEADLINE_MS;
    for (;;) {
      const answer = await this.server.get<Answer>(path);
      if (fits(answer)) return answer;
      assert.ok(performance.now() < deadline, `${path} came to ${JSON.stringify(answer)}`);
      await delay(20);
    }
  }

  /** Waits until the items have these kinds, and returns them. */
  async items(...kinds: AttentionEntry['kind'][]): Promise<AttentionEntry[]> {
    const same = ({ attention }: AttentionAnswer) => attention.map(({ kind }) => kind).join() === kinds.join();
    return (await this.until('/api/attention', same)).attention;
  }

  async waits(fits: (answer: WaitingAnswer) => boolean): Promise<WaitingAnswer> {
    return waitingAnswer.parse(await this.until<WaitingAnswer>('/api/waiting', fits));
  }
}

test('what counts as an answer: no broadcast, no automatic message, no question in return', async (context) => {
  const scene = new Scene(context);
  await scene.server.start();
  scene.say('agent-0', ['agent-1'], 'QUESTION', { ageMs: 10 * MINUTE });
  await scene.items('question_unanswered');
  scene.say('agent-1', ['agent-0'], 'INFO', { content: '[RETRY-1] [REQUIRES-ACK] mine' });
  scene.say('agent-1', ['all'], 'INFO');
  scene.say('agent-1', ['agent-0', 'agent-2', 'agent-3', 'agent-4'], 'COMPLETED');
  scene.say('agent-1', ['agent-0'], 'QUESTION');
  const { attention } = await scene.until<AttentionAnswer>('/api/attention', ({ attention: [first] }) =>
    /agent-1 asked back\.$/.test(first?.reason ?? ''),
  );
  assert.deepEqual([attention.length, attention[0]?.evidence.messages.length], [1, 2]);
  assert.match(attention[0]?.why.rule ?? '', /A broadcast is not an answer\.$/);
  scene.say('agent-1', ['agent-0', 'agent-2'], 'INFO');
  await scene.items();
});

test('an automatic message is no sign of life', async (context) => {
  const scene = new Scene(context);
  scene.register({ 'agent-0': 4_200_001, 'agent-1': 4_200_002 }, 60 * MINUTE);
  scene.say('agent-0', ['agent-1'], 'INFO', { ageMs: 30 * MINUTE });
  scene.say('agent-0', ['agent-1'], 'INFO', { content: '[RETRY-3] [REQUIRES-ACK] x' });
  scene.say('agent-0', ['agent-1'], 'INFO', { content: '[UNACKNOWLEDGED] Message to agent-1 unacknowledged' });
  await scene.server.start();
  const health = ({ agents }: AgentsAnswer) => agents.find(({ id }) => id === 'agent-0')?.health;
  await scene.until<Stats>('/api/stats', ({ message_count }) => message_count === 3);
  assert.notEqual(health(await scene.server.get<AgentsAnswer>('/api/agents')), 'active');
  scene.say('agent-0', ['agent-1'], 'INFO', { content: 'Here I am' });
  await scene.until<AgentsAnswer>('/api/agents', (answer) => health(answer) === 'active');
});

test('acknowledgements: weak edges, one notice for a pair, from a subfolder too, ended by an answer', async (context) => {
  const scene = new Scene(context);
  const sub = join(scene.root, 'packages');
  mkdirSync(sub);
  const agent = spawn('sh', ['-c', 'echo ready && sleep 120'], { cwd: sub, detached: true });
  context.after(() => process.kill(-(agent.pid as number), 'SIGKILL'));
  await once(agent.stdout, 'data');
  scene.register({ 'agent-0': agent.pid as number, 'agent-1': process.pid });
  scene.say('agent-0', ['agent-1'], 'INFO', { msg_id: ACK_ID, content: '[REQUIRES-ACK] Read this' });
  scene.pending(scene.root, { msg_id: 'back', sender_id: 'agent-1', recipient_id: 'agent-0' });
  scene.pending(
    sub,
    { msg_id: ACK_ID, sender_id: 'agent-0', recipient_id: 'agent-1' },
    { msg_id: 'second', sender_id: 'agent-0', recipient_id: 'agent-1' },
  );
  await scene.server.start();
  const items = await scene.items('acknowledgement_overdue', 'acknowledgement_overdue');
  const ours = items.find(({ subject }) => subject === 'agent-1');
  assert.deepEqual([ours?.severity, ours?.why.facts.length], ['notice', 2]);
  assert.match(ours?.reason ?? '', new RegExp(`2 messages from agent-0.*${ACK_ID}.*${sub}`));
  const { cycles, edges } = await scene.waits((answer) => answer.edges.length === 3);
  assert.deepEqual([cycles, edges.map(({ weak }) => weak)], [[], [true, true, true]]);
  scene.say('agent-1', ['all'], 'INFO', { content: `I have read ${ACK_ID}.` });
  await scene.waits((answer) => answer.edges.length === 2);
  scene.register({ 'agent-0': agent.pid as number });
  await scene.items();
  assert.deepEqual((await scene.waits((answer) => answer.edges.length === 0)).cycles, []);
});

test('failed deliveries: unresolved ones are counted, and a recipient that left is described so', async (context) => {
  const scene = new Scene(context);
  scene.register({ 'agent-0': process.pid });
  const missed = (recipient: string, ageMs = 0) =>
    scene.say('agent-0', [recipient], 'INFO', { ageMs, delivery_status: { [recipient]: false } });
  for (const recipient of ['agent-0', 'agent-8', 'agent-9']) missed(recipient);
  missed('agent-7', 31 * MINUTE);
  await scene.server.start();
  await scene.until<Stats>(
    '/api/stats',
    (stats) => stats.failed_deliveries_open === 3 && stats.failed_delivery_count === 4,
  );
  const items = await scene.items('delivery_failed', 'delivery_failed', 'delivery_failed');
  assert.deepEqual(
    items.map(({ subject, reason }) => [subject, / is not in the registry\.$/.test(reason)]),
    [
      ['agent-0', false],
      ['agent-8', true],
      ['agent-9', true],
    ],
  );
  scene.say('agent-0', ['agent-9'], 'INFO');
  await scene.until<Stats>(
    '/api/stats',
    (stats) => stats.failed_deliveries_open === 2 && stats.failed_delivery_count === 4,
  );
});
