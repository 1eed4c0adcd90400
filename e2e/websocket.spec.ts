import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { WEBSOCKET_PROTOCOL } from '../lib/contract/websocket';
import { PROJECT } from '../test/support/production-server';
import { expect, openLive, test } from './fixtures';

/** The program for browsers in docs/websocket.md, unchanged. */
const PROGRAM = readFileSync(join(PROJECT, 'docs/websocket.md'), 'utf8').split('```js browser\n')[1]?.split('\n```')[0];

test('websocket: the documented program follows on a page of the dashboard', async ({ page, swarm, server }) => {
  swarm.register([{ id: 'agent-0' }]);
  swarm.send({ content: 'before', sender: 'agent-0' });
  await server.start();
  await openLive(page, server);
  const said: string[] = [];
  page.on('console', (message) => said.push(message.text()));
  await page.evaluate(`(() => { ${PROGRAM} })()`);
  await expect.poll(() => said).toContain('agent-0: before');
  swarm.send({ content: 'after', sender: 'agent-0' });
  await expect.poll(() => said).toContain('agent-0: after');
  expect(said.filter((text) => text.startsWith('agent-0'))).toEqual(['agent-0: before', 'agent-0: after']);
});

test('websocket: a page of another site cannot connect', async ({ page, swarm, server, complaints }) => {
  complaints.allow(/WebSocket connection to .* failed|request to http:\/\/127\.0\.0\.1/);
  swarm.register([{ id: 'agent-0' }]);
  await server.start();
  const elsewhere = createServer((_request, response) => {
    response.writeHead(200, { 'Content-Type': 'text/html' }).end('<!doctype html><title>Elsewhere</title>');
  }).listen(0, '127.0.0.1');
  await once(elsewhere, 'listening');
  try {
    await page.goto(`http://127.0.0.1:${(elsewhere.address() as AddressInfo).port}/`);
    const outcome = await page.evaluate(
      ([url, protocol]) =>
        new Promise<string>((resolve) => {
          const socket = new WebSocket(url as string, protocol);
          socket.addEventListener('open', () => resolve('open'));
          socket.addEventListener('close', ({ code }) => resolve(`closed with ${code}`));
        }),
      [`${server.url.replace(/^http/, 'ws')}/api/ws`, WEBSOCKET_PROTOCOL],
    );
    expect(outcome).toBe('closed with 1006');
  } finally {
    elsewhere.close();
  }
});
