/** Follows the hub for one client, whatever carries the events to it. */
import type { Hub, HubEvent, Subscriber } from '../../hub/hub';
import type { StreamPlace } from '../access/open-streams';
import type { RequestConnection } from '../http/request-connection';
import { totalBytes } from './join-small';
import type { EventSink } from './socket-writer';
import { type StreamKind, type WatchedStream, watchStream } from './stream-watch';

export const CLIENT_LEFT = 'the client left';
/** The reason of a stream whose hub had stopped before it began: `onEnd` does not report that. */
export const STOPPED = 'the server stops';
export const REVOKED = 'its token is no longer valid';

/** What is needed to begin a stream. */
export interface StreamStart {
  hub: Hub;
  /** The last event that the client knows, null for a first visit. */
  lastEventId: string | null;
  place: StreamPlace;
}

/** State of one open stream. Closures over it must not capture the request, or that cannot be garbage-collected. */
export interface Follower {
  subscriber: Subscriber;
  place: StreamPlace;
  connection: RequestConnection | null;
  watched: WatchedStream;
}

/** Subscribes to the hub, in one synchronous step. The place is given back if that fails. */
export function subscribe(
  { hub, lastEventId, place }: StreamStart,
  connection: RequestConnection | null,
  kind: StreamKind = 'sse',
): Follower {
  try {
    const subscriber = hub.subscribe(lastEventId);
    place.onRevoked = () => subscriber.close(REVOKED);
    return { subscriber, place, connection, watched: watchStream(connection, kind) };
  } catch (error) {
    place.leave();
    throw error;
  }
}

/**
 * Sends the events of the hub to the client, as it has room.
 *
 * @param encode gives the same bytes for the same event, so that all clients share them
 * @param wants whether an event is sent; all are if absent
 */
export function follow(
  { subscriber, place, watched }: Follower,
  sink: EventSink,
  encode: (event: HubEvent) => readonly Uint8Array[],
  wants: (event: HubEvent) => boolean = () => true,
): void {
  const give = (event: HubEvent | null) => {
    if (event === null) {
      place.leave();
      sink.end();
      return;
    }
    if (!wants(event)) {
      subscriber.ask(give);
      return;
    }
    const parts = encode(event);
    watched.sent(event.name, totalBytes(parts));
    if (sink.write(parts)) subscriber.ask(give);
  };
  sink.onDrain = () => subscriber.ask(give);
  subscriber.ask(give);
}
