import { useEffect, useEffectEvent, useMemo, useRef, useState } from 'react';
import { parseCursor, type SwarmState } from '../contract/events';
import type { TimelineAnswer } from '../contract/past-schemas';
import type { Problem } from '../contract/schemas';
import { served } from './base-path';
import { now, subscribe } from './clock';
import { asText } from './text';
import { milliseconds } from './time';
import { type Lanes, lanesOf } from './timeline-lanes';
import { withArrived } from './timeline-live';
import { type Loaded, TimelineLoader } from './timeline-loader';
import type { Span } from './timeline-span';
import { queryOf, type TimelineView } from './timeline-view';

/** So finely the time that is asked for is cut: twice what is in view, on a wide screen. */
const POINTS = 2000;
/** More lanes than this no screen and no canvas holds. */
const MOST_LANES = 250;

export interface TimelineState {
  /** Null until the server has answered. */
  lanes: Lanes | null;
  totals: TimelineAnswer['totals'] | null;
  /** Why the server did not answer, as a sentence; what was known stays. */
  error: string | null;
}

/**
 * What a timeline draws: what the server answers for the span in view, and what the stream has brought since.
 *
 * @param deafSince since when the stream is silent, in milliseconds: from there on nothing is known here; null while it is live
 */
export function useTimeline(view: TimelineView, swarm: SwarmState, deafSince: number | null): TimelineState {
  const [loaded, setLoaded] = useState<Loaded | null>(null);
  const [error, setError] = useState<string | null>(null);
  const loader = useRef<TimelineLoader | null>(null);
  const { messages, lastEventId } = swarm;
  const head = useEffectEvent(() => messages.at(-1)?.seq ?? 0);

  useEffect(() => {
    const own = new TimelineLoader({
      read,
      now,
      head: () => head(),
      onLoaded: (next) => {
        setLoaded(next);
        view.learnFirst(firstOf(next.answer));
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
  }, [view]);

  // Messages come by the stream themselves; of these only the server knows when exactly they changed.
  const changes = useMemo(() => changesOf(swarm), [swarm]);
  const torn = loaded !== null && (messages[0]?.seq ?? 0) > loaded.head + 1;
  // biome-ignore lint/correctness/useExhaustiveDependencies: whatever it is, the loader is told that it is another
  useEffect(() => loader.current?.changed(), [changes, torn, deafSince === null]);

  const base = useMemo(() => loaded && lanesOf(loaded.answer), [loaded]);
  const lanes = useMemo(() => {
    if (base === null || loaded === null) return null;
    const epoch = lastEventId === null ? null : (parseCursor(lastEventId)?.epoch ?? null);
    const live = withArrived(base, messages, epoch, { head: loaded.head, step: loaded.answer.message_step_ms });
    return deafSince === null ? live : deaf(live, deafSince);
  }, [base, loaded, messages, lastEventId, deafSince]);
  return { lanes, totals: loaded?.answer.totals ?? null, error };
}

function deaf(lanes: Lanes, since: number): Lanes {
  const reason = 'This page is not connected.';
  const silence = { since, until: Number.POSITIVE_INFINITY, about: 'everything', reason } as const;
  return { ...lanes, unknown: [...lanes.unknown, silence] };
}

function firstOf({ known_since, first_message_at }: TimelineAnswer): number | null {
  const times = [known_since, first_message_at].map(milliseconds).filter((time) => time !== null);
  return times.length === 0 ? null : Math.min(...times);
}

/** What of agents, locks and sources a timeline shows, as a text: signs of life and counts change all the time. */
function changesOf({ agents, locks, sources }: SwarmState): string {
  return JSON.stringify([
    agents.agents.map(({ id, health }) => [id, health]),
    locks.locks.map((lock) => [lock.lock_file, asText(lock.agent_id), lock.stale, lock.orphaned, lock.acquired_at]),
    [sources.registry.state, sources.locks.state, sources.log.state],
  ]);
}

/** @throws an Error whose message is a sentence */
async function read(span: Span, signal: AbortSignal): Promise<TimelineAnswer> {
  const query = `${queryOf(span)}&points=${POINTS}`;
  const first = await readPart(query, signal);
  let answer = first;
  while (answer.next_agent !== null && first.agents.length < MOST_LANES) {
    answer = await readPart(`${query}&after_agent=${encodeURIComponent(answer.next_agent)}`, signal);
    for (const name of ['agents', 'health', 'locks', 'messages'] as const) {
      (first[name] as unknown[]).push(...answer[name]);
    }
  }
  return first;
}

async function readPart(query: string, signal: AbortSignal): Promise<TimelineAnswer> {
  const response = await fetch(served(`/api/timeline?${query}`), { signal }).catch((error: unknown) => {
    if (signal.aborted) throw error;
    throw new Error('The timeline could not be asked for: the server does not answer.');
  });
  if (response.ok) return response.json();
  const problem: Partial<Problem> = await response.json().catch(() => ({}));
  throw new Error(problem.detail ?? `The timeline could not be asked for: the server answered ${response.status}.`);
}
