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
  /** The agent after which the lanes that are not shown begin; null where these are the last. */
  nextAgent: string | null;
  /** Why the server did not answer, as a sentence; what was known stays. */
  error: string | null;
}

/**
 * What a timeline draws: what the server answers for the span in view, and what the stream has brought since.
 *
 * @param afterAgent shows the lanes after this agent's; null begins with the first
 * @param deafSince since when the stream is silent, in milliseconds: from there on nothing is known here; null while it is live
 */
export function useTimeline(
  view: TimelineView,
  swarm: SwarmState,
  afterAgent: string | null,
  deafSince: number | null,
): TimelineState {
  const [loaded, setLoaded] = useState<Loaded | null>(null);
  const [error, setError] = useState<string | null>(null);
  const loader = useRef<TimelineLoader | null>(null);
  const { messages, lastEventId } = swarm;
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

  // Messages come by the stream themselves; of these only the server knows when exactly they changed.
  const changes = useMemo(() => shownState(swarm), [swarm]);
  const torn = loaded !== null && (messages[0]?.seq ?? 0) > loaded.head + 1;
  // biome-ignore lint/correctness/useExhaustiveDependencies: whatever it is, the loader is told that it is another
  useEffect(() => loader.current?.changed(), [changes, torn, deafSince === null]);

  const base = useMemo(() => loaded && makeLanes(loaded.answer), [loaded]);
  const lanes = useMemo(() => {
    if (base === null || loaded === null) return null;
    const epoch = lastEventId === null ? null : (parseCursor(lastEventId)?.epoch ?? null);
    // Of a part of the lanes it is not known which of the rest belong between them.
    const part = afterAgent !== null || loaded.answer.next_agent !== null;
    const live = part
      ? base
      : withArrived(base, messages, epoch, { head: loaded.head, step: loaded.answer.message_step_ms });
    return deafSince === null ? live : deaf(live, deafSince);
  }, [base, loaded, messages, lastEventId, afterAgent, deafSince]);
  return { lanes, totals: loaded?.answer.totals ?? null, nextAgent: loaded?.answer.next_agent ?? null, error };
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

/** What of agents, locks and sources a timeline shows, as a text: signs of life and counts change all the time. */
function shownState({ agents, locks, sources }: SwarmState): string {
  return JSON.stringify([
    agents.agents.map((agent) => [agent.id, agent.health, lifeKey(agent)]),
    locks.locks.map((lock) => [lock.lock_file, asText(lock.agent_id), lock.stale, lock.orphaned, lock.acquired_at]),
    [sources.registry.state, sources.locks.state, sources.log.state],
  ]);
}
