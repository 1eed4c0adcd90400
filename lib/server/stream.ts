import type { Hub } from '../hub';
import { connectionOf } from './connection';
import { encodeEvent, encodeRetry } from './sse';
import { watchStream } from './stream-watch';

const RETRY_MS = 1_000;
/** How long the last bytes may take to reach a client whose stream was ended. */
const GRACE_MS = 5_000;
const CLIENT_LEFT = 'the client left';

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
 */
export function streamResponse(request: Request, hub: Hub): Response {
  const { headers, signal, url } = request;
  const lastEventId = headers.get('last-event-id') || new URL(url).searchParams.get('last_event_id') || null;
  const connection = connectionOf(headers);
  const subscriber = hub.subscribe(lastEventId);
  const watched = watchStream(connection);
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
          watched.ended(reason);
          signal.removeEventListener('abort', leave);
          if (!open || reason === CLIENT_LEFT) return;
          open = false;
          controller.close();
          // A client that does not read would keep its socket for good.
          if (reason === 'stalled') cut();
          else setTimeout(cut, GRACE_MS).unref();
        };
      },
      async pull(controller) {
        const event = await subscriber.next();
        if (!open) return;
        if (!event) {
          // Where it was over before anybody listened for its end.
          watched.ended('the server stops');
          return controller.close();
        }
        const bytes = encodeEvent(event);
        watched.sent(event.name, bytes.byteLength);
        controller.enqueue(bytes);
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
