/**
 * Closes a connection whose client may still be sending. A socket that is closed over bytes that nobody has read is reset
 * by the system, and a reset can take away an answer that the client has not read yet. So this side ends first, and what
 * still comes is thrown away for a moment.
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';

/** How long a client has to read its answer and close. */
export const CLOSE_TIMEOUT_MS = 2_000;
/**
 * What all closing connections together may send in a second; the rest is left to the system's own buffers. Each byte
 * that is thrown away was copied into memory first, and only a garbage collection frees it.
 */
const MAX_DISCARDED_BYTES_PER_SECOND = 1_000_000;

const closing = new WeakSet<Socket>();
const discarded = { second: 0, bytes: 0 };

/** @returns whether the last answer of a connection is sent, so that nothing that comes on it is to be answered */
export function isClosing(socket: Socket): boolean {
  return socket.destroyed || closing.has(socket);
}

/**
 * Bounds what comes of a body after its answer, and lets Node end the connection gently. To be called before the answer
 * ends.
 *
 * @param maxBytes beyond so many, counted from the answer on, the connection is closed
 */
export function boundRest(request: IncomingMessage, response: ServerResponse, maxBytes: number): void {
  const { socket } = request;
  // Node calls this when the last answer of a connection is written.
  socket.destroySoon = () => {
    if (request.complete) Object.getPrototypeOf(socket).destroySoon.call(socket);
    else closeGently(request);
  };
  let bytes = 0;
  // Before Node's own listener, which would throw away the rest uncounted.
  response.prependListener('finish', () => {
    if (request.complete) return;
    discardBody(request, (length) => {
      bytes += length;
      if (bytes > maxBytes) closeGently(request);
      return !isClosing(socket) || mayDiscard(length);
    });
  });
}

/** Ends a connection after what is written, and destroys it when the client has closed it too, at the latest after 2 s. */
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
 * Throws away what still comes of a body, whoever has begun to read it.
 *
 * @param onBytes takes how much has come; false leaves it and all that follows, so that Node stops reading
 */
export function discardBody(request: IncomingMessage, onBytes: (bytes: number) => boolean): void {
  // The web stream that Next makes of a body leaves listeners behind that would hold it.
  request.removeAllListeners('readable').removeAllListeners('data');
  // Else Node takes it for a body that nobody reads, and throws it away itself.
  request.resume().pause();
  // Not in flowing mode: Node's HTTP parser may go on reading from a socket that was paused while it flowed.
  request.on('readable', () => {
    // Ends the body after its last piece, too.
    if (request.readableLength === 0 || onBytes(request.readableLength)) request.read();
  });
}

function mayDiscard(bytes: number): boolean {
  const second = Math.floor(performance.now() / 1000);
  if (discarded.second !== second) Object.assign(discarded, { second, bytes: 0 });
  discarded.bytes += bytes;
  return discarded.bytes <= MAX_DISCARDED_BYTES_PER_SECOND;
}
