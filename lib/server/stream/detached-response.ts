/**
 * A response taken out of Next's hands. Next ends it, believes it finished and lets go of everything it holds for the
 * request; the socket stays open and is written to directly. What that saves is measured in
 * docs/decisions/0050-detached-streams.md.
 *
 * It leans on two things that are no promise of Next or Node: that Next calls `end` on Node's own response, and that
 * Node's own listener for `finish` is the first one. Where they are not as expected nothing is detached, and the caller
 * answers in the ordinary way. That what Next keeps elsewhere is found (`letGo`) only saves memory.
 */
import { ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { joinSmall, totalBytes } from './join-small';

/** A response in its caller's hands. */
export interface DetachedResponse {
  /**
   * Writes a piece of the body, given in parts. Neither may be changed afterwards: all who get the same piece share its
   * bytes.
   *
   * @returns false if there is no room for more; what is written is sent in any case
   */
  write(piece: readonly Uint8Array[]): boolean;
  /** Called when there is room again. */
  onDrain: () => void;
  end(): void;
}

/**
 * To be called before the answer is returned to Next.
 *
 * @param ownListeners listeners of `close` that stay; all others are Next's, which would take the end of the stream for
 *   that of its request, and keep the request until then
 * @param onDetached the head and what was returned as body are written, and the response is the caller's
 * @returns false if it can't be detached
 */
export function detach(
  response: ServerResponse,
  ownListeners: readonly unknown[],
  onDetached: (detached: DetachedResponse) => void,
): boolean {
  const nodesOwn = response.listeners('finish')[0];
  const { socket, end } = response;
  if (response.headersSent || socket === null || nodesOwn?.name !== 'bound resOnFinish') return false;
  response.end = ((chunk?: unknown) => {
    response.end = end;
    if (typeof chunk === 'string' || chunk instanceof Uint8Array) response.write(chunk);
    else response.flushHeaders();
    // Node's own listener would take the socket away; the others wait for it to let go of the request.
    for (const listener of response.rawListeners('finish').slice(1)) {
      response.removeListener('finish', listener as () => void);
      listener.call(response);
    }
    letGo(response, ownListeners);
    onDetached(new SharedBody(response, socket));
    return response;
  }) as typeof end;
  return true;
}

/**
 * Takes over a response that Next never saw: its head leaves together with what is written in the same turn.
 *
 * @returns null if the client has left
 */
export function takeOver(response: ServerResponse): DetachedResponse | null {
  const { socket, req: request } = response;
  if (socket === null || socket.destroyed) return null;
  // Else Node makes an error with a stack for each client that leaves: its request would count as cut off.
  request.resume().once('end', () => request.destroy());
  corkForThisTurn(socket);
  response.flushHeaders();
  return new SharedBody(response, socket);
}

/** Where Next keeps what it knows of a request. */
const NEXT_META = Symbol.for('NextInternalRequestMeta');
const ignore = () => {};

/** What Next and its compression have hung on a request and its response would be kept for as long as the stream. */
function letGo(response: ServerResponse, ownListeners: readonly unknown[]): void {
  for (const listener of response.rawListeners('close')) {
    if (!ownListeners.includes(listener)) response.removeListener('close', listener as () => void);
  }
  response.removeAllListeners('drain').removeAllListeners('error').on('error', ignore);
  response.req.removeAllListeners().on('error', ignore);
  const own = response as unknown as Record<string, unknown>;
  const nodes = ServerResponse.prototype as unknown as Record<string, unknown>;
  const wrapped = Object.keys(own).filter((name) => typeof own[name] === 'function' && !name.startsWith('_'));
  for (const name of wrapped) own[name] = nodes[name];
  (response.req as { [NEXT_META]?: unknown })[NEXT_META] = undefined;
}

/** A body that is written to the socket as it goes over the wire: Node would frame each piece anew for each client. */
class SharedBody implements DetachedResponse {
  onDrain = () => {};
  readonly #response: ServerResponse;
  readonly #socket: Socket;
  #full = false;

  constructor(response: ServerResponse, socket: Socket) {
    this.#response = response;
    this.#socket = socket;
    socket.on('drain', () => {
      if (!this.#full) return;
      this.#full = false;
      this.onDrain();
    });
  }

  write(piece: readonly Uint8Array[]): boolean {
    // The client has ended its side; that it is gone is told when the socket closes.
    if (!this.#socket.writable) return false;
    corkForThisTurn(this.#socket);
    const parts = this.#response.chunkedEncoding ? chunkOf(piece) : piece;
    for (const part of parts) this.#full = !this.#socket.write(part);
    return !this.#full;
  }

  end(): void {
    this.#response.end();
  }
}

/** Sockets that are written to in this turn of the event loop, whatever they get goes out by one call of the system. */
let corked: Socket[] = [];

function corkForThisTurn(socket: Socket): void {
  if (socket.writableCorked > 0) return;
  socket.cork();
  if (corked.push(socket) === 1) process.nextTick(uncorkAll);
}

function uncorkAll(): void {
  const sockets = corked;
  corked = [];
  for (const socket of sockets) socket.uncork();
}

const CRLF = '\r\n';
const chunks = new WeakMap<readonly Uint8Array[], readonly Uint8Array[]>();

/** A piece as a chunk of a body (RFC 9112, 7.1), made once for all who get it. */
function chunkOf(piece: readonly Uint8Array[]): readonly Uint8Array[] {
  const known = chunks.get(piece);
  if (known) return known;
  const size = totalBytes(piece).toString(16);
  const chunk = joinSmall([Buffer.from(size + CRLF), ...piece, Buffer.from(CRLF)]);
  chunks.set(piece, chunk);
  return chunk;
}
