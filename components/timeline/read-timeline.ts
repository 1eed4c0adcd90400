import { readJson, requestPath } from '@/lib/client/api';
import { isoOf } from '@/lib/client/spans';
import type { TimelineAnswer } from '@/lib/contract/past-schemas';
import { TIMELINE_PATH } from '@/lib/contract/paths';
import type { TimeSpan } from '@/lib/contract/time-span';

/** The number of steps in the requested time, which is twice the time in view on a wide screen. */
const POINTS = 2000;
/** The most lanes that are requested: a canvas cannot be higher. */
const MAX_LANES = 250;

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
  while (answer.next_agent !== null && first.agents.length < MAX_LANES) {
    answer = await part(answer.next_agent);
    for (const name of ['agents', 'health', 'locks', 'messages'] as const) {
      (first[name] as unknown[]).push(...answer[name]);
    }
  }
  return { ...first, next_agent: answer.next_agent };
}
