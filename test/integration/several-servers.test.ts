/** Several server processes on one root and one history, and one whose disk fails. */
import assert from 'node:assert/strict';
import { appendFileSync, existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import type { Message, MessagesAnswer, Sources } from '../../lib/contract/schemas';
import { LOG_NAME } from '../../lib/sources/claudeswarm/message-log';
import { ProductionServer } from '../support/production-server';
import { scratchFolder } from '../support/scratch-folder';
import { openStream } from '../support/sse-client';
import { until } from '../support/until';

function newSwarm() {
  const folder = scratchFolder('servers-');
  const root = join(folder, 'root');
  mkdirSync(root);
  let said = 0;
  return {
    root,
    history: join(folder, 'state', 'history.sqlite'),
    say(count: number) {
      const lines = Array.from({ length: count }, () => `{"n": ${said++}, "sender": "agent-0", "content": "x"}\n`);
      appendFileSync(join(root, LOG_NAME), lines.join(''));
    },
  };
}

async function start(context: TestContext, environment: Record<string, string>): Promise<ProductionServer> {
  const server = await ProductionServer.started(environment);
  context.after(() => server.abandon());
  return server;
}

const newest = (server: ProductionServer) => server.get<MessagesAnswer>('/api/messages?limit=1000');
const numbers = (messages: readonly Message[]) => messages.map(({ seq, n }) => `${seq}:${n}`);
const role = async (server: ProductionServer) => (await server.health())?.history.role;

test('two servers give each message the same number; when the recorder is killed the other takes over, and a client can move between them', async (context) => {
  const { root, history, say } = newSwarm();
  const settings = { CLAUDESWARM_ROOT: root, SWARM_HISTORY: history };
  const one = await start(context, settings);
  const two = await start(context, settings);
  assert.deepEqual([await role(one), await role(two)], ['recorder', 'follower']);

  const received: string[] = [];
  let lastEventId = '';
  let gaps = 0;
  const follow = (server: ProductionServer) =>
    openStream({
      url: `${server.url}/api/stream`,
      lastEventId,
      onEvent(event) {
        lastEventId = event.lastEventId;
        if (event.name === 'messages') received.push(...numbers(JSON.parse(event.data).messages));
        if (event.name === 'connected' && JSON.parse(event.data).gap) gaps += 1;
      },
      onEnd() {},
    });

  let drop = follow(one);
  await until(
    async () => lastEventId,
    (id) => id !== '',
  );
  say(100);
  await until(
    async () => received.length,
    (count) => count === 100,
  );
  assert.deepEqual(
    numbers(
      (
        await until(
          () => newest(two),
          ({ count }) => count === 100,
        )
      ).messages,
    ),
    received,
  );

  drop();
  say(50);
  drop = follow(two);
  await until(
    async () => received.length,
    (count) => count === 150,
  );
  await one.stop('SIGKILL');
  say(50);
  await until(
    () => role(two),
    (current) => current === 'recorder',
  );
  say(50);
  await until(
    async () => received.length,
    (count) => count === 250,
  );

  await one.start();
  assert.equal(await role(one), 'follower');
  drop();
  drop = follow(one);
  say(10);
  await until(
    async () => received.length,
    (count) => count === 260,
  );
  drop();
  assert.equal(gaps, 0);
  assert.deepEqual(
    received,
    Array.from({ length: 260 }, (_, n) => `${n + 1}:${n}`),
  );
  for (const server of [one, two]) {
    const kept = await until(
      () => newest(server),
      ({ count }) => count === 260,
    );
    assert.deepEqual(numbers(kept.messages), received);
    assert.equal(await server.stop(), 0, 'stops in order');
  }
});

test('with a history that cannot be opened the live view continues, and the stream and /health say so', async (context) => {
  const { root, say } = newSwarm();
  const blocked = join(root, 'a-file');
  writeFileSync(blocked, '');
  say(3);
  const server = await start(context, { CLAUDESWARM_ROOT: root, SWARM_HISTORY: join(blocked, 'history.sqlite') });
  assert.equal((await newest(server)).count, 3);
  const health = await server.health();
  assert.deepEqual([health?.status, health?.sources.history, health?.history.mode], ['degraded', 'degraded', 'memory']);
  const sources = await new Promise<Sources>((resolve, reject) => {
    const drop = openStream({
      url: `${server.url}/api/stream`,
      onEvent({ name, data }) {
        if (name !== 'sources') return;
        drop();
        resolve(JSON.parse(data));
      },
      onEnd: reject,
    });
  });
  assert.match(sources.history.reason ?? '', /can't be used .*SWARM_HISTORY/);
  await server.stop();
});

test('a reader never creates, changes or locks a file of the swarm', async (context) => {
  const { root } = newSwarm();
  const server = await start(context, { CLAUDESWARM_ROOT: root, SWARM_HISTORY: 'off' });
  await newest(server);
  await server.stop();
  for (const name of [LOG_NAME, 'ACTIVE_AGENTS.json', '.agent_locks'])
    assert.equal(existsSync(join(root, name)), false);
});
