import assert from 'node:assert/strict';
import { once } from 'node:events';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, afterEach, test } from 'node:test';
import { findCredentials } from './credentials';
import { CommandError } from './exit';
import { listenersIn, listenersOn } from './listeners';

const KEY = 'k'.repeat(43);
const folder = mkdtempSync(join(tmpdir(), 'credentials-'));
const keyFile = join(folder, 'operator-key');
const url = 'http://127.0.0.1:1';

after(() => rmSync(folder, { recursive: true }));
afterEach(() => {
  delete process.env.DASHBOARD_TOKEN;
  rmSync(keyFile, { force: true });
});

const find = (credentials: { username: string; password: string } | null = null, at = url) =>
  findCredentials({ credentials }, { url: at, keyFile });

test('findCredentials(): the token comes before the user, and both before the operator key', () => {
  writeFileSync(keyFile, `${KEY}\n`, { mode: 0o600 });
  assert.deepEqual(find(), { forAll: null, forCommands: `Bearer ${KEY}`, missing: null });
  const basic = `Basic ${btoa('ada:pw')}`;
  assert.deepEqual(find({ username: 'ada', password: 'pw' }), { forAll: basic, forCommands: basic, missing: null });
  process.env.DASHBOARD_TOKEN = 'swarm_1';
  assert.equal(find({ username: 'ada', password: 'pw' }).forAll, 'Bearer swarm_1');
  process.env.DASHBOARD_TOKEN = 'a\nb';
  assert.throws(
    () => find(),
    (error) => error instanceof CommandError && error.exitCode === 2 && !error.message.includes('a\nb'),
  );
});

test('findCredentials(): the operator key is not sent to other computers', () => {
  writeFileSync(keyFile, KEY, { mode: 0o600 });
  for (const host of ['http://192.168.0.7:8000', 'https://swarm.example', 'http://127.0.0.1.evil.example']) {
    const { forCommands, missing } = find(null, host);
    assert.equal(forCommands, null, host);
    assert.match(missing ?? '', /sent to this computer only/);
  }
  for (const host of ['http://localhost:1', 'http://[::1]:1/swarm']) assert.ok(find(null, host).forCommands, host);
});

test('findCredentials(): a file that others may read, or that has no key, is not used', () => {
  assert.match(find().missing ?? '', /There is no operator key/);
  writeFileSync(keyFile, KEY, { mode: 0o600 });
  chmodSync(keyFile, 0o640);
  assert.match(find().missing ?? '', /Other users may read the operator key/);
  chmodSync(keyFile, 0o600);
  writeFileSync(keyFile, 'short');
  assert.match(find().missing ?? '', /The operator key \S+ is damaged/);
  assert.equal(find().forCommands, null);
});

test('listenersIn(): only those that listen on the port, by their user', () => {
  const table = [
    '  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode',
    '   0: 0100007F:1F40 00000000:0000 0A 00000000:00000000 00:00000000 00000000  1001        0 1 1 0',
    '   1: 0100007F:1F40 0100007F:8888 01 00000000:00000000 00:00000000 00000000  1002        0 2 1 0',
    '   2: 0100007F:1F41 00000000:0000 0A 00000000:00000000 00:00000000 00000000  1003        0 3 1 0',
  ].join('\n');
  assert.deepEqual(listenersIn(table, 8000), [1001]);
  assert.deepEqual(listenersIn('', 8000), []);
});

test('listenersOn(): a server of this process belongs to this user', {
  skip: process.platform !== 'linux',
}, async () => {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  assert.deepEqual(listenersOn(port), [process.getuid?.()]);
  server.close();
});
