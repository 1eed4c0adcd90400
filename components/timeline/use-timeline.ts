import { useEffect, useEffectEvent, useMemo, useRef, useState } from 'react';
import { now, subscribe } from '@/lib/client/clock';
import { asText } from '@/lib/client/text';
import { milliseconds } from '@/lib/client/time';
import { parseCursor, type SwarmState } from '@/lib/contract/events';
import { lifeKey } from '@/lib/contract/life';
import type { TimelineAnswer } from '@/lib/contract/past-schemas';
import { readTimeline } from './read-timeline';
import { type Lanes, makeLanes } from './timeline-lanes';
import { withArrived } from './timeline-live';
import { type Loaded, TimelineLoader } from './timeline-loader';
import type { TimelineView } from './timeline-view';

export interface TimelineState {
  /** Null until the server has answered. */
  lanes: Lanes | null;
  totals: TimelineAnswer['totals'] | null;
  /** The last shown agent if more lanes follow; null if these are the last. */
  nextAgent: string | null;
  /** Why the server did not answer, as a sentence; the last data stays. */
  error: string | null;
  /** The view waits for an answer. */
  waiting: boolean;
}

/**
 * The lanes of a timeline: the server's answer for the visible range, extended by the messages of the stream.
 *
 * @param afterAgent shows the lanes after this agent's; null starts with the first
 * @param deafSince since when the stream has been disconnected, in milliseconds: later times are unknown here; null
 *   while it is live
 */
export function useTimeline(
  view: TimelineView,
  swarm: SwarmState,
  afterAgent: string | null,
  deafSince: number | null,
): TimelineState {
  const [loaded, setLoaded] = useState<Loaded | null>(null);
  const [error, setError] = useState<string | null>(null);
  const [waiting, setWaiting] = useState(true);
  const loader = useRef<TimelineLoader | null>(null);
  const { messages, lastEventId, tasks } = swarm;
  const head = useEffectEvent(() => messages.at(-1)?.seq ?? 0);

  useEffect(() => {
    const own = new TimelineLoader({
      read: (span, signal) => readTimeline(span, afterAgent, signal),
      now,
      head: () => head(),
      onLoaded: (next) => {
        setLoaded(next);
        view.learnFirst(firstKnown(next.answer), milliseconds(next.answer.known_since));
      },
      onError: setError,
      onWaiting: setWaiting,
    });
    loader.current = own;
    const want = () => own.want(view.read(), view.follows);
    const endings = [view.subscribe(want), subscribe(want)];
    want();
    return () => {
      for (const end of endings) end();
      own.stop();
    };
  }, [view, afterAgent]);

  // The stream brings messages in full; for the rest only the server knows the exact times of changes.
  const changes = useMemo(() => shownState(swarm), [swarm]);
  const torn = loaded !== null && (messages[0]?.seq ?? 0) > loaded.head + 1;
  // biome-ignore lint/correctness/useExhaustiveDependencies: any other value means a change for the loader
  useEffect(() => loader.current?.changed(), [changes, tasks, torn, deafSince === null]);

  const base = useMemo(() => loaded && makeLanes(loaded.answer), [loaded]);
  const lanes = useMemo(() => {
    if (base === null || loaded === null) return null;
    const epoch = lastEventId === null ? null : (parseCursor(lastEventId)?.epoch ?? null);
    // With only a part of the lanes loaded, the place of a new lane is not known.
    const part = afterAgent !== null || loaded.answer.next_agent !== null;
    const live = part
      ? base
      : withArrived(base, messages, epoch, { head: loaded.head, step: loaded.answer.message_step_ms });
    return deafSince === null ? live : deaf(live, deafSince);
  }, [base, loaded, messages, lastEventId, afterAgent, deafSince]);
  const { totals = null, next_agent: nextAgent = null } = loaded?.answer ?? {};
  return { lanes, totals, nextAgent, error, waiting };
}

function deaf(lanes: Lanes, since: number): Lanes {
  const reason = 'This page is not connected.';
  const silence = { since, until: Number.POSITIVE_INFINITY, about: 'everything', reason } as const;
  return { ...lanes, unknown: [...lanes.unknown, silence] };
}

function firstKnown({ known_since, first_message_at }: TimelineAnswer): number | null {
  const times = [known_since, first_message_at].map(milliseconds).filter((time) => time !== null);
  return times.length === 0 ? null : Math.min(...times);
}

/**
 * The parts of agents, locks and sources that a timeline shows, as a text, without the signs of life and counts that
 * change all the time.
 */
function shownState({ agents, locks, sources }: SwarmState): string {
  return JSON.stringify([
    agents.agents.map((agent) => [agent.id, agent.health, lifeKey(agent)]),
    locks.locks.map((lock) => [lock.lock_file, asText(lock.agent_id), lock.stale, lock.orphaned, lock.acquired_at]),
    [sources.registry.state, sources.locks.state, sources.log.state],
  ]);
}
