/** The data of timeline and conversations, from the production server over real files. */
import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { talkAnswer, timelineAnswer } from '../../lib/contract/past-schemas';
import { type Message, messagesAnswer, problem } from '../../lib/contract/schemas';
import { createLock, releaseLock } from '../../lib/sources/claudeswarm/writer';
import { writeBacklog } from '../support/backlog';
import { ProductionServer } from '../support/production-server';

const folder = mkdtempSync(join(tmpdir(), 'timeline-'));
const root = join(folder, 'root');
const UNTIL = Date.now() - 60_000;
const MESSAGES = 1000;
/** The log has two messages per second. */
const HALF = new Date(UNTIL - 250_000).toISOString();
let server: ProductionServer;

before(async () => {
  mkdirSync(join(root, '.agent_locks'), { recursive: true });
  writeBacklog({ root, messages: MESSAGES, until: UNTIL });
  server = await ProductionServer.started({
    CLAUDESWARM_ROOT: root,
    SWARM_HISTORY: join(folder, 'history.sqlite'),
  });
  const stats = () => server.get<{ message_count: number }>('/api/stats');
  while ((await stats()).message_count < MESSAGES) await delay(20);
});
after(async () => {
  await server?.stop();
  rmSync(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 50 });
});

const timeline = async (query = '') => timelineAnswer.parse(await server.get(`/api/timeline${query}`));
const talk = async (query = '') => talkAnswer.parse(await server.get(`/api/talk${query}`));

async function allMessages(query: string): Promise<Message[]> {
  const page = messagesAnswer.parse(await server.get(`/api/messages?limit=1000${query}`));
  assert.equal(page.previous_cursor, null, 'one page holds them all');
  return page.messages;
}

function counted(keys: readonly unknown[]): [string, number][] {
  const counts = new Map<string, number>();
  for (const key of keys.map((one) => JSON.stringify(one))) counts.set(key, (counts.get(key) ?? 0) + 1);
  return [...counts].sort();
}

test('GET /api/timeline: the ticks are the messages of the time range, and refer to them', async () => {
  for (const [query, filter] of [
    ['?points=2000', ''],
    [`?since=${HALF}&points=50`, `&since=${HALF}`],
    [`?until=${HALF}&agent=agent-3`, `&until=${HALF}&sender=agent-3`],
  ] as const) {
    const { messages, agents, totals, first_message_at } = await timeline(query);
    const all = await allMessages(filter);
    assert.equal(totals.messages, all.length);
    const ticked = messages.flatMap(({ sender, type, count }) => Array(count).fill([sender, type]));
    assert.deepEqual(counted(ticked), counted(all.map(({ sender, msg_type }) => [sender, msg_type])));
    assert.deepEqual(agents, [...new Set(all.map(({ sender }) => sender as string))].sort());
    const tick = messages[Math.floor(messages.length / 2)];
    const found = all.find(({ seq }) => tick?.cursor.endsWith(`.${seq}`));
    assert.deepEqual(found?.recipients, tick?.recipients);
    assert.ok(first_message_at);
  }
});

test('GET /api/talk: the counts add up to the messages of the time range', async () => {
  const { pairs, count } = await talk(`?since=${HALF}`);
  const all = await allMessages(`&since=${HALF}`);
  assert.equal(count, pairs.length);
  assert.deepEqual(
    counted(pairs.flatMap(({ sender, recipient, count: times }) => Array(times).fill([sender, recipient]))),
    counted(all.flatMap(({ sender, recipients }) => (recipients as string[]).map((recipient) => [sender, recipient]))),
  );
});

test('GET /api/timeline: a question is unanswered until an agent answers', async () => {
  const { pairs } = await talk();
  const questions = pairs.filter(({ unanswered }) => unanswered > 0);
  assert.ok(questions.length > 0);
  for (const { sender, recipient, unanswered, first_unanswered, types } of questions) {
    assert.ok(unanswered <= (types.QUESTION ?? 0) + (types.BLOCKED ?? 0));
    const around = messagesAnswer.parse(await server.get(`/api/messages?limit=1&around=${first_unanswered}`));
    const [asked] = around.messages;
    assert.ok(asked && ['QUESTION', 'BLOCKED'].includes(asked.msg_type as string));
    assert.deepEqual([asked.sender, asked.recipients], [sender, [recipient]]);
  }
});

test('GET /api/timeline: a lock is a bar, open while the lock exists; the time before the dashboard is unknown', async () => {
  createLock(root, { agentId: 'agent-3', filepath: 'src/cart.ts', reason: 'tests', now: Date.now() });
  const bars = async () => (await timeline('?agent=agent-3')).locks;
  while ((await bars()).length === 0) await delay(20);
  const [held] = await bars();
  assert.deepEqual([held?.agent, held?.filepath, held?.until], ['agent-3', 'src/cart.ts', null]);
  releaseLock(root, 'agent-3', 'src/cart.ts');
  while ((await bars())[0]?.until === null) await delay(20);
  const { unknown, known_since } = await timeline();
  assert.ok(known_since);
  assert.deepEqual([unknown[0]?.since, unknown[0]?.until], [null, known_since]);
});

test('GET /api/timeline, /api/talk: an invalid time range is refused, with the name of every wrong parameter', async () => {
  for (const [path, parameters] of [
    ['/api/timeline?since=2026-02-02T00:00:00Z&until=2026-02-01T00:00:00Z&points=x', ['points', 'since']],
    ['/api/talk?since=yesterday', ['since']],
  ] as const) {
    const answer = await fetch(`${server.url}${path}`);
    assert.equal(answer.status, 422);
    const { errors } = problem.parse(await answer.json());
    assert.deepEqual(errors?.map(({ parameter }) => parameter).sort(), parameters);
  }
});
