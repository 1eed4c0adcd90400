/** Acknowledging and snoozing with the production server: shared by viewers and processes, kept across restarts. */
import assert from 'node:assert/strict';
import { appendFileSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { type AttentionAnswer, attentionAnswer, attentionEntry } from '../../lib/contract/schemas';
import { createLock } from '../../lib/sources/claudeswarm/writer';
import { formatNaiveLocal } from '../../lib/sources/claudeswarm/written-form';
import { ProductionServer } from '../support/production-server';
import { scratchFolder } from '../support/scratch-folder';
import { openStream } from '../support/sse-client';

/** A swarm with one lock whose holder is not in the registry. */
function newSwarm() {
  const folder = scratchFolder('attention-state-');
  const root = join(folder, 'root');
  mkdirSync(join(root, '.agent_locks'), { recursive: true });
  const registry = { session_name: 'main', updated_at: new Date().toISOString(), agents: [] };
  writeFileSync(join(root, 'ACTIVE_AGENTS.json'), JSON.stringify(registry));
  createLock(root, { agentId: 'ghost', filepath: 'src/50% "a".ts', reason: 'work', now: Date.now() });
  return { CLAUDESWARM_ROOT: root, SWARM_HISTORY: join(folder, 'history.sqlite') };
}

async function start(context: TestContext, settings: Record<string, string>): Promise<ProductionServer> {
  const server = await ProductionServer.started(settings);
  context.after(() => server.abandon());
  return server;
}

/** A viewer of the stream. */
class Viewer {
  #held: AttentionAnswer | null = null;
  #heard = () => {};

  constructor(context: TestContext, server: ProductionServer) {
    const drop = openStream({
      url: `${server.url}/api/stream`,
      onEvent: ({ name, data }) => {
        if (name !== 'attention') return;
        this.#held = attentionAnswer.parse(JSON.parse(data));
        this.#heard();
      },
      onEnd: () => drop(),
    });
    context.after(drop);
  }

  /** Resolves when the latest attention list on the stream passes the check. */
  async until(fits: (held: AttentionAnswer) => boolean): Promise<AttentionAnswer> {
    const late = setTimeout(() => assert.fail(`not in ${JSON.stringify(this.#held)}`), 20_000);
    const held = await new Promise<AttentionAnswer>((resolve) => {
      this.#heard = () => this.#held && fits(this.#held) && resolve(this.#held);
      this.#heard();
    });
    clearTimeout(late);
    return held;
  }
}

const hidden = (count: number) => (held: AttentionAnswer) => held.count > 0 && held.hidden_count === count;

/** Sends a decision as a page of the server does. */
async function decide(server: ProductionServer, method: string, id: string, path: string, body?: unknown) {
  const response = await fetch(`${server.url}/api/attention/${encodeURIComponent(id)}${path}`, {
    method,
    headers: { Origin: server.origin, ...(body !== undefined && { 'Content-Type': 'application/json' }) },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  return { status: response.status, answer: await response.json() };
}

test('an acknowledgement is visible to other viewers, and survives a restart', async (context) => {
  const settings = newSwarm();
  const server = await start(context, settings);
  const [entry] = (await new Viewer(context, server).until(hidden(0))).attention;
  assert.ok(entry);
  const other = new Viewer(context, server);
  await other.until(hidden(0));

  const { status, answer } = await decide(server, 'POST', entry.id, '/ack', {});
  assert.equal(status, 200, JSON.stringify(answer));
  assert.notEqual(attentionEntry.parse(answer).acknowledged, null);
  const seen = await other.until(hidden(1));
  assert.deepEqual(seen.attention, [answer], 'it stays on the list');

  await server.stop();
  await server.start();
  const again = new Viewer(context, server);
  assert.deepEqual((await again.until(hidden(1))).attention[0]?.acknowledged, answer.acknowledged);
  assert.equal((await decide(server, 'DELETE', entry.id, '')).answer.acknowledged, null);
  await again.until(hidden(0));
});

test('a process that does not record accepts decisions too, and the recording one shows them', async (context) => {
  const settings = newSwarm();
  const recording = await start(context, settings);
  const following = await start(context, settings);
  assert.equal((await following.health())?.history.role, 'follower');
  const [one, two] = [new Viewer(context, recording), new Viewer(context, following)];
  const [entry] = (await one.until(hidden(0))).attention;
  await two.until(hidden(0));
  assert.ok(entry);
  const { answer } = await decide(following, 'POST', entry.id, '/snooze', { minutes: 15 });
  assert.equal(Date.parse(answer.snoozed.until) - Date.parse(answer.snoozed.at), 15 * 60_000);
  assert.deepEqual((await one.until(hidden(1))).attention, [answer]);
  await decide(recording, 'DELETE', entry.id, '');
  await two.until(hidden(0));
});

test('a snoozed item whose facts change is open again', async (context) => {
  const settings = newSwarm();
  const root = settings.CLAUDESWARM_ROOT;
  const say = (number: number) => {
    const message = {
      ...{ sender: 'agent-0', timestamp: formatNaiveLocal(Date.now()), msg_type: 'INFO', content: `number ${number}` },
      ...{ recipients: ['gone'], msg_id: `m-${number}`, delivery_status: { gone: false } },
    };
    appendFileSync(join(root, 'agent_messages.log'), `${JSON.stringify(message)}\n`);
  };
  const server = await start(context, settings);
  const viewer = new Viewer(context, server);
  const failed = ({ attention }: AttentionAnswer) => attention.find(({ kind }) => kind === 'delivery_failed');
  say(1);
  const entry = failed(await viewer.until((held) => failed(held) !== undefined));
  assert.ok(entry);
  await decide(server, 'POST', entry.id, '/snooze', { minutes: null });
  await viewer.until(hidden(1));
  say(2);
  await viewer.until(hidden(0));
  assert.equal((await server.get<AttentionAnswer>('/api/attention')).hidden_count, 0);
});

test('unknown items, foreign pages and text are refused', async (context) => {
  const server = await start(context, newSwarm());
  assert.equal((await decide(server, 'POST', 'agent_dead:nobody', '/ack', {})).status, 404);
  const send = (headers: Record<string, string>) =>
    fetch(`${server.url}/api/attention/x/ack`, { method: 'POST', headers, body: '{}' });
  const json = { 'Content-Type': 'application/json' };
  assert.equal((await send({ ...json, Origin: 'https://evil.example' })).status, 403);
  assert.equal((await send({ 'Content-Type': 'text/plain', Origin: server.origin })).status, 415);
});
