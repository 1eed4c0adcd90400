/**
 * The messaging socket of a simulated session, as Claude Code 2.1.332 offers one: it takes messages of other sessions,
 * one JSON object on each line, and answers nothing.
 */
import { chmodSync, existsSync, mkdirSync, rmSync } from 'node:fs';
import { createServer, type Server, type Socket } from 'node:net';
import path from 'node:path';

/** Longer frames break the connection, as with Claude Code. */
const MAX_FRAME_BYTES = 1_000_000;
/** The longest path of a socket that every system takes. */
const MAX_PATH_BYTES = 100;
const MAX_CONNECTIONS = 20;

/** A message of another session. */
export interface PeerMessage {
  msgId: string;
  /** The name of the sender; null if the message has none. */
  name: string | null;
  /** As it was sent. */
  content: string;
  /** Without the wrapper that names the sender. */
  body: string;
}

export class MessagingSocket {
  readonly #path: string;
  readonly #server: Server;
  readonly #open = new Set<Socket>();

  /**
   * Listens from now on. A path that can't be used leaves a session that takes no messages, as when Claude Code's own
   * folder of sockets is missing.
   *
   * @param file its path; its folder is created for this user alone
   * @param onMessage called for each message, in order
   */
  constructor(file: string, onMessage: (message: PeerMessage) => void) {
    this.#path = file;
    this.#server = createServer((socket) => this.#serve(socket, onMessage));
    this.#server.maxConnections = MAX_CONNECTIONS;
    this.#server.on('error', (error) => process.emitWarning(`The messaging socket ${file} failed: ${error.message}`));
    mkdirSync(path.dirname(file), { recursive: true, mode: 0o700 });
    rmSync(file, { force: true });
    this.#server.listen(file);
    // It is there at once, unless the path can't be used.
    if (existsSync(file)) chmodSync(file, 0o600);
    this.#server.unref();
  }

  /** Stops listening and removes the file. */
  close(): void {
    this.#server.close();
    for (const socket of this.#open) socket.destroy();
    rmSync(this.#path, { force: true });
  }

  #serve(socket: Socket, onMessage: (message: PeerMessage) => void): void {
    let rest = Buffer.alloc(0);
    this.#open.add(socket);
    socket.on('close', () => this.#open.delete(socket));
    socket.on('error', () => {});
    socket.on('data', (bytes) => {
      rest = Buffer.concat([rest, bytes]);
      for (let end = rest.indexOf(0x0a); end !== -1; end = rest.indexOf(0x0a)) {
        const message = readFrame(rest.toString('utf8', 0, end));
        rest = rest.subarray(end + 1);
        if (message) onMessage(message);
      }
      if (rest.length > MAX_FRAME_BYTES) socket.destroy();
    });
  }
}

/** @returns the path of a session's socket in a folder; null if it would be too long for the system */
export function socketPath(folder: string, pid: number): string | null {
  const file = path.join(folder, `${pid}.sock`);
  return Buffer.byteLength(file) <= MAX_PATH_BYTES ? file : null;
}

/** @returns null for a frame that is no message, such as one that authenticates */
export function readFrame(line: string): PeerMessage | null {
  let frame: { type?: unknown; msg_id?: unknown; message?: { content?: unknown } };
  try {
    frame = JSON.parse(line) ?? {};
  } catch {
    return null;
  }
  const { type, msg_id: msgId, message } = frame;
  const content = message?.content;
  if (type !== 'user' || typeof msgId !== 'string' || typeof content !== 'string') return null;
  const [, name = null, body = content] =
    /^<cross-session-message [^>]*?from-name="([^"]*)"[^>]*>\n(.*)\n<\/cross-session-message>$/s.exec(content) ?? [];
  return { msgId, name, content, body };
}
