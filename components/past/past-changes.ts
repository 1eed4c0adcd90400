/** The way from one change of the swarm to the one before or after it: a message, a lock, another health, or another life of an id. */

import { milliseconds } from '@/lib/client/time';
import type { TimelineAnswer } from '@/lib/contract/past-schemas';
import type { TimeSpan } from '@/lib/contract/time-span';
import { readTimeline } from '../timeline/read-timeline';

const MINUTE = 60_000;
/** So far is looked, one after the other, until something is found: near it what happened is told apart best. */
const REACHES = [15 * MINUTE, 6 * 60 * MINUTE, 7 * 24 * 60 * MINUTE];

interface Bounds {
  /** Where what is known ends; later moments are no way to go. */
  latest: number;
  /** Asks what happened in a span; the server by default. @throws an Error whose message is a sentence */
  read?: (span: TimeSpan) => Promise<TimelineAnswer>;
}

/**
 * The change that is nearest to a moment.
 *
 * @param direction -1 for the one before it, 1 for the one after
 * @returns the first whole millisecond at which it has happened; null if none is found
 * @throws what `read` throws
 */
export async function changeBeside(
  moment: number,
  direction: -1 | 1,
  { latest, read = (span) => readTimeline(span, null) }: Bounds,
): Promise<number | null> {
  for (const reach of REACHES) {
    const span =
      direction < 0
        ? { since: moment - reach, until: moment }
        : { since: moment, until: Math.min(latest, moment + reach) };
    if (span.until <= span.since) return null;
    const answer = await read(span);
    // Spans are told with their true ends, also beyond what was asked about, where others may be nearer.
    const beyond = changeMoments(answer).filter((time) =>
      direction < 0 ? time >= span.since && time < moment : time > moment && time <= span.until,
    );
    if (beyond.length > 0) return direction < 0 ? Math.max(...beyond) : Math.min(...beyond);
    const first = Math.min(...[answer.known_since, answer.first_message_at].map((one) => milliseconds(one) ?? latest));
    if (direction < 0 ? span.since <= first : span.until >= latest) return null;
  }
  return null;
}

/** When something changed; a microsecond after it counts as the next millisecond, at which the change is to be seen. */
function changeMoments({ health, locks, messages }: TimelineAnswer): number[] {
  return [...[...health, ...locks].flatMap(({ since, until }) => [since, until]), ...messages.map(({ at }) => at)]
    .map(milliseconds)
    .flatMap((time) => (time === null ? [] : [time + 1]));
}
