/** An agent's health over the last hours, as the parts of one bar. */

import { healthWord } from '@/lib/client/health-word';
import { duration, milliseconds } from '@/lib/client/time';
import type { AgentHistory } from '@/lib/contract/past-schemas';
import type { AgentHealth } from '@/lib/contract/schemas';
import type { TimeSpan } from '@/lib/contract/time-span';

const MINUTE = 60_000;
const MAX_BAR_MS = 6 * 60 * MINUTE;
const MIN_BAR_MS = 15 * MINUTE;

export interface HealthBar extends TimeSpan {
  /** Oldest first; the time between two parts is not known. */
  parts: readonly (TimeSpan & { health: AgentHealth })[];
  /** "running 3 h 2 min, stale 4 min". */
  words: string;
}

/**
 * @param spans newest first
 * @returns the bar up to now: six hours, or the known time if that is shorter, but at least a quarter of an hour
 */
export function healthBar(spans: AgentHistory['health'], now: number): HealthBar {
  const known = spans.flatMap(({ health, since, until }) => {
    const [begin, end] = [milliseconds(since), until === null ? now : milliseconds(until)];
    return begin === null || end === null ? [] : [{ health, since: begin, until: Math.min(end, now) }];
  });
  const first = Math.min(now, ...known.map(({ since }) => since));
  const since = now - Math.min(MAX_BAR_MS, Math.max(MIN_BAR_MS, now - first));
  const parts = known
    .filter(({ until }) => until > since)
    .map((part) => ({ ...part, since: Math.max(since, part.since) }))
    .toReversed();
  const sums = new Map<AgentHealth, number>();
  for (const part of parts) sums.set(part.health, (sums.get(part.health) ?? 0) + part.until - part.since);
  const words = [...sums].map(([health, length]) => `${healthWord(health)} ${duration(length / 1000)}`).join(', ');
  return { since, until: now, parts, words };
}
