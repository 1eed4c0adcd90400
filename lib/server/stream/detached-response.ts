/**
 * Detaches a response from Next. Next ends it, considers it finished and releases everything it keeps for the request;
 * the socket stays open and is written to directly. docs/decisions/0050-detached-streams.md has the measured savings.
 *
 * This relies on two things that neither Next nor Node guarantees: that Next calls `end` on Node's own response, and
 * that Node's own listener for `finish` is the first one. If they are not as expected, nothing is detached and the
 * caller answers in the ordinary way. Finding what Next keeps elsewhere (`letGo`) only saves memory.
 */
import { ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { joinSmall, totalBytes } from './join-small';
import { corkForThisTurn, type EventSink, SocketWriter } from './socket-writer';

/** A response that the caller controls. */
export type DetachedResponse = EventSink;

/**
 * Detaches a response. Call it before the answer is returned to Next.
 *
 * @param ownListeners listeners of `close` that stay; all others are Next's, which would treat the end of the stream
 * as the end of its request, and keep the request until then
 * @param onDetached called when the head and the returned body are written; from then on the caller controls the
 *   response
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
    // Node's own listener would take the socket away. The others are called now, since they wait for `finish` to
    // release the request.
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
 * Takes over a response that Next never saw. Its head is sent together with everything that is written in the same
 * turn.
 *
 * @returns null if the client has left
 */
export function takeOver(response: ServerResponse): DetachedResponse | null {
  const { socket, req: request } = response;
  if (socket === null || socket.destroyed) return null;
  // Otherwise Node creates an error with a stack for each client that leaves, since its request would count as aborted.
  request.resume().once('end', () => request.destroy());
  corkForThisTurn(socket);
  response.flushHeaders();
  return new SharedBody(response, socket);
}

/** Where Next keeps its data about a request. */
const NEXT_META = Symbol.for('NextInternalRequestMeta');
const ignore = () => {};

/**
 * Removes what Next and its compression have attached to a request and its response. It would be kept as long as the
 * stream.
 */
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

/** A body that is written to the socket already encoded. Node would encode each chunk again for each client. */
class SharedBody extends SocketWriter implements DetachedResponse {
  readonly #response: ServerResponse;

  constructor(response: ServerResponse, socket: Socket) {
    super(socket);
    this.#response = response;
  }

  override write(piece: readonly Uint8Array[]): boolean {
    return super.write(this.#response.chunkedEncoding ? chunkOf(piece) : piece);
  }

  end(): void {
    this.#response.end();
  }
}

const CRLF = '\r\n';
const chunks = new WeakMap<readonly Uint8Array[], readonly Uint8Array[]>();

/** Encodes a piece as a chunk of a body (RFC 9112, 7.1), once for all clients. */
function chunkOf(piece: readonly Uint8Array[]): readonly Uint8Array[] {
  const known = chunks.get(piece);
  if (known) return known;
  const size = totalBytes(piece).toString(16);
  const chunk = joinSmall([Buffer.from(size + CRLF), ...piece, Buffer.from(CRLF)]);
  chunks.set(piece, chunk);
  return chunk;
}
