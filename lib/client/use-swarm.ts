import { startTransition, useCallback, useEffect, useReducer, useState } from 'react';
import type { StreamEvent, SwarmState } from '../contract/events';
import { STREAM_PATH } from '../contract/paths';
import { requestPath } from './api';
import { served } from './base-path';
import { CalmGate, isCalm } from './calm';
import { adjust } from './clock';
import { type ConnectionState, StreamClient } from './stream-client';
import { milliseconds } from './time';
import { applyAll, type View } from './view';

type Action = { events: readonly StreamEvent[] } | { dismissGap: true };

function reduce(view: View, action: Action): View {
  return 'events' in action ? applyAll(view, action.events) : { ...view, gap: null };
}

/**
 * Follows the swarm by one EventSource, starting without a gap from the state in the server's page.
 *
 * @param first the state in the server's page; later values are ignored
 * @returns the current state, the state of the connection, and a function that dismisses the notice of a gap
 */
export function useSwarm(first: SwarmState): View & { connection: ConnectionState; dismissGap: () => void } {
  const [view, dispatch] = useReducer(reduce, { swarm: first, gap: null });
  const [connection, setConnection] = useState<ConnectionState>('connecting');
  const [lastEventId] = useState(first.lastEventId);
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
    const stream = new StreamClient({
      open: (id) =>
        new EventSource(
          served(requestPath(STREAM_PATH, id === null ? undefined : new URLSearchParams({ last_event_id: id }))),
        ),
      lastEventId,
      onEvents: (events) => {
        const heard = milliseconds(lastHeard(events));
        if (heard !== null) adjust(heard);
        gate.receive(events);
      },
      onState: setConnection,
    });
    const wake = () => {
      if (document.visibilityState === 'visible') stream.wake();
    };
    stream.start();
    window.addEventListener('online', wake);
    window.addEventListener('pageshow', wake);
    document.addEventListener('visibilitychange', wake);
    return () => {
      window.removeEventListener('online', wake);
      window.removeEventListener('pageshow', wake);
      document.removeEventListener('visibilitychange', wake);
      stream.stop();
    };
  }, [lastEventId, gate]);

  const dismissGap = useCallback(() => dispatch({ dismissGap: true }), []);
  return { ...view, connection, dismissGap };
}

function lastHeard(events: readonly StreamEvent[]): string | null {
  const last = events.findLast((event) => event.event === 'heartbeat' || event.event === 'connected');
  return last?.event === 'heartbeat' || last?.event === 'connected' ? last.data.timestamp : null;
}
