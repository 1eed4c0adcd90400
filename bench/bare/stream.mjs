// @ts-check
/**
 * The limit for streams: plain node:http that writes prepared bytes to everyone. Each line of its input is broadcast as
 * the data of one event. Says its port in its first line of output.
 */
import { createServer } from 'node:http';
import { createInterface } from 'node:readline';

/** @type {Set<import('node:http').ServerResponse>} */
const clients = new Set();
const server = createServer((_request, response) => {
  response.writeHead(200, { 'Content-Type': 'text/event-stream', 'Cache-Control': 'no-cache' });
  response.write('event: connected\ndata: {}\n\n');
  clients.add(response);
  response.on('close', () => clients.delete(response));
});
server.listen(0, '127.0.0.1', () => {
  const address = /** @type {import('node:net').AddressInfo} */ (server.address());
  console.log(address.port);
});
createInterface({ input: process.stdin })
  .on('line', (line) => {
    const bytes = Buffer.from(`event: messages\ndata: ${line}\n\n`);
    for (const client of clients) client.write(bytes);
  })
  .on('close', () => process.exit(0));
