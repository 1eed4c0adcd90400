import type { Hub, HubEvent, Subscriber } from '../hub';
import { type Connection, connectionOf } from './connection';
import { detach } from './detached-response';
import { parseStreamQuery } from './message-query';
import { encodeEvent, encodeRetry } from './sse';

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
  const { headers, signal } = request;
  const { lastEventId } = parseStreamQuery(request);
  const connection = connectionOf(headers);
  const subscriber = hub.subscribe(lastEventId);
  if (connection && request.method === 'GET' && follow(connection, subscriber)) {
    return new Response(encodeRetry(RETRY_MS), { headers: HEADERS });
  }
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
        if (event) controller.enqueue(encodeEvent(event));
        else controller.close();
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

/** Not within `streamResponse`: what it closes over would keep the request for as long as the stream lives. */
function follow({ response, socket, outside }: Connection, subscriber: Subscriber): boolean {
  let full = false;
  const give = (event: HubEvent | null) => {
    if (event === null) {
      response.end();
      return;
    }
    full = !response.write(encodeEvent(event));
    if (!full) subscriber.ask(give);
  };
  const onDrain = () => {
    if (!full) return;
    full = false;
    subscriber.ask(give);
  };
  const detached = detach(response, () => {
    outside(() => {
      response.on('drain', onDrain);
      subscriber.ask(give);
    });
  });
  if (!detached) return false;
  response.once('close', () => subscriber.close(CLIENT_LEFT));
  subscriber.onEnd = (reason) => {
    if (reason === CLIENT_LEFT) return;
    const cut = () => {
      if (!response.writableFinished) socket.destroy();
    };
    if (reason === 'stalled') cut();
    else setTimeout(cut, GRACE_MS).unref();
  };
  return true;
}
