/**
 * The limit for an active swarm: watches a root, parses appended lines of the log, stores them with the full-text
 * index, and broadcasts them; a change of a lock broadcasts all locks. It has none of the guarantees of the dashboard:
 * no rotation, no checkpoint, no journal. `watch.ts <root> <database>`; prints its port in its first line of output.
 */
import { mkdirSync, openSync, readdirSync, readFileSync, readSync, watch } from 'node:fs';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import Database from 'better-sqlite3';

const [root = '', file = ''] = process.argv.slice(2);
const LOG = 'agent_messages.log';
const folder = path.join(root, '.agent_locks');
mkdirSync(folder, { recursive: true });

const db = new Database(file);
db.pragma('journal_mode = WAL');
db.pragma('synchronous = NORMAL');
db.exec('CREATE TABLE messages (seq INTEGER PRIMARY KEY, line TEXT NOT NULL)');
db.exec(`CREATE VIRTUAL TABLE search USING fts5 (content, tags, content = '', contentless_delete = 1)`);
const insert = db.prepare('INSERT INTO messages (line) VALUES (?)');
const index = db.prepare('INSERT INTO search (rowid, content, tags) VALUES (?, ?, ?)');
const keep = db.transaction((lines: readonly string[]) => {
  return lines.map((line) => {
    const message = JSON.parse(line) as { content: string; sender: string };
    index.run(insert.run(line).lastInsertRowid, message.content, message.sender);
    return message;
  });
});

const clients = new Set<ServerResponse>();
function broadcast(event: string, data: object): void {
  const bytes = Buffer.from(`event: ${event}\ndata: ${JSON.stringify(data)}\n\n`);
  for (const client of clients) client.write(bytes);
}

const chunk = Buffer.alloc(2 ** 16);
let log: number | null = null;
let offset = 0;
watch(root, (_event, name) => {
  if (name !== LOG) return;
  log ??= openSync(path.join(root, LOG), 'r');
  const length = readSync(log, chunk, 0, chunk.length, offset);
  if (length === 0) return;
  offset += length;
  const messages = keep(chunk.toString('utf8', 0, length).trimEnd().split('\n'));
  broadcast('messages', { messages, count: messages.length });
});

function readLock(name: string): object[] {
  try {
    return [JSON.parse(readFileSync(path.join(folder, name), 'utf8'))];
  } catch {
    return []; // released, or not written yet
  }
}
watch(folder, () => broadcast('locks', { locks: readdirSync(folder).flatMap(readLock) }));
setInterval(() => broadcast('heartbeat', {}), 1000);

const server = createServer((_request, response) => {
  response.writeHead(200, { 'Content-Type': 'text/event-stream' });
  response.write('event: connected\ndata: {}\n\n');
  clients.add(response);
  response.on('close', () => clients.delete(response));
});
server.listen(0, '127.0.0.1', () => console.log((server.address() as AddressInfo).port));
