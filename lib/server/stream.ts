import type { Hub, Subscriber } from '../hub';
import type { Visitor } from './access';
import { connectionOf } from './connection';
import { parseStreamQuery } from './message-query';
import { openStreams, type StreamPlace } from './open-streams';
import { encodeEvent, encodeRetry } from './sse';

const RETRY_MS = 1_000;
/** How long the last bytes may take to reach a client whose stream was ended. */
const GRACE_MS = 5_000;
const CLIENT_LEFT = 'the client left';
const REVOKED = 'its token is no longer valid';

const HEADERS = {
  'Content-Type': 'text/event-stream; charset=utf-8',
  // Compression would hold events back, and costs 240 KB for each connection.
  'Cache-Control': 'no-cache, no-transform',
  'X-Accel-Buffering': 'no',
  // Without this a stop would wait for idle connections.
  Connection: 'close',
};

/**
 * The stream of events (WHATWG HTML, 9.2), from where `Last-Event-ID` or `?last_event_id=` says; the header wins.
 * An event is taken from the hub when the socket has room, so nothing is queued for a slow client.
 *
 * @param visitor who asks; the stream ends when its token does
 * @throws {ProblemError} if as many streams are open as may be
 */
export function streamResponse(request: Request, hub: Hub, visitor: Visitor): Response {
  const { headers, signal } = request;
  const { lastEventId } = parseStreamQuery(request);
  const connection = connectionOf(headers);
  const place = openStreams().take(visitor);
  const subscriber = subscribe(hub, lastEventId, place);
  place.onRevoked = () => subscriber.close(REVOKED);
  const leave = () => subscriber.close(CLIENT_LEFT);
  const cut = () => {
    if (connection && !connection.response.writableFinished) connection.socket.destroy();
  };

  let open = true;
  const body = new ReadableStream<Uint8Array>(
    {
      start(controller) {
        controller.enqueue(encodeRetry(RETRY_MS));
        subscriber.onEnd = (reason) => {
          place.leave();
          signal.removeEventListener('abort', leave);
          if (!open || reason === CLIENT_LEFT) return;
          open = false;
          controller.close();
          // A client that does not read would keep its socket for good; one that may not must not get what is on its way.
          if (reason === 'stalled' || reason === REVOKED) cut();
          else setTimeout(cut, GRACE_MS).unref();
        };
      },
      async pull(controller) {
        const event = await subscriber.next();
        if (!open) return;
        if (event) controller.enqueue(encodeEvent(event));
        else {
          place.leave();
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
  return new Response(body, { headers: HEADERS });
}

function subscribe(hub: Hub, lastEventId: string | null, place: StreamPlace): Subscriber {
  try {
    return hub.subscribe(lastEventId);
  } catch (error) {
    place.leave();
    throw error;
  }
}
