import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { afterEach, test } from 'node:test';
import { detach } from './detached-response';

const closing: (() => void)[] = [];
afterEach(() => {
  for (const close of closing.splice(0)) close();
});

/** A server whose handler ends its answer as Next does, and the text that a client has read of it. */
async function serve(handle: (response: ServerResponse) => void): Promise<{ text(): string; ended: Promise<unknown> }> {
  const server = createServer((_request, response) => handle(response)).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const socket = connect((server.address() as AddressInfo).port, '127.0.0.1');
  closing.push(() => {
    socket.destroy();
    server.close();
  });
  let text = '';
  socket.on('data', (bytes) => {
    text += bytes;
  });
  socket.write('GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n');
  return { text: () => text, ended: once(socket, 'close') };
}

/** Ends it and waits, as Next does, for `finish` to let go of the request. */
async function endAsNext(response: ServerResponse): Promise<void> {
  const finished = once(response, 'finish');
  response.write('first');
  response.end();
  await finished;
}

test('whoever ends it believes it finished, and the socket is still written to', async () => {
  let resolve: (response: ServerResponse) => void = () => {};
  const detached = new Promise<ServerResponse>((settle) => {
    resolve = settle;
  });
  let finished: Promise<void> = Promise.reject(new Error('never asked'));
  finished.catch(() => {});
  const client = await serve((response) => {
    assert.equal(
      detach(response, () => resolve(response)),
      true,
    );
    finished = endAsNext(response);
  });
  const response = await detached;
  await finished;
  assert.equal(response.writableEnded, false);
  response.write('second');
  response.end('last');
  await client.ended;
  assert.match(
    client.text(),
    /^HTTP\/1\.1 200 OK\r\n[\s\S]*\r\n\r\n5\r\nfirst\r\n6\r\nsecond\r\n4\r\nlast\r\n0\r\n\r\n$/,
  );
});

test('what is given to the end is written before', async () => {
  const client = await serve((response) => {
    detach(response, () => response.end('2'));
    response.end('1');
  });
  await client.ended;
  assert.match(client.text(), /1\r\n1\r\n1\r\n2\r\n0\r\n\r\n$/);
});

test('nothing is detached where Node is not as it is known', async () => {
  const results: boolean[] = [];
  const client = await serve((response) => {
    response.prependListener('finish', () => {});
    results.push(detach(response, () => assert.fail('it was detached')));
    response.end('whole');
  });
  await client.ended;
  assert.deepEqual(results, [false]);
  assert.match(client.text(), /whole/);
});

test('nor once its head is sent', async () => {
  const results: boolean[] = [];
  const client = await serve((response) => {
    response.flushHeaders();
    results.push(detach(response, () => assert.fail('it was detached')));
    response.end();
  });
  await client.ended;
  assert.deepEqual(results, [false]);
});
