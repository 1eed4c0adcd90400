import { readJson } from '@/lib/client/api';
import { isoOf } from '@/lib/client/spans';
import type { TimelineAnswer } from '@/lib/contract/past-schemas';
import type { TimeSpan } from '@/lib/contract/time-span';

/** So finely the time that is asked for is cut: twice what is in view, on a wide screen. */
const POINTS = 2000;
/** More lanes than this no screen and no canvas holds. */
const MAX_LANES = 250;

/**
 * Asks for the timeline of a span, in as many parts as the server gives it in.
 *
 * @param afterAgent begins with the lanes after this agent's; null with the first
 * @returns at least 250 lanes if there are as many; `next_agent` names the last of them where there are more
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
    return readJson<TimelineAnswer>(`/api/timeline?${query}`, { signal });
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
