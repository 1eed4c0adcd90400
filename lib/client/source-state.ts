/** What the state of a source means for what is shown of it. */
import type { Source } from '../contract/schemas';

/** @returns whether nothing is known of a file's content: it can't be read, and nothing was read before */
export function isUnknown({ state, kept_from }: Pick<Source, 'state' | 'kept_from'>): boolean {
  return state === 'unreadable' && kept_from === null;
}

/** @returns whether a file is not there and was not there before, so that there is nothing to show */
export function isAbsent({ state, kept_from }: Pick<Source, 'state' | 'kept_from'>): boolean {
  return state === 'missing' && kept_from === null;
}
