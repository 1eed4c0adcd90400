import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { test } from 'node:test';
import { tryToListen } from './listen';

const host = (value: string) => ({ value, origin: 'flag' }) as const;
const port = (value: number) => ({ value, origin: 'default' }) as const;

test('tryToListen(): the port is free again afterwards, and 0 becomes a real port', async () => {
  const first = await tryToListen(host('127.0.0.1'), port(0));
  assert.ok(first.port > 0);
  assert.deepEqual(await tryToListen(host('127.0.0.1'), port(first.port)), { port: first.port, local: true });
});

test('tryToListen(): distinguishes addresses that other computers can reach', async () => {
  assert.equal((await tryToListen(host('localhost'), port(0))).local, true);
  assert.equal((await tryToListen(host('0.0.0.0'), port(0))).local, false);
});

test('tryToListen(): the error names a port in use, or an address of another computer, with its origin', async (context) => {
  const other = createServer().listen(0, '127.0.0.1');
  context.after(() => other.close());
  await once(other, 'listening');
  const address = other.address();
  assert.ok(address !== null && typeof address === 'object');
  await assert.rejects(
    tryToListen(host('127.0.0.1'), port(address.port)),
    new RegExp(`Port ${address.port} \\(default\\) is taken by another program: .*--port`),
  );
  // 192.0.2.0/24 is reserved for documentation (RFC 5737): no computer has such an address.
  await assert.rejects(tryToListen(host('192.0.2.1'), port(0)), /Host 192\.0\.2\.1 \(flag\) is not an address of this/);
});
