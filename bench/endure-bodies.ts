/** Unwanted request bodies, and answers that clients do not read. */
import { once } from 'node:events';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { PROJECT } from '../test/support/production-server';
import { RawClient } from '../test/support/raw-client';
import type { Outcome } from './torture-report';
import { Server } from './torture-server';

export interface BodiesPlan {
  clients: number;
  /** Whether to wait until a client that does not read a file is dropped; takes a minute. */
  stalled: boolean;
}

/** Shared by all senders: this process would grow otherwise. */
const BODY = Buffer.alloc(9_000_000, 'x');
/** A chunked body is read up to its limit in pieces of 64 KB, so each connection costs up to 128 KB. */
const MAX_GROWTH_BYTES = { announced: 20 * 1024 * 1024, chunked: 40 * 1024 * 1024, half: 20 * 1024 * 1024 };
const SAMPLE_INTERVAL_MS = 10;
/** The server closes an incomplete body after 10 s; the rest is for a busy machine. */
const BODY_TIMEOUT_MS = 15_000;
const PROGRESS_TIMEOUT_MS = 80_000;
const GIVEN_UP_AFTER_MS = 120_000;
/** A larger part of a file than fits into the buffers of both sockets. */
const PIPELINED_BYTES = 40_000_000;

type Kind = 'announced' | 'chunked' | 'half';
const KINDS: readonly Kind[] = ['announced', 'chunked', 'half'];

/** Sends bodies from many clients at once to a page; their connections must be closed, and memory must not grow. */
export async function bodies(folders: { root: string; history: string }, plan: BodiesPlan): Promise<Outcome> {
  const server = new Server(folders.root, folders.history);
  const outcome: Required<Outcome> = { facts: '', faults: [], slow: [] };
  const facts: string[] = [];
  try {
    await server.start();
    // The first requests of a kind load code that stays in memory; it does not count for the bodies.
    for (const method of ['GET', 'POST']) {
      for (let count = 0; count < 20; count++) await (await fetch(server.url, { method })).text();
    }
    for (const kind of KINDS) facts.push(await flood(server, kind, plan.clients, outcome));
    if (plan.stalled) facts.push(await stall(server, outcome));
    if (!(await server.health())) outcome.faults.push('/health does not answer');
    return { ...outcome, facts: facts.join('; ') };
  } finally {
    await server.stop('SIGKILL');
  }
}

async function flood(server: Server, kind: Kind, count: number, { faults, slow }: Required<Outcome>): Promise<string> {
  const base = server.residentBytes() ?? 0;
  let peak = base;
  let open = count;
  const begun = performance.now();
  const clients = Array.from({ length: count }, () => send(new RawClient(server.port), kind));
  const statuses = new Map<number, number>();
  const answered = clients.map(async (client) => {
    const { status } = await client.answer();
    statuses.set(status, (statuses.get(status) ?? 0) + 1);
    await client.closed;
    open--;
  });
  while (open > 0 && performance.now() - begun < GIVEN_UP_AFTER_MS) {
    await delay(SAMPLE_INTERVAL_MS);
    peak = Math.max(peak, server.residentBytes() ?? 0);
  }
  const took = performance.now() - begun;
  for (const client of clients) client.destroy();
  await Promise.all(answered);
  const growth = peak - base;
  const expected = kind === 'half' ? 408 : 413;
  const said = [...statuses].map(([status, times]) => `${times} x ${status}`).join(', ');
  if (open > 0) faults.push(`${kind}: ${open} connections stay open`);
  if (statuses.get(expected) !== count) faults.push(`${kind}: answered with ${said}`);
  if (growth > MAX_GROWTH_BYTES[kind]) slow.push(`${kind}: memory grew by ${megabytes(growth)} MB`);
  if (took > BODY_TIMEOUT_MS) slow.push(`${kind}: the last connection was closed after ${seconds(took)} s`);
  return `${count} bodies ${kind}: ${said}, all closed after ${seconds(took)} s, memory +${megabytes(growth)} MB at most`;
}

function send(client: RawClient, kind: Kind): RawClient {
  if (kind === 'half') return client.ask('POST', '/', { 'Content-Length': 1000 }, 'x');
  if (kind === 'announced') return client.ask('POST', '/', { 'Content-Length': BODY.length }).send(BODY);
  const size = `${BODY.length.toString(16)}\r\n`;
  return client.ask('POST', '/', { 'Transfer-Encoding': 'chunked' }, size).send(BODY).send('\r\n0\r\n\r\n');
}

async function stall(server: Server, { faults, slow }: Required<Outcome>): Promise<string> {
  const file = largestFile();
  const times = Math.min(100, Math.ceil(PIPELINED_BYTES / file.bytes));
  const begun = performance.now();
  const client = new RawClient(server.port);
  client.socket.pause();
  for (let count = 0; count < times; count++) client.ask('GET', file.path);
  await once(client.socket, 'connect');
  // A socket notices its close only when it reads; the system shows it at once.
  while (isServed(server.port, client) && performance.now() - begun < GIVEN_UP_AFTER_MS) await delay(100);
  const took = performance.now() - begun;
  client.destroy();
  if (took >= GIVEN_UP_AFTER_MS) faults.push('a client that takes nothing of a file is still served');
  else if (took > PROGRESS_TIMEOUT_MS) slow.push(`a client that takes nothing of a file: ${seconds(took)} s`);
  return `a client that takes nothing of a file: dropped after ${seconds(took)} s`;
}

/** Whether the server's side of a connection is open (`01` in the system's list of IPv4 connections). */
function isServed(port: number, { socket }: RawClient): boolean {
  const hex = (number: number) => number.toString(16).toUpperCase().padStart(4, '0');
  const line = new RegExp(`:${hex(port)} [0-9A-F]+:${hex(socket.localPort ?? 0)} 01 `);
  return line.test(readFileSync('/proc/net/tcp', 'latin1'));
}

function largestFile(): { path: string; bytes: number } {
  const folder = path.join(PROJECT, '.next', 'static', 'chunks');
  const files = readdirSync(folder).map((name) => ({
    path: `/_next/static/chunks/${name}`,
    bytes: statSync(path.join(folder, name)).size,
  }));
  return files.reduce((one, other) => (other.bytes > one.bytes ? other : one));
}

const megabytes = (bytes: number) => (bytes / 1024 / 1024).toFixed(1);
const seconds = (ms: number) => (ms / 1000).toFixed(1);
