/**
 * The tab of a narrow screen, kept in each entry of the browser's history: the address does not tell it, so the back
 * button would otherwise show the former address behind the tab of the later one.
 */

import { PANELS } from './settings';

/** The tabs of a narrow screen. */
export const TABS = [...PANELS, 'needs-you', 'timeline'] as const;
export type Tab = (typeof TABS)[number];

const FIELD = 'swarmTab';

/**
 * @param state of an entry, which the router of the page shares
 * @returns its tab; null where none is kept
 */
export function tabOfEntry(state: unknown): Tab | null {
  const kept = typeof state === 'object' && state !== null && FIELD in state ? state[FIELD] : null;
  return TABS.find((tab) => tab === kept) ?? null;
}

/**
 * @returns what the state of the next entry must contain of that of the present one, without the part of the router, which
 *   adds its own
 */
export function carriedState(state: unknown): Record<string, Tab> | null {
  const tab = tabOfEntry(state);
  return tab === null ? null : { [FIELD]: tab };
}

/** Keeps the tab in the present entry. */
export function keepTab(tab: Tab, { history } = window): void {
  if (tabOfEntry(history.state) === tab) return;
  // With the part of the router: an entry without it would be loaded again.
  history.replaceState({ ...history.state, [FIELD]: tab }, '');
}
