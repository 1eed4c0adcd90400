/** One message or entry that no swarm writes must not keep the others from being recorded and shown. */
import assert from 'node:assert/strict';
import { appendFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import type { AgentsAnswer, Health, MessagesAnswer } from '../../lib/contract/schemas';
import { LOG_NAME } from '../../lib/sources/claudeswarm/message-log';
import { ProductionServer } from '../support/production-server';
import { scratchFolder } from '../support/scratch-folder';
import { until } from '../support/until';

const TREACHEROUS = JSON.parse('{"toString":1,"valueOf":2}') as unknown;

async function start(context: TestContext) {
  const root = scratchFolder('hostile-files-');
  const output: string[] = [];
  const say = (...messages: object[]) => {
    const timestamp = new Date().toISOString().slice(0, -1);
    const lines = messages.map((message) => `${JSON.stringify({ timestamp, msg_type: 'INFO', ...message })}\n`);
    appendFileSync(join(root, LOG_NAME), lines.join(''));
  };
  say({ sender: 'a', recipients: ['b'], msg_id: 'first', content: 'one', requires_ack: true });
  const server = await ProductionServer.started(
    { CLAUDESWARM_ROOT: root, SWARM_HISTORY: join(root, 'history.sqlite'), SWARM_TZ: 'UTC', LOG_FORMAT: 'json' },
    '127.0.0.1',
    (text) => output.push(text),
  );
  context.after(() => server.stop('SIGKILL'));
  return { root, server, say, output };
}

test('log: messages after one with treacherous values arrive, also after a restart, without an internal fault', async (context) => {
  const { server, say, output } = await start(context);
  const contents = async () =>
    (await server.get<MessagesAnswer>('/api/messages?limit=50')).messages.map(({ content }) => content);
  const arrives = (content: string) => until(contents, (all) => all.includes(content));
  await arrives('one');
  const fields = ['parent_msg_id', 'msg_id', 'recipients', 'msg_type', 'timestamp', 'delivery_status', 'content'];
  for (const field of fields) say({ sender: 'b', recipients: ['a'], content: `with ${field}`, [field]: TREACHEROUS });
  say({ sender: 'b', recipients: ['a'], content: 'two' });
  await arrives('two');
  await server.stop('SIGTERM');
  await server.start();
  say({ sender: 'b', recipients: ['a'], content: 'three' });
  assert.deepEqual((await arrives('three')).length, fields.length + 3);
  assert.doesNotMatch(output.join(''), /Internal fault|could not be judged/);
});

test('registry: agents beside one whose pid is a treacherous value are described', async (context) => {
  const { root, server, output } = await start(context);
  const agent = { status: 'active', last_seen: new Date().toISOString() };
  const agents = [
    { ...agent, id: 'odd', pid: TREACHEROUS, last_seen: '2020-01-01T00:00:00' },
    { ...agent, id: 'usual', pid: 4_194_000 },
  ];
  writeFileSync(join(root, 'ACTIVE_AGENTS.json'), JSON.stringify({ agents }));
  const answer = await until(
    () => server.get<AgentsAnswer>('/api/agents'),
    ({ agents: shown }) => shown.length === 2,
  );
  assert.match(answer.agents.find(({ id }) => id === 'odd')?.health_reason ?? '', /its pid is not a number/);
  const { sources } = await server.get<Health>('/health');
  assert.equal(sources.registry, 'ok');
  assert.doesNotMatch(output.join(''), /Internal fault/);
});
