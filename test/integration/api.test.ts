/**
 * The HTTP contract of the production server over real files: every sample, every answer checked against its schema.
 */
import assert from 'node:assert/strict';
import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { type IncomingHttpHeaders, request } from 'node:http';
import { networkInterfaces, tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import type { ZodType } from 'zod';
import { failedCount } from '../../lib/contract/failed-count';
import * as schemas from '../../lib/contract/schemas';
import { ProductionServer } from '../support/production-server';
import { type Sample, samples } from '../support/samples';

const folder = mkdtempSync(join(tmpdir(), 'api-'));
after(() => rmSync(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 50 }));

function copyOf(sample: Sample): string {
  const root = join(folder, `${sample.name}-${Math.random().toString(36).slice(2)}`);
  cpSync(sample.root, root, { recursive: true });
  return root;
}

function sampleNamed(name: string): Sample {
  const sample = samples().find((candidate) => candidate.name === name);
  assert.ok(sample);
  return sample;
}

/** Checks an answer against its schema; a strict schema allows no unknown field. */
async function answer<T>(server: ProductionServer, path: string, schema: ZodType<T>): Promise<T> {
  return schema.parse(await server.get(path));
}

for (const sample of samples()) {
  test(`sample ${sample.name}: every answer matches its schema and the sample`, async () => {
    const { expected } = sample;
    const server = await ProductionServer.started({
      CLAUDESWARM_ROOT: copyOf(sample),
      SWARM_HISTORY: 'off',
      SWARM_TZ: expected.host_timezone,
    });
    try {
      const agents = await answer(server, '/api/agents', schemas.agentsAnswer);
      assert.deepEqual(
        agents.agents.map(({ id, pane_index, pid, status }) => ({ id, pane_index, pid, status })),
        expected.agents.map(({ id, pane_index, pid, status }) => ({ id, pane_index, pid, status })),
      );
      const { session_name, session_names, updated_at } = expected.registry;
      assert.deepEqual(
        { session_name: agents.session_name, session_names: agents.session_names, updated_at: agents.updated_at },
        { session_name, session_names, updated_at },
      );

      const locks = await answer(server, '/api/locks', schemas.locksAnswer);
      assert.deepEqual(
        locks.locks.map(({ lock_file, agent_id, filepath, locked_at, reason }) => [
          lock_file,
          agent_id,
          filepath,
          locked_at,
          reason,
        ]),
        expected.locks.map(({ lock_file, agent_id, filepath, locked_at, reason }) => [
          lock_file,
          agent_id,
          filepath,
          locked_at,
          reason,
        ]),
      );
      assert.equal(locks.count, expected.lock_count);

      const all = expected.history?.ids_old_then_current ?? expected.messages.ids;
      // A complete last line without a line feed counts after it has not grown for a second.
      let page = await answer(server, '/api/messages?limit=1000', schemas.messagesAnswer);
      while (page.count < all.length) page = await answer(server, '/api/messages?limit=1000', schemas.messagesAnswer);
      assert.deepEqual(
        page.messages.map(({ msg_id }) => msg_id ?? null),
        all,
      );
      for (const item of expected.message_items) {
        const found = page.messages.filter(({ msg_id }) => (msg_id ?? null) === item.msg_id);
        assert.ok(
          found.some(({ sent_at }) => sent_at === item.timestamp_utc),
          `${item.msg_id} at ${item.timestamp_utc}`,
        );
      }

      const stats = await answer(server, '/api/stats', schemas.stats);
      assert.equal(stats.message_count, all.length);
      if (!expected.history) {
        assert.deepEqual(stats.message_types, expected.message_types);
        assert.equal(stats.latest_activity, expected.latest_activity);
      }
      const health = await answer(server, '/health', schemas.health);
      assert.equal(health.files.agents, expected.registry.error !== 'missing');
    } finally {
      await server.stop();
    }
  });
}

interface Answer {
  status: number;
  headers: IncomingHttpHeaders;
  body: string;
}

/** A request with headers that `fetch` would refuse or change. */
function ask(
  server: ProductionServer,
  path: string,
  options: { method?: string; headers?: Record<string, string>; host?: string } = {},
): Promise<Answer> {
  const { method = 'GET', headers = {}, host = '127.0.0.1' } = options;
  return new Promise((resolve, reject) => {
    const call = request({ host, port: server.port, path, method, headers }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk) => chunks.push(chunk));
      response.on('end', () =>
        resolve({
          status: response.statusCode ?? 0,
          headers: response.headers,
          body: Buffer.concat(chunks).toString(),
        }),
      );
    });
    call.on('error', reject);
    call.end();
  });
}

describe('one server over the normal swarm', () => {
  let server: ProductionServer;
  before(async () => {
    server = await ProductionServer.started({
      CLAUDESWARM_ROOT: copyOf(sampleNamed('normal-swarm')),
      SWARM_HISTORY: join(folder, 'history.sqlite'),
      SWARM_TZ: 'Europe/Berlin',
    });
  });
  after(() => server.stop());

  test('/api/v1 answers like /api, without a redirect', async () => {
    for (const path of ['agents', 'locks', 'messages?limit=3']) {
      const [plain, versioned] = await Promise.all([ask(server, `/api/${path}`), ask(server, `/api/v1/${path}`)]);
      assert.equal(versioned.status, 200);
      assert.equal(versioned.body, plain.body);
    }
  });

  test('pages continue in both directions to both ends, without gaps', async () => {
    const all = await answer(server, '/api/messages?limit=1000', schemas.messagesAnswer);
    assert.equal(all.previous_cursor, null);
    const seqs = all.messages.map(({ seq }) => seq);

    const backwards: number[] = [];
    let page = await answer(server, '/api/messages?limit=7', schemas.messagesAnswer);
    for (;;) {
      backwards.unshift(...page.messages.map(({ seq }) => seq));
      if (page.previous_cursor === null) break;
      page = await answer(server, `/api/messages?limit=7&before=${page.previous_cursor}`, schemas.messagesAnswer);
    }
    assert.deepEqual(backwards, seqs);

    const forwards: number[] = [];
    let next = `${all.next_cursor.split('.')[0]}.0`;
    for (let count = 1; count > 0; ) {
      page = await answer(server, `/api/messages?limit=9&after=${next}`, schemas.messagesAnswer);
      forwards.push(...page.messages.map(({ seq }) => seq));
      next = page.next_cursor;
      count = page.count;
    }
    assert.deepEqual(forwards, seqs);
  });

  test('filters narrow, and combine', async () => {
    const questions = await answer(server, '/api/messages?type=QUESTION&type=BLOCKED', schemas.messagesAnswer);
    assert.equal(questions.count, 7);
    const found = await answer(server, '/api/messages?q=currency&sender=agent-0', schemas.messagesAnswer);
    assert.deepEqual(
      found.messages.map(({ content }) => content),
      ['Which currency do we store?'],
    );
    const early = await answer(server, '/api/messages?until=2026-02-03T08:01:30Z', schemas.messagesAnswer);
    assert.equal(early.count, 2);
    const all = await answer(server, '/api/messages?limit=1000', schemas.messagesAnswer);
    const others = await answer(
      server,
      '/api/messages?limit=1000&not_type=QUESTION&not_type=BLOCKED',
      schemas.messagesAnswer,
    );
    assert.equal(others.count, all.count - 7);
    const failed = await answer(server, '/api/messages?limit=1000&only=failed', schemas.messagesAnswer);
    assert.deepEqual(
      failed.messages.map(({ seq }) => seq),
      all.messages.filter((message) => failedCount(message) > 0).map(({ seq }) => seq),
    );
    assert.equal((await ask(server, '/api/messages?only=odd')).status, 422);
  });

  test('limits: below 1 means 50, above 1000 means 1000; a value that is not an integer is refused', async () => {
    for (const [given, taken] of [
      ['0', 50],
      ['-5', 50],
      ['5000', 1000],
      ['3', 3],
    ] as const) {
      assert.equal((await answer(server, `/api/messages?limit=${given}`, schemas.messagesAnswer)).limit, taken);
    }
    const { status, headers, body } = await ask(server, '/api/messages?limit=many&since=yesterday');
    assert.equal(status, 422);
    assert.equal(headers['content-type'], 'application/problem+json');
    const problem = schemas.problem.parse(JSON.parse(body));
    assert.deepEqual(problem.errors?.map(({ parameter }) => parameter).sort(), ['limit', 'since']);
  });

  test('cursors: those of another history are gone, malformed ones are refused', async () => {
    for (const [cursor, status] of [
      ['elsewhere.5', 410],
      ['nonsense', 422],
      ['a.b.c', 422],
    ] as const) {
      for (const name of ['before', 'after', 'around']) {
        const refused = await ask(server, `/api/messages?${name}=${cursor}`);
        assert.equal(refused.status, status, `${name}=${cursor}`);
        schemas.problem.parse(JSON.parse(refused.body));
      }
    }
  });

  test('unknown paths and wrong methods are problems; HEAD and OPTIONS answer', async () => {
    for (const path of ['/api', '/api/nothing', '/api/v1/nothing', '/api/agents/too/deep']) {
      const missing = await ask(server, path);
      assert.equal(missing.status, 404, path);
      schemas.problem.parse(JSON.parse(missing.body));
    }
    assert.equal((await ask(server, '/nothing')).status, 404);
    for (const method of ['POST', 'PUT', 'PATCH', 'DELETE']) {
      const refused = await ask(server, '/api/agents', { method });
      assert.equal(refused.status, 405);
      assert.equal(refused.headers.allow, 'GET, HEAD, OPTIONS');
    }
    const head = await ask(server, '/api/agents', { method: 'HEAD' });
    assert.deepEqual([head.status, head.body], [200, '']);
    assert.equal((await ask(server, '/api/agents', { method: 'OPTIONS' })).status, 204);
  });

  test('data is private; no header names the server software', async () => {
    const { headers } = await ask(server, '/api/agents');
    assert.equal(headers['cache-control'], 'private, no-store');
    assert.equal(headers['x-content-type-options'], 'nosniff');
    assert.equal(headers['x-powered-by'], undefined);
  });

  test('a foreign Host is refused, on pages and API alike', async () => {
    for (const host of ['evil.example', 'localhost.evil.example', '169.254.169.254', 'a b', '127.0.0.1.evil.example']) {
      for (const path of ['/', '/api/agents', '/api/v1/messages', '/api/stream', '/health']) {
        const refused = await ask(server, path, { headers: { host } });
        assert.ok(refused.status >= 400, `${host}${path} was answered with ${refused.status}`);
        assert.doesNotMatch(refused.body, /agent-0|review:0/);
      }
    }
  });
});

test('next start alone listens on all addresses, but refuses connections from other computers without credentials', async (context) => {
  const outside = Object.values(networkInterfaces())
    .flat()
    .find((face) => face && !face.internal && face.family === 'IPv4')?.address;
  if (!outside) return context.skip('this machine has no address beyond loopback');
  const root = copyOf(sampleNamed('normal-swarm'));
  const open = await ProductionServer.started({ CLAUDESWARM_ROOT: root, SWARM_HISTORY: 'off' }, '0.0.0.0');
  try {
    for (const path of ['/', '/api/agents', '/api/stream']) {
      for (const headers of [{}, { 'x-forwarded-for': '127.0.0.1' }, { 'x-swarm-connection': 'guessed' }] as Record<
        string,
        string
      >[]) {
        const refused = await ask(open, path, { host: outside, headers });
        assert.equal(refused.status, 403, path);
        assert.doesNotMatch(refused.body, /agent-0|review:0/);
      }
    }
    assert.equal((await ask(open, '/health', { host: outside })).status, 200);
  } finally {
    await open.stop();
  }

  const guarded = await ProductionServer.started(
    { CLAUDESWARM_ROOT: root, SWARM_HISTORY: 'off', DASHBOARD_USERNAME: 'ann', DASHBOARD_PASSWORD: 'pass:word' },
    '0.0.0.0',
  );
  try {
    const refused = await ask(guarded, '/api/agents', { host: outside });
    assert.equal(refused.status, 401);
    assert.match(refused.headers['www-authenticate'] ?? '', /^Basic /);
    const authorization = `Basic ${Buffer.from('ann:pass:word').toString('base64')}`;
    const allowed = await ask(guarded, '/api/agents', { host: outside, headers: { authorization } });
    assert.equal(allowed.status, 200);
    const wrong = `Basic ${Buffer.from('ann:pass').toString('base64')}`;
    assert.equal((await ask(guarded, '/', { host: outside, headers: { authorization: wrong } })).status, 401);
  } finally {
    await guarded.stop();
  }
});
