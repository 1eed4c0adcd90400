/** Finds where another process takes over an agent's id, from the spans of its health. */

import { isAnotherLife } from '@/lib/contract/life';
import type { TimeSpan } from '@/lib/contract/time-span';

/** A boundary between two lives of one id. */
export interface LaneLife {
  /** When the later process was first seen, in milliseconds. */
  at: number;
  /** The key of the later process. */
  life: string;
  /** The id was not observed just before: the later process may have had it for some time. */
  late: boolean;
}

/**
 * @param health of one id, in the order of time
 * @returns the boundaries in order of time; none while the registry lists an id twice, and none at a process without
 *   known pid and pane
 */
export function laneLives(health: readonly (TimeSpan & { life: string })[]): LaneLife[] {
  const lasting = health.filter(({ since, until }) => since < until);
  const found: LaneLife[] = [];
  // The spans that ended last before this one; several if the id was listed twice.
  let before: { until: number; lives: string[] } = { until: Number.NEGATIVE_INFINITY, lives: [] };
  for (const [index, { since, until, life }] of lasting.entries()) {
    const alone = before.until <= since && lasting[index + 1]?.since !== since;
    const isAnother = before.lives.length > 0 && before.lives.every((one) => isAnotherLife(one, life));
    if (alone && isAnother) found.push({ at: since, life, late: before.until < since });
    if (until > before.until) before = { until, lives: [life] };
    else if (until === before.until) before.lives.push(life);
  }
  return found;
}
