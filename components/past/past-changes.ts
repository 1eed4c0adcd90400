/**
 * Finds the change of the swarm before or after a moment: a message, a lock, a task, a change of health, or another
 * process with an id.
 */

import { milliseconds } from '@/lib/client/time';
import type { TimelineAnswer } from '@/lib/contract/past-schemas';
import type { TimeSpan } from '@/lib/contract/time-span';
import { readTimeline } from '../timeline/read-timeline';

const MINUTE = 60_000;
/**
 * The distances that are searched one after the other until a change is found; the timeline is finest in short ranges.
 */
const REACHES = [15 * MINUTE, 6 * 60 * MINUTE, 7 * 24 * 60 * MINUTE];

interface Bounds {
  /** The end of the known time; later moments cannot be shown. */
  latest: number;
  /**
   * Reads what happened in a time range, in the lanes after an agent's, by default from the server. Throws an Error whose
   * message is a sentence.
   */
  read?: (span: TimeSpan, afterAgent: string | null) => Promise<TimelineAnswer>;
}

/**
 * Finds the change nearest to a moment.
 *
 * @param direction -1 for the one before it, 1 for the one after
 * @returns the first whole millisecond after the change; null if there is none
 * @throws the errors of `read`
 */
export async function changeBeside(
  moment: number,
  direction: -1 | 1,
  { latest, read = readTimeline }: Bounds,
): Promise<number | null> {
  for (const reach of REACHES) {
    const span =
      direction < 0
        ? { since: moment - reach, until: moment }
        : { since: moment, until: Math.min(latest, moment + reach) };
    if (span.until <= span.since) return null;
    let answer = await read(span, null);
    const moments = changeMoments(answer);
    while (answer.next_agent !== null) {
      answer = await read(span, answer.next_agent);
      moments.push(...changeMoments(answer));
    }
    // Spans have their true ends, which may lie outside the requested range, where other changes may be nearer.
    const beyond = moments.filter((time) =>
      direction < 0 ? time >= span.since && time < moment : time > moment && time <= span.until,
    );
    if (beyond.length > 0) return direction < 0 ? Math.max(...beyond) : Math.min(...beyond);
    const first = Math.min(...[answer.known_since, answer.first_message_at].map((one) => milliseconds(one) ?? latest));
    if (direction < 0 ? span.since <= first : span.until >= latest) return null;
  }
  return null;
}

/** The times of all changes. Fractions of a millisecond are rounded up to the first whole one that shows the change. */
function changeMoments({ health, locks, messages, tasks }: TimelineAnswer): number[] {
  const spans = [...health, ...locks].flatMap(({ since, until }) => [since, until]);
  return [...spans, ...messages.map(({ at }) => at), ...tasks.flatMap(({ at, last_at }) => [at, last_at])]
    .map(milliseconds)
    .flatMap((time) => (time === null ? [] : [time + 1]));
}
