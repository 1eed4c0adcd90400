/** The operator key and `GET /api/me` with the production server. */
import assert from 'node:assert/strict';
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, type TestContext, test } from 'node:test';
import { replaceOperatorKey } from '../../lib/config/operator-key';
import { newToken } from '../../lib/config/tokens-file';
import { type Me, meAnswer } from '../../lib/contract/action-schemas';
import { ProductionServer } from '../support/production-server';

const folder = mkdtempSync(join(tmpdir(), 'operator-server-'));
after(() => rmSync(folder, { recursive: true, force: true, maxRetries: 20 }));
const root = join(folder, 'root');
mkdirSync(join(root, '.agent_locks'), { recursive: true });

let states = 0;
const newState = () => join(folder, `state-${states++}`);
const keyFileIn = (state: string) => join(state, 'claude-swarm-dashboard', 'operator-key');
const ALL = ['locks', 'messages', 'terminal', 'permissions', 'tasks'];

/** A server whose key is where it is by default, and its output. */
async function started(context: TestContext, state: string, environment: Record<string, string> = {}) {
  const said = { text: '' };
  const server = new ProductionServer(
    {
      ...{ CLAUDESWARM_ROOT: root, SWARM_HISTORY: 'off', XDG_STATE_HOME: state, OPERATOR_KEY_FILE: '' },
      ...{ LOG_FORMAT: 'json', ...environment },
    },
    '127.0.0.1',
    (text) => {
      said.text += text;
    },
  );
  context.after(() => server.stop());
  await server.start();
  const me = async (headers: Record<string, string> = {}): Promise<Me> => {
    const response = await fetch(`${server.url}/api/me`, { headers });
    assert.equal(response.status, 200);
    assert.equal(response.headers.get('cache-control'), 'private, no-store');
    return meAnswer.parse(await response.json());
  };
  return { server, said, me };
}

const bearer = (key: string) => ({ authorization: `Bearer ${key}` });
const basic = (pair: string) => ({ authorization: `Basic ${Buffer.from(pair).toString('base64')}` });

test('the first start creates the key, which all servers of the user share and no log has', async (context) => {
  const state = newState();
  const [one, two] = await Promise.all([started(context, state), started(context, state)]);
  const file = keyFileIn(state);
  assert.equal(statSync(file).mode & 0o777, 0o600);
  assert.equal(statSync(join(file, '..')).mode & 0o777, 0o700);
  const key = readFileSync(file, 'utf8').trim();
  for (const { me, said } of [one, two]) {
    assert.deepEqual(await me(bearer(key)), {
      ...{ name: 'operator', via: 'operator_key', scope: 'write', actions: ALL, reason: null, accepts_key: false },
    });
    const reader = await me();
    assert.deepEqual([reader.name, reader.via, reader.scope, reader.actions], [null, null, 'read', []]);
    assert.match(reader.reason ?? '', /open the link that it printed when it started/);
    assert.match((await me(bearer('wrong'))).reason ?? '', /is not the one of this dashboard/);
    const line = said.text.split('\n').find((text) => text.includes('operator key ready')) ?? '';
    assert.equal(JSON.parse(line).file, file);
    assert.match(JSON.parse(line).use, /#key=/);
    assert.ok(!said.text.includes(key));
  }
});

test('a new key is valid at once, and the former one no longer', async (context) => {
  const state = newState();
  const { me } = await started(context, state, { OPERATOR_NAME: 'ada' });
  const former = readFileSync(keyFileIn(state), 'utf8').trim();
  assert.equal((await me(bearer(former))).name, 'ada');
  const key = replaceOperatorKey(keyFileIn(state));
  assert.equal((await me(bearer(former))).via, null);
  assert.equal((await me(bearer(key))).via, 'operator_key');
});

test('a file that cannot be used: the server runs, reads and says what to do; mended, the key is valid', async (context) => {
  const state = newState();
  mkdirSync(join(keyFileIn(state), '..'), { recursive: true });
  writeFileSync(keyFileIn(state), 'damaged', { mode: 0o600 });
  const { server, me, said } = await started(context, state);
  assert.equal((await fetch(`${server.url}/api/agents`)).status, 200);
  const reader = await me(bearer('damaged'));
  assert.deepEqual([reader.via, reader.actions], [null, []]);
  assert.match(reader.reason ?? '', /operator-key is damaged: run ".*--new-operator-key" for a new one\. Until/);
  assert.match(said.text, /is damaged: run/);
  const key = replaceOperatorKey(keyFileIn(state));
  assert.equal((await me(bearer(key))).via, 'operator_key');
  chmodSync(keyFileIn(state), 0o644);
  assert.match((await me(bearer(key))).reason ?? '', /^Other users may read the operator key/);
});

test('with credentials no key is created, and me says who they belong to', async (context) => {
  const state = newState();
  const tokensFile = join(folder, 'tokens.yaml');
  const [reader, writer] = [newToken('ci', 'read'), newToken('bot', 'write')];
  writeFileSync(tokensFile, `${reader.line}\n${writer.line}\n`, { mode: 0o600 });
  const { server, me } = await started(context, state, {
    ...{ DASHBOARD_USERNAME: 'anna', DASHBOARD_PASSWORD: 'secret', DASHBOARD_TOKENS_FILE: tokensFile },
    ACTIONS: 'locks,messages',
  });
  assert.throws(() => statSync(keyFileIn(state)), { code: 'ENOENT' });
  assert.equal((await fetch(`${server.url}/api/me`)).status, 401);
  const anna = await me(basic('anna:secret'));
  assert.deepEqual([anna.name, anna.via, anna.actions], ['anna', 'basic', ['locks', 'messages']]);
  assert.match(anna.reason ?? '', /terminal, permissions/);
  const bot = await me(bearer(writer.token));
  assert.deepEqual([bot.name, bot.via, bot.scope], ['bot', 'token', 'write']);
  const ci = await me(bearer(reader.token));
  assert.deepEqual([ci.name, ci.via, ci.scope, ci.actions], ['ci', 'token', 'read', []]);
  assert.match(ci.reason ?? '', /"ci" has the scope "read"/);
});

test('commands that are off, and no swarm: nobody can act, which is said', async (context) => {
  const state = newState();
  const off = await started(context, state, { ACTIONS: 'off' });
  assert.match((await off.me()).reason ?? '', /restart the dashboard without --read-only/);
  assert.throws(() => statSync(keyFileIn(state)), { code: 'ENOENT' });
  const proxied = await fetch(`${off.server.url}/api/me`, { headers: { 'x-forwarded-for': '10.0.0.1' } });
  assert.equal(proxied.status, 403, 'as every request that is not local');
});

test('behind a proxy that lets anonymous readers in, the key has no effect', async (context) => {
  const state = newState();
  const { me } = await started(context, state, { DASHBOARD_ALLOW_ANONYMOUS: '1' });
  const key = readFileSync(keyFileIn(state), 'utf8').trim();
  const forwarded = await me({ ...bearer(key), 'x-forwarded-for': '10.0.0.1' });
  assert.deepEqual([forwarded.via, forwarded.actions], [null, []]);
  assert.match(forwarded.reason ?? '', /through a proxy, set DASHBOARD_USERNAME/);
  assert.equal((await me(bearer(key))).via, 'operator_key');
});
