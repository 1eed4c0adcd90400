/** Where another process takes over an agent's id, from the spans of its health. */

import { isAnotherLife } from '@/lib/contract/life';
import type { TimeSpan } from '@/lib/contract/time-span';

/** A boundary between two lives of one id. */
export interface LaneLife {
  /** When the later life was first seen. */
  at: number;
  /** The key of the later life. */
  life: string;
  /** Nothing was seen of the id just before: it may have had the later life for some time. */
  late: boolean;
}

/**
 * @param health of one id, in the order of time
 * @returns the boundaries in order. There is none while the registry lists an id twice, and none at a life of which
 * neither process nor pane is known.
 */
export function laneLives(health: readonly (TimeSpan & { life: string })[]): LaneLife[] {
  const lasting = health.filter(({ since, until }) => since < until);
  const found: LaneLife[] = [];
  // What ended last before the span that is looked at, several where an id was listed twice.
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
