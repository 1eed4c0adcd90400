import { connectionOf, type RequestConnection } from '../http/request-connection';
import { type DetachedResponse, detach } from './detached-response';
import { CLIENT_LEFT, type Follower, follow, REVOKED, STOPPED, type StreamStart, subscribe } from './follow';
import { totalBytes } from './join-small';
import { encodeEvent, encodeRetry } from './sse';

/** Sent first in every stream: how long a browser waits before it reconnects. */
export const RETRY = [encodeRetry(1_000)] as const;
/** How long a client whose stream was ended has to receive the last bytes. */
const GRACE_MS = 5_000;

export const STREAM_HEADERS = {
  'Content-Type': 'text/event-stream; charset=utf-8',
  // Compression would delay events, and costs 240 KB for each connection.
  'Cache-Control': 'no-cache, no-transform',
  'X-Accel-Buffering': 'no',
  // Without this a stop would wait for idle connections.
  Connection: 'close',
};

/**
 * The stream of events (WHATWG HTML, 9.2). An event is taken from the hub when the socket has room, so nothing is
 * queued for a slow client.
 *
 * @param start.place counts the stream, and closes it when its token is revoked
 */
export function streamResponse(request: Request, start: StreamStart): Response {
  const { headers, signal, method } = request;
  const follower = subscribe(start, connectionOf(headers));
  const detached = method === 'GET' && followDetached(follower);
  return new Response(detached ? null : piped(follower, signal), { headers: STREAM_HEADERS });
}

/**
 * Like `streamResponse`, in front of Next: written to a response that nothing else uses.
 *
 * @param send sends the head and returns the response; null if the client has left
 */
export function streamDirectly(
  start: StreamStart,
  connection: RequestConnection,
  send: (headers: Readonly<Record<string, string>>) => DetachedResponse | null,
): void {
  const follower = subscribe(start, connection);
  const onClose = endTogether(follower, connection);
  const detached = send(STREAM_HEADERS);
  if (detached === null) onClose();
  else followWith(follower, detached);
}

/**
 * Writes directly to the socket, outside of Next.
 *
 * @returns false if that is not possible
 */
function followDetached(follower: Follower): boolean {
  const { connection } = follower;
  if (connection === null) return false;
  const { response, outside, ownListeners } = connection;
  const onClose = () => leave(follower);
  const follows = (detached: DetachedResponse) => outside(() => followWith(follower, detached));
  if (!detach(response, [...ownListeners, onClose], follows)) return false;
  endTogether(follower, connection, onClose);
  return true;
}

/** Sends the events of the hub to the client. */
function followWith(follower: Follower, detached: DetachedResponse): void {
  detached.write(RETRY);
  follow(follower, detached, encodeEvent);
}

/** Ends the subscriber with the connection, and the connection with the subscriber. */
function endTogether(follower: Follower, connection: RequestConnection, onClose = () => leave(follower)): () => void {
  const { subscriber, place, watched } = follower;
  connection.response.on('close', onClose);
  subscriber.onEnd = (reason) => {
    place.leave();
    watched.ended(reason);
    if (reason !== CLIENT_LEFT) cutSoon(reason, connection);
  };
  return onClose;
}

function leave({ subscriber, watched }: Follower): void {
  subscriber.close(CLIENT_LEFT);
  watched.ended(STOPPED);
}

/** Answers through Next, if the response can't be detached. */
function piped({ subscriber, place, connection, watched }: Follower, signal: AbortSignal): ReadableStream<Uint8Array> {
  const leave = () => subscriber.close(CLIENT_LEFT);
  let open = true;
  const body = new ReadableStream<Uint8Array>(
    {
      start(controller) {
        controller.enqueue(RETRY[0]);
        subscriber.onEnd = (reason) => {
          place.leave();
          watched.ended(reason);
          signal.removeEventListener('abort', leave);
          if (!open || reason === CLIENT_LEFT) return;
          open = false;
          controller.close();
          cutSoon(reason, connection);
        };
      },
      async pull(controller) {
        const event = await subscriber.next();
        if (!open) return;
        if (event) {
          const parts = encodeEvent(event);
          watched.sent(event.name, totalBytes(parts));
          for (const part of parts) controller.enqueue(part);
        } else {
          place.leave();
          watched.ended(STOPPED);
          controller.close();
        }
      },
      cancel() {
        open = false;
        leave();
      },
    },
    { highWaterMark: 0 },
  );
  signal.addEventListener('abort', leave);
  if (signal.aborted) leave();
  return body;
}

/**
 * Closes the connection soon. A client that does not read would keep its socket forever, and one without access must
 * not get what is still buffered.
 */
export function cutSoon(reason: string, connection: RequestConnection | null): void {
  if (connection === null) return;
  const { response, socket } = connection;
  const cut = () => {
    if (!response.writableFinished) socket.destroy();
  };
  if (reason === 'stalled' || reason === REVOKED) cut();
  else setTimeout(cut, GRACE_MS).unref();
}
