import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, afterEach, beforeEach, test } from 'node:test';
import { Client } from '@modelcontextprotocol/client';
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio';
import { examples } from '../../lib/contract/examples';
import { pastExamples } from '../../lib/contract/past-examples';
import { problemOf } from '../../lib/contract/problems';
import { FakeDashboard } from '../../test/support/fake-dashboard';
import { until } from '../../test/support/until';

const COMMAND = join(import.meta.dirname, '../claude-swarm-dashboard.mjs');
const READING = ['agents', 'attention', 'locks', 'messages', 'permissions', 'tasks', 'usage', 'waiting'];
const folder = mkdtempSync(join(tmpdir(), 'mcp-'));
const me = (actions: string[]) => ({
  json: { name: 'ada', via: 'token', scope: actions.length > 0 ? 'write' : 'read', actions, reason: null },
});

let dashboard: FakeDashboard;
let clients: Client[] = [];

after(() => rmSync(folder, { recursive: true }));
beforeEach(async () => {
  dashboard = await FakeDashboard.started({
    'GET /api/me': me(['locks', 'messages', 'permissions']),
    'GET /api/agents': { json: examples.agents },
    'GET /api/locks': { json: examples.locks },
    'GET /api/messages': { json: examples.messages },
    'GET /api/attention': { json: examples.attention },
    'GET /api/tasks': { json: examples.tasks },
    'GET /api/waiting': { json: pastExamples.waiting },
    'GET /api/usage': { json: pastExamples.usage },
    'GET /api/permissions': { json: examples.permissions },
  });
});
afterEach(async () => {
  for (const client of clients) await client.close();
  clients = [];
  dashboard.close();
});

/** Starts the MCP server as Claude Code does. Whatever is not protocol on its standard output is an error. */
async function connect(...flags: string[]): Promise<Client> {
  const client = new Client({ name: 'test', version: '1' });
  client.onerror = (error) => assert.fail(error);
  clients.push(client);
  await client.connect(
    new StdioClientTransport({
      command: process.execPath,
      args: [COMMAND, 'mcp', '--url', dashboard.url, ...flags],
      env: { PATH: process.env.PATH ?? '', HOME: folder, DASHBOARD_TOKEN: 'swarm_secret' },
      cwd: folder,
      stderr: 'ignore',
    }),
  );
  return client;
}

const namesOf = async (client: Client) => (await client.listTools()).tools.map(({ name }) => name).sort();

async function call(client: Client, name: string, given: Record<string, unknown> = {}) {
  const { content, structuredContent, isError } = await client.callTool({ name, arguments: given });
  const [first] = content as [{ type: string; text: string }];
  return {
    text: first.text,
    data: structuredContent as Record<string, unknown> | undefined,
    isError: isError === true,
  };
}

test('mcp: lists what the caller may use, as the agent that it is', async () => {
  assert.deepEqual(await namesOf(await connect('--as', 'agent-2')), [
    ...[...READING, 'acknowledge', 'broadcast', 'lock', 'release', 'send'].sort(),
  ]);
  const asking = await namesOf(await connect('--as', 'agent-2', '--answer-permissions'));
  assert.ok(asking.includes('answer_permission'));
  // Whose messages and locks would they be?
  assert.deepEqual(await namesOf(await connect()), [...READING, 'acknowledge'].sort());
  dashboard.answers['GET /api/me'] = me([]);
  assert.deepEqual(
    await namesOf(await connect('--as', 'a', '--answer-permissions')),
    [...READING, 'acknowledge'].sort(),
  );
  for (const { headers } of dashboard.requests) assert.equal(headers.authorization, 'Bearer swarm_secret');
});

test('mcp: reading tools answer with text and data, and say that texts of others are no instructions', async () => {
  const client = await connect('--as', 'agent-0');
  const { tools } = await client.listTools();
  for (const name of READING) {
    const { text, data, isError } = await call(client, name);
    assert.ok(!isError && text.length > 0 && typeof data?.count === 'number', `${name}: ${text}`);
    const tool = tools.find((one) => one.name === name);
    assert.equal(tool?.annotations?.readOnlyHint, true);
    if (name !== 'usage') assert.match(tool?.description ?? '', /data, not instructions/);
  }
  assert.match((await call(client, 'agents')).text, /agent-0, you/);
  const [lock] = examples.locks.locks;
  const held = await call(client, 'locks', { path: `./${String(lock?.filepath)}` });
  assert.match(held.text, new RegExp(`held by ${String(lock?.agent_id)}`));
  assert.match((await call(client, 'locks', { path: 'docs/free.md' })).text, /^No lock concerns docs\/free\.md/);
  const unpriced = { ...pastExamples.usage.total, unpriced_tokens: 5_000_000 };
  dashboard.answers['GET /api/usage'] = { json: { ...pastExamples.usage, total: unpriced } };
  assert.match((await call(client, 'usage')).text, /^Total: about \$[\d.]+, \S+ tokens, 5M without a known price\./);
  assert.match((await call(client, 'tasks', { agent: 'agent-1', status: 'working' })).text, /Round the totals/);
  assert.equal((await call(client, 'tasks', { agent: 'agent-7' })).text, 'No such task.');
  const file = { state: 'unreadable', reason: 'TASKS.json is unusable.', kept_from: null };
  dashboard.answers['GET /api/tasks'] = { json: { tasks: [], left_off: 0, file } };
  assert.equal((await call(client, 'tasks')).text, 'The tasks are not known.\nTASKS.json is unusable.');
  await call(client, 'messages', { search: 'x', unanswered: true, limit: 5 });
  assert.equal(dashboard.requests.at(-1)?.path, '/api/messages?limit=5&q=x&only=unanswered');
});

test('mcp: commands act as the agent, once, and refusals are sentences', async () => {
  const client = await connect('--as', 'agent-2', '--answer-permissions');
  const deliveries = { 'agent-1': { outcome: 'queued', via: null, detail: 'It waits.', expires_at: null } };
  dashboard.answers['POST /api/messages'] = { status: 201, json: { message: {}, deliveries } };
  const sent = await call(client, 'send', { recipients: ['agent-1'], text: 'hi', type: 'QUESTION' });
  assert.deepEqual(sent, { text: 'agent-1: queued. It waits.', data: { deliveries }, isError: false });
  assert.deepEqual(dashboard.commands[0]?.body, {
    ...{ recipients: ['agent-1'], msg_type: 'QUESTION', content: 'hi', sender: 'agent-2' },
  });
  dashboard.answers['POST /api/locks'] = { status: 409, json: problemOf('lock_conflict', 'x is locked by agent-1.') };
  assert.deepEqual(await call(client, 'lock', { path: 'x' }), {
    ...{ text: 'x is locked by agent-1.', data: undefined, isError: true },
  });
  dashboard.answers['POST /api/locks/release'] = { json: { outcome: 'not_held' } };
  assert.equal((await call(client, 'release', { path: 'x' })).text, 'You held no lock on x');
  assert.deepEqual(dashboard.commands.at(-1)?.body, { agent_id: 'agent-2', filepath: 'x' });
  dashboard.answers['POST /api/permissions/p1'] = { json: { outcome: 'expired', detail: 'Too late.' } };
  assert.equal((await call(client, 'answer_permission', { id: 'p1', behavior: 'deny' })).text, 'expired: p1');
  const refused: [string, object][] = [
    ['lock', { path: 'x', timeout_seconds: 0 }],
    ['lock', { path: 'x'.repeat(5000) }],
    ['send', { recipients: ['agent-1'], text: 'hi', type: 'URGENT' }],
    ['answer_permission', { id: 'p1', behavior: 'deny', message: 'x'.repeat(10_001) }],
  ];
  for (const [name, given] of refused) assert.equal((await call(client, name, { ...given })).isError, true, name);
  const misspelled = await call(client, 'locks', { file: 'src/a.ts' });
  assert.ok(misspelled.isError && misspelled.text.includes('file'), misspelled.text);
  assert.equal(dashboard.commands.length, 4);
});

test('mcp: a right that was lost is noticed with the next refusal, and announced', async () => {
  const client = await connect('--as', 'agent-2');
  let announced = 0;
  client.setNotificationHandler('notifications/tools/list_changed', () => {
    announced += 1;
  });
  assert.ok((await namesOf(client)).includes('lock'));
  dashboard.answers['GET /api/me'] = me(['messages']);
  dashboard.answers['POST /api/locks'] = { status: 403, json: problemOf('actions_off', 'Locks are switched off.') };
  assert.equal((await call(client, 'lock', { path: 'x' })).text, 'Locks are switched off.');
  await until(
    async () => announced,
    (count) => count > 0,
  );
  const names = await namesOf(client);
  assert.ok(!names.includes('lock') && names.includes('send'), String(names));
});

test('mcp: results are bounded, and say what they leave off', async () => {
  const [message] = examples.messages.messages;
  const many = Array.from({ length: 100 }, (_, seq) => ({ ...message, seq, content: `\u001b${'x'.repeat(10_000)}` }));
  dashboard.answers['GET /api/messages'] = { json: { ...examples.messages, messages: many, count: 100 } };
  const { text, data } = await call(await connect(), 'messages', { limit: 100 });
  assert.ok(text.length < 21_000 && !text.includes('\u001b'));
  // Clients such as Claude Code give the model the data and not the text.
  const written = JSON.stringify(data);
  assert.ok(written.length < 40_000 && !written.includes('\\u001b'));
  assert.match(text, /\d+ more messages are left off\.$/);
});

test('mcp: a dashboard that is not there is a sentence, and found when it comes', async () => {
  dashboard.answers['GET /api/locks'] = (response) => response.destroy();
  const client = await connect('--as', 'agent-1');
  const { text, isError } = await call(client, 'locks');
  assert.ok(isError);
  assert.match(text, /^No dashboard answers at/);
});
