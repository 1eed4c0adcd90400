/**
 * Closes a connection whose client may still be sending. If a socket is closed while it has unread bytes, the system
 * resets the connection, and the client may lose an answer that it has not read yet. So this side ends first, and
 * discards for a moment what still arrives.
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';

/** How long a client has to read its answer and close the connection. */
export const CLOSE_TIMEOUT_MS = 2_000;
/**
 * The bytes that are discarded per second for all closing connections together; the rest stays in the buffers of the
 * system. Each discarded byte is copied into memory first, and only a garbage collection frees it.
 */
const MAX_DISCARDED_BYTES_PER_SECOND = 1_000_000;

const closing = new WeakSet<Socket>();
const discarded = { second: 0, bytes: 0 };

/** @returns whether the last answer of a connection is sent, so that further requests on it are ignored */
export function isClosing(socket: Socket): boolean {
  return socket.destroyed || closing.has(socket);
}

/**
 * Limits what may arrive of a body after its answer, and lets Node end the connection gently. Call it before the answer
 * ends.
 *
 * @param maxBytes counted from the end of the answer; above it the connection is closed
 */
export function boundRest(request: IncomingMessage, response: ServerResponse, maxBytes: number): void {
  const { socket } = request;
  // Node calls this when the last answer of a connection is written.
  socket.destroySoon = () => {
    if (request.complete) Object.getPrototypeOf(socket).destroySoon.call(socket);
    else closeGently(request);
  };
  let bytes = 0;
  // Runs before Node's own listener, which would discard the rest without counting.
  response.prependListener('finish', () => {
    if (request.complete) return;
    discardBody(request, (length) => {
      bytes += length;
      if (bytes > maxBytes) closeGently(request);
      return !isClosing(socket) || mayDiscard(length);
    });
  });
}

/**
 * Ends a connection after pending writes, and destroys it when the client has closed it too, after 2 s at the latest.
 */
export function closeGently(request: IncomingMessage): void {
  const { socket } = request;
  if (isClosing(socket)) return;
  closing.add(socket);
  socket.end();
  const timer = setTimeout(() => socket.destroy(), CLOSE_TIMEOUT_MS).unref();
  socket.once('close', () => clearTimeout(timer));
  request.once('end', () => socket.destroySoon());
}

/**
 * Discards the rest of a body, even if something else has begun to read it.
 *
 * @param onBytes receives the number of bytes that arrived; if it returns false, they stay unread, so that Node stops
 * reading
 */
export function discardBody(request: IncomingMessage, onBytes: (bytes: number) => boolean): void {
  // The web stream that Next creates for a body leaves listeners behind, which would keep it in memory.
  request.removeAllListeners('readable').removeAllListeners('data');
  // Otherwise Node assumes that nothing reads the body, and discards it itself.
  request.resume().pause();
  // Not in flowing mode: Node's HTTP parser may continue to read from a socket that was paused while flowing.
  request.on('readable', () => {
    // Reading also ends the body after its last chunk.
    if (request.readableLength === 0 || onBytes(request.readableLength)) request.read();
  });
}

function mayDiscard(bytes: number): boolean {
  const second = Math.floor(performance.now() / 1000);
  if (discarded.second !== second) Object.assign(discarded, { second, bytes: 0 });
  discarded.bytes += bytes;
  return discarded.bytes <= MAX_DISCARDED_BYTES_PER_SECOND;
}
