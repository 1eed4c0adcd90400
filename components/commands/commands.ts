/** The listed commands while pages are added at both ends. */
import type { ActionEntry, ActionsAnswer } from '@/lib/contract/action-schemas';

/** Commands without a gap, newest first. */
export interface CommandList {
  actions: readonly ActionEntry[];
  /** The cursor of the next older page; null at the oldest. */
  next: string | null;
}

/** @returns the list that a first page begins */
export function listFrom({ actions, next_cursor }: ActionsAnswer): CommandList {
  return { actions, next: next_cursor };
}

/** @returns the list with the page that follows its oldest command */
export function withOlder({ actions }: CommandList, page: ActionsAnswer): CommandList {
  return { actions: [...actions, ...page.actions], next: page.next_cursor };
}

/**
 * Takes the newest page again: new commands, and new outcomes of listed ones.
 *
 * @returns the list; only the page if more has happened than it holds, because commands between them would be missing
 */
export function withNewest(list: CommandList, page: ActionsAnswer): CommandList {
  const oldest = page.actions.at(-1)?.id;
  const newestKnown = list.actions[0]?.id;
  const isJoined = oldest !== undefined && newestKnown !== undefined && oldest <= newestKnown;
  if (!isJoined || page.next_cursor === null) return listFrom(page);
  return { actions: [...page.actions, ...list.actions.filter(({ id }) => id < oldest)], next: list.next };
}
