import type { Hub, HubEvent, Subscriber } from '../../hub/hub';
import type { StreamPlace } from '../access/open-streams';
import { connectionOf, type RequestConnection } from '../http/request-connection';
import { type DetachedResponse, detach } from './detached-response';
import { totalBytes } from './join-small';
import { encodeEvent, encodeRetry } from './sse';
import { type WatchedStream, watchStream } from './stream-watch';

/** How long a browser waits before it comes back. Begins every stream. */
const RETRY = [encodeRetry(1_000)] as const;
/** How long the last bytes may take to reach a client whose stream was ended. */
const GRACE_MS = 5_000;
const CLIENT_LEFT = 'the client left';
/** Why a stream has no events from the beginning: that is the one end that nobody was there to hear of. */
const STOPPED = 'the server stops';
const REVOKED = 'its token is no longer valid';

const HEADERS = {
  'Content-Type': 'text/event-stream; charset=utf-8',
  // Compression would hold events back, and costs 240 KB for each connection.
  'Cache-Control': 'no-cache, no-transform',
  'X-Accel-Buffering': 'no',
  // Without this a stop would wait for idle connections.
  Connection: 'close',
};

/** What a stream begins with. */
export interface StreamStart {
  hub: Hub;
  /** The last event that the client knows, null for a first visit. */
  lastEventId: string | null;
  place: StreamPlace;
}

/** A client that follows, and what it takes up. What closes over this must not close over the request too. */
interface Follower {
  subscriber: Subscriber;
  place: StreamPlace;
  connection: RequestConnection | null;
  watched: WatchedStream;
}

/**
 * The stream of events (WHATWG HTML, 9.2). An event is taken from the hub when the socket has room, so nothing is queued
 * for a slow client.
 *
 * @param start.place counts the stream, and closes it when its token is revoked
 */
export function streamResponse(request: Request, { hub, lastEventId, place }: StreamStart): Response {
  const { headers, signal, method } = request;
  const follower = subscribe(hub, lastEventId, place, connectionOf(headers));
  const detached = method === 'GET' && followDetached(follower);
  return new Response(detached ? null : piped(follower, signal), { headers: HEADERS });
}

/**
 * The same in front of Next, written to a response that nobody else holds.
 *
 * @param send sends the head, and gives the response; null if the client has left
 */
export function streamDirectly(
  { hub, lastEventId, place }: StreamStart,
  connection: RequestConnection,
  send: (headers: Readonly<Record<string, string>>) => DetachedResponse | null,
): void {
  const follower = subscribe(hub, lastEventId, place, connection);
  const onClose = endTogether(follower, connection);
  const detached = send(HEADERS);
  if (detached === null) onClose();
  else follow(follower, detached);
}

function subscribe(
  hub: Hub,
  lastEventId: string | null,
  place: StreamPlace,
  connection: RequestConnection | null,
): Follower {
  try {
    const subscriber = hub.subscribe(lastEventId);
    place.onRevoked = () => subscriber.close(REVOKED);
    return { subscriber, place, connection, watched: watchStream(connection) };
  } catch (error) {
    place.leave();
    throw error;
  }
}

/** Writes to the socket itself, outside of Next. @returns false where that can't be had */
function followDetached(follower: Follower): boolean {
  const { connection } = follower;
  if (connection === null) return false;
  const { response, outside, ownListeners } = connection;
  const onClose = () => leave(follower);
  const follows = (detached: DetachedResponse) => outside(() => follow(follower, detached));
  if (!detach(response, [...ownListeners, onClose], follows)) return false;
  endTogether(follower, connection, onClose);
  return true;
}

/** Gives what the hub has to the client, as it has room. */
function follow({ subscriber, place, watched }: Follower, detached: DetachedResponse): void {
  const give = (event: HubEvent | null) => {
    if (event === null) {
      place.leave();
      detached.end();
      return;
    }
    const parts = encodeEvent(event);
    watched.sent(event.name, totalBytes(parts));
    if (detached.write(parts)) subscriber.ask(give);
  };
  detached.onDrain = () => subscriber.ask(give);
  detached.write(RETRY);
  subscriber.ask(give);
}

/** The subscriber ends with the connection, and the connection with the subscriber. */
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

/** The same in the ordinary way, through Next. */
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

/** A client that does not read would keep its socket for good; one that may not must not get what is on its way. */
function cutSoon(reason: string, connection: RequestConnection | null): void {
  if (connection === null) return;
  const { response, socket } = connection;
  const cut = () => {
    if (!response.writableFinished) socket.destroy();
  };
  if (reason === 'stalled' || reason === REVOKED) cut();
  else setTimeout(cut, GRACE_MS).unref();
}
