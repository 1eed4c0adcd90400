import { readJson, requestPath } from '@/lib/client/api';
import { isoOf } from '@/lib/client/spans';
import type { TimelineAnswer } from '@/lib/contract/past-schemas';
import { TIMELINE_PATH } from '@/lib/contract/paths';
import type { TimeSpan } from '@/lib/contract/time-span';

/** The number of steps in the requested time, which is twice the time in view on a wide screen. */
const POINTS = 2000;
/** The most lanes that are requested: a canvas cannot be higher. */
const MAX_LANES = 250;

type ListName = {
  [Name in keyof TimelineAnswer]: TimelineAnswer[Name] extends readonly unknown[] ? Name : never;
}[keyof TimelineAnswer];

/** Each part of an answer has these of its own lanes; what is unknown is the same in all of them. */
const LISTS_BY_LANE = Object.keys({
  ...{ agents: true, health: true, activity: true, locks: true, earlier_locks: true },
  ...{ messages: true, actions: true, tasks: true },
} satisfies Record<Exclude<ListName, 'unknown'>, true>) as Exclude<ListName, 'unknown'>[];

/**
 * Reads the timeline of a time range, in as many parts as the server answers.
 *
 * @param afterAgent starts with the lane after this agent's; null starts with the first lane
 * @returns at least 250 lanes if there are that many; if there are more, `next_agent` names the last one
 * @throws an Error whose message is a sentence
 */
export async function readTimeline(
  span: TimeSpan,
  afterAgent: string | null,
  signal?: AbortSignal,
): Promise<TimelineAnswer> {
  const part = (after: string | null) => {
    const query = new URLSearchParams({ since: isoOf(span.since), until: isoOf(span.until), points: String(POINTS) });
    if (after !== null) query.set('after_agent', after);
    return readJson<TimelineAnswer>(requestPath(TIMELINE_PATH, query), { signal });
  };
  const first = await part(afterAgent);
  let answer = first;
  let joined = first;
  while (answer.next_agent !== null && joined.agents.length < MAX_LANES) {
    answer = await part(answer.next_agent);
    joined = joinParts(joined, answer);
  }
  return joined;
}

/** @returns two parts of an answer as one: the lanes of both */
export function joinParts(first: TimelineAnswer, second: TimelineAnswer): TimelineAnswer {
  const lists = LISTS_BY_LANE.map((name) => [name, [...first[name], ...second[name]]]);
  return { ...first, ...Object.fromEntries(lists), next_agent: second.next_agent };
}
