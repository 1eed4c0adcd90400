/**
 * The page's colours for a canvas: the values that CSS gives them in the current theme, read again when the theme
 * changes.
 */
import type { TypeMeaning } from '@/lib/client/message-type';
import type { ActivitySpan } from '@/lib/contract/past-schemas';
import type { AgentHealth } from '@/lib/contract/schemas';

const NAMES = ['paper', 'tint', 'line', 'ink', 'muted', 'accent', 'good', 'warn', 'bad', 'violet'] as const;
type Name = (typeof NAMES)[number];

export type Colours = Record<Name, string>;

/** The colours of the message list, by the meaning of a message type. */
export const MEANING_COLOURS: Record<TypeMeaning, Name> = {
  asks: 'accent',
  trouble: 'bad',
  done: 'good',
  delegates: 'violet',
  tells: 'muted',
};

export const HEALTH_COLOURS: Record<AgentHealth, Name> = {
  active: 'good',
  stale: 'warn',
  dead: 'bad',
  moved: 'muted',
  unknown: 'muted',
};

export const ACTIVITY_COLOURS: Record<ActivitySpan['state'], Name> = {
  working: 'good',
  waiting: 'bad',
  blocked: 'warn',
  shell: 'violet',
  idle: 'muted',
};

/**
 * Reads the colours of the current theme.
 *
 * @param place an element without size; `light-dark()` is resolved only where a colour is used
 */
export function readColours(place: HTMLElement): Colours {
  // The browser would force one colour for all; `.drawn-colours` sets a system colour for each name instead.
  place.style.forcedColorAdjust = 'none';
  const entries = NAMES.map((name) => {
    place.style.color = `var(--${name})`;
    return [name, getComputedStyle(place).color];
  });
  place.style.removeProperty('forced-color-adjust');
  place.style.removeProperty('color');
  return Object.fromEntries(entries) as Colours;
}
