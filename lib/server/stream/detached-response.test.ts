import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { afterEach, test } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { type DetachedResponse, detach } from './detached-response';

const closing: (() => void)[] = [];
afterEach(() => {
  for (const close of closing.splice(0)) close();
});

/** A server whose handler ends its answer as Next does, and the text that a client has read of it. */
async function serve(
  handle: (response: ServerResponse) => void,
  version = '1.1',
): Promise<{ text(): string; ended: Promise<unknown> }> {
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
  socket.write(`GET / HTTP/${version}\r\nHost: localhost\r\nConnection: close\r\n\r\n`);
  return { text: () => text, ended: once(socket, 'close') };
}

/** Ends the response as Next does, and waits for `finish`, when Next releases the request. */
async function endAsNext(response: ServerResponse): Promise<void> {
  const finished = once(response, 'finish');
  response.write('first');
  response.end();
  await finished;
}

test('detach(): the response looks finished to its caller, and the socket stays writable', async () => {
  let resolve: (detached: DetachedResponse) => void = () => {};
  const detached = new Promise<DetachedResponse>((settle) => {
    resolve = settle;
  });
  let finished: Promise<void> = Promise.reject(new Error('never asked'));
  finished.catch(() => {});
  const client = await serve((response) => {
    assert.equal(detach(response, [], resolve), true);
    finished = endAsNext(response);
  });
  const body = await detached;
  await finished;
  const second = [Buffer.from('sec'), Buffer.from('ond')];
  body.write(second);
  body.write(second);
  body.end();
  await client.ended;
  assert.match(
    client.text(),
    /^HTTP\/1\.1 200 OK\r\n[\s\S]*\r\n\r\n5\r\nfirst\r\n6\r\nsecond\r\n6\r\nsecond\r\n0\r\n\r\n$/,
  );
});

test('detach(): a chunk that is passed to end() is written first', async () => {
  const client = await serve((response) => {
    detach(response, [], () => response.end('2'));
    response.end('1');
  });
  await client.ended;
  assert.match(client.text(), /1\r\n1\r\n1\r\n2\r\n0\r\n\r\n$/);
});

test('detach(): returns false if the listeners of Node are not as expected', async () => {
  const results: boolean[] = [];
  const client = await serve((response) => {
    response.prependListener('finish', () => {});
    results.push(detach(response, [], () => assert.fail('it was detached')));
    response.end('whole');
  });
  await client.ended;
  assert.deepEqual(results, [false]);
  assert.match(client.text(), /whole/);
});

test('detach(): returns false once the head is sent', async () => {
  const results: boolean[] = [];
  const client = await serve((response) => {
    response.flushHeaders();
    results.push(detach(response, [], () => assert.fail('it was detached')));
    response.end();
  });
  await client.ended;
  assert.deepEqual(results, [false]);
});

test('write(): a client without chunked encoding gets the plain bytes until the connection ends', async () => {
  const client = await serve((response) => {
    detach(response, [], (detached) => {
      detached.write([Buffer.from('second')]);
      detached.end();
    });
    response.end('first');
  }, '1.0');
  await client.ended;
  assert.match(client.text(), /\r\n\r\nfirstsecond$/);
});

test('write(): returns false while there is no room, then onDrain() is called', async () => {
  const rounds: number[] = [];
  const client = await serve((response) => {
    detach(response, [], (detached) => {
      const piece = [Buffer.alloc(100_000, 'x')];
      const fill = () => {
        let written = 0;
        do written++;
        while (detached.write(piece));
        rounds.push(written);
        if (rounds.length < 20) return;
        detached.onDrain = () => {};
        detached.end();
      };
      detached.onDrain = fill;
      fill();
    });
    response.end();
  });
  await client.ended;
  assert.equal(rounds.length, 20);
  const pieces = rounds.reduce((sum, written) => sum + written, 0);
  assert.equal(client.text().split('x').length - 1, 100_000 * pieces);
});

test('detach(): the close event reaches only the own listeners', async () => {
  const events: string[] = [];
  const client = await serve((response) => {
    const own = () => events.push('own');
    response.once('close', own);
    response.once('close', () => events.push("Next's"));
    detach(response, response.rawListeners('close').slice(0, -1), (detached) => detached.end());
    response.end();
  });
  await client.ended;
  assert.deepEqual(events, ['own']);
});

test('detach(): nothing attached to the request and its response is kept', async () => {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  const held: WeakRef<object>[] = [];
  const hold = () => {
    const kept = {};
    held.push(new WeakRef(kept));
    return () => kept;
  };
  const detached = new Promise<DetachedResponse>((resolve) => {
    void serve((response) => {
      const { req: request } = response;
      Object.assign(request, { [Symbol.for('NextInternalRequestMeta')]: hold()() });
      request.once('end', hold());
      for (const name of ['close', 'drain', 'error', 'finish']) response.on(name, hold());
      const [writes, flushes] = [hold(), hold()];
      const { write } = response;
      const wrapped = (chunk: string) => (writes() ? write.call(response, chunk, 'utf8') : false);
      Object.assign(response, { write: wrapped, flush: flushes });
      detach(response, [], resolve);
      response.end('first');
    });
  });
  const body = await detached;
  for (let round = 0; round < 3; round++) {
    await turn();
    collect();
  }
  assert.equal(held.length, 8);
  assert.deepEqual(
    held.filter((reference) => reference.deref() !== undefined),
    [],
  );
  assert.equal(body.write([Buffer.from('second')]), true, 'it goes on');
});
