import { startTransition, useCallback, useEffect, useReducer, useState } from 'react';
import type { StreamEvent, SwarmState } from '../contract/events';
import { CalmGate, isCalm } from './calm';
import { adjust } from './clock';
import { startWhenLoaded } from './start-when-loaded';
import type { ConnectionState } from './stream-client';
import { milliseconds } from './time';
import { applyAll, type View } from './view';

const loadLivePage = () => import('./live-page');

type Action = { events: readonly StreamEvent[] } | { dismissGap: true };

function reduce(view: View, action: Action): View {
  return 'events' in action ? applyAll(view, action.events) : { ...view, gap: null };
}

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
    const onEvents = (events: StreamEvent[]) => {
      const heard = milliseconds(lastHeard(events));
      if (heard !== null) adjust(heard);
      gate.receive(events);
    };
    // The stream continues from the state in the page, however late it starts.
    return startWhenLoaded(
      loadLivePage,
      ({ followSwarm }) => followSwarm(initial, root, { onEvents, onState: setConnection }),
      () => setConnection('reconnecting'),
    );
  }, [initial, root, gate]);

  const dismissGap = useCallback(() => dispatch({ dismissGap: true }), []);
  return { ...view, connection, dismissGap };
}

function lastHeard(events: readonly StreamEvent[]): string | null {
  const last = events.findLast((event) => event.event === 'heartbeat' || event.event === 'connected');
  return last?.event === 'heartbeat' || last?.event === 'connected' ? last.data.timestamp : null;
}
