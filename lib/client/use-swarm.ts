import { startTransition, useCallback, useEffect, useReducer, useState } from 'react';
import type { StreamEvent, SwarmState } from '../contract/events';
import { STREAM_PATH } from '../contract/paths';
import { requestPath } from './api';
import { HOME, serverUrl } from './base-path';
import { CalmGate, isCalm } from './calm';
import { adjust } from './clock';
import { SharedStream } from './shared-stream';
import { answerCensus } from './stream-census';
import type { ConnectionState } from './stream-client';
import { openTabChannel } from './tab-channel';
import { milliseconds } from './time';
import { applyAll, type View } from './view';

type Action = { events: readonly StreamEvent[] } | { dismissGap: true };

function reduce(view: View, action: Action): View {
  return 'events' in action ? applyAll(view, action.events) : { ...view, gap: null };
}

/** Counts up when tabs of an older build could misread what tabs of this one say to each other. */
const PROTOCOL = 1;

/**
 * Follows the swarm by the one stream that the tabs of a browser share, starting without a gap from the state in the
 * server's page.
 *
 * @param first the state in the server's page; later values are ignored
 * @param root the swarm's folder: tabs of different swarms at one address share nothing
 * @returns the current state, the state of the connection, and a function that dismisses the notice of a gap
 */
export function useSwarm(
  first: SwarmState,
  root: string,
): View & { connection: ConnectionState; dismissGap: () => void } {
  const [view, dispatch] = useReducer(reduce, { swarm: first, gap: null });
  const [connection, setConnection] = useState<ConnectionState>('connecting');
  const [initial] = useState(first);
  const [gate] = useState(
    () =>
      new CalmGate((events) => {
        // A calm page renders with the ages of the same tick, in one update.
        if (isCalm()) dispatch({ events });
        // Rendered in slices, which yield to the reader's input.
        else startTransition(() => dispatch({ events }));
      }),
  );
  useEffect(() => gate.follow(), [gate]);

  useEffect(() => {
    const stream = openSharedStream(initial, root, {
      onEvents: (events) => {
        const heard = milliseconds(lastHeard(events));
        if (heard !== null) adjust(heard);
        gate.receive(events);
      },
      onState: setConnection,
    });
    return followPage(stream);
  }, [initial, root, gate]);

  const dismissGap = useCallback(() => dispatch({ dismissGap: true }), []);
  return { ...view, connection, dismissGap };
}

type Listeners = Pick<ConstructorParameters<typeof SharedStream>[0], 'onEvents' | 'onState'>;

function openSharedStream(first: SwarmState, root: string, listeners: Listeners): SharedStream {
  const name = `claude-swarm-dashboard ${PROTOCOL} ${HOME} ${root}`;
  return new SharedStream({
    ...listeners,
    first,
    name,
    tab: `${Date.now()}.${Math.random()}`,
    open: (id) =>
      new EventSource(
        serverUrl(requestPath(STREAM_PATH, id === null ? undefined : new URLSearchParams({ last_event_id: id }))),
      ),
    openChannel: (onMessage) => openTabChannel(name, onMessage),
    // Not there on an address that is no secure context, such as that of another machine over plain HTTP.
    locks: (navigator as { locks?: LockManager }).locks ?? null,
    isVisible: () => document.visibilityState === 'visible',
  });
}

/**
 * Starts the stream and stops it with the page: a page that is frozen or kept for the way back holds no connection.
 *
 * @returns ends all of it
 */
function followPage(stream: SharedStream): () => void {
  const left = new AbortController();
  const { signal } = left;
  const back = () => {
    stream.start();
    if (document.visibilityState === 'visible') stream.wake();
  };
  stream.start();
  window.addEventListener('online', back, { signal });
  window.addEventListener('pageshow', back, { signal });
  window.addEventListener('pagehide', () => stream.stop(), { signal });
  document.addEventListener('freeze', () => stream.stop(), { signal });
  document.addEventListener('resume', back, { signal });
  document.addEventListener('visibilitychange', () => stream.visibilityChanged(), { signal });
  const endCensus = answerCensus(() => stream.isLeader);
  return () => {
    left.abort();
    endCensus();
    stream.stop();
  };
}

function lastHeard(events: readonly StreamEvent[]): string | null {
  const last = events.findLast((event) => event.event === 'heartbeat' || event.event === 'connected');
  return last?.event === 'heartbeat' || last?.event === 'connected' ? last.data.timestamp : null;
}
