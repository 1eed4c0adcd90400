/** Many streams in one process: as little work for each event as tells when it came. */
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { WEBSOCKET_PATH } from '../../lib/contract/paths';
import { frame, handshake } from '../../test/support/hostile-frames';

/** The number of a mark in an event: which change it tells of. */
const MARK = Buffer.from('mark-');
const MARK_DIGITS = 7;
/** A mark may be cut by the end of a chunk. */
const OVERLAP = MARK.length + MARK_DIGITS - 1;
const OPEN_AT_ONCE = 200;

/** @returns a text that is found in whatever event carries it */
export function mark(number: number): string {
  return `mark-${String(number).padStart(MARK_DIGITS, '0')}`;
}

/** Streams that are read, each noting when a mark came first. */
export class Viewers {
  readonly #sockets: Socket[] = [];
  /** By mark: how many have it, and when each got it. */
  readonly #arrivals = new Map<number, number[]>();
  bytes = 0;

  /** Opens so many more, streams or WebSockets, and waits until each has its first bytes. */
  async open(url: string, count: number, path = '/api/stream'): Promise<void> {
    const { port, hostname } = new URL(url);
    for (let opened = 0; opened < count; opened += OPEN_AT_ONCE) {
      const some = Math.min(OPEN_AT_ONCE, count - opened);
      await Promise.all(Array.from({ length: some }, () => this.#open(Number(port), hostname, path)));
    }
  }

  get count(): number {
    return this.#sockets.length;
  }

  /** When each viewer got a mark, as `performance.now`; fewer than viewers while some wait for it. */
  arrivals(number: number): readonly number[] {
    return this.#arrivals.get(number) ?? [];
  }

  /** Waits until everyone has a mark. @returns false if that takes too long */
  async all(number: number, timeoutMs = 30_000): Promise<boolean> {
    const begun = performance.now();
    while (this.arrivals(number).length < this.count) {
      if (performance.now() - begun > timeoutMs) return false;
      await delay(1);
    }
    return true;
  }

  close(): void {
    for (const socket of this.#sockets.splice(0)) socket.destroy();
  }

  async #open(port: number, host: string, path: string): Promise<void> {
    const socket = connect(port, host);
    this.#sockets.push(socket);
    socket.setNoDelay(true);
    socket.on('error', () => {});
    let end = Buffer.alloc(0);
    let last = -1;
    socket.on('data', (bytes: Buffer) => {
      const now = performance.now();
      this.bytes += bytes.length;
      const text = end.length === 0 ? bytes : Buffer.concat([end, bytes]);
      for (let at = text.indexOf(MARK); at >= 0; at = text.indexOf(MARK, at + 1)) {
        const number = Number(text.toString('latin1', at + MARK.length, at + MARK.length + MARK_DIGITS));
        // A state says its marks again and again; what counts is when a new one came.
        if (!(number > last) || at + MARK.length + MARK_DIGITS > text.length) continue;
        last = number;
        const known = this.#arrivals.get(number);
        if (known) known.push(now);
        else this.#arrivals.set(number, [now]);
      }
      end = Buffer.from(text.subarray(Math.max(0, text.length - OVERLAP)));
    });
    await once(socket, 'connect');
    if (path === WEBSOCKET_PATH)
      socket.write(`${handshake(path)}${frame('{"type":"hello"}').toString('latin1')}`, 'latin1');
    else socket.write(`GET ${path} HTTP/1.1\r\nHost: ${host}:${port}\r\nAccept: text/event-stream\r\n\r\n`);
    await once(socket, 'data');
  }
}
