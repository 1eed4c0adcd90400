import type { AttentionEntry } from './schemas';

/**
 * @returns whether an attention item is acknowledged or snoozed: not listed among the open ones, and not sent as an
 * alert
 */
export function isHidden({ acknowledged, snoozed }: Pick<AttentionEntry, 'acknowledged' | 'snoozed'>): boolean {
  return acknowledged !== null || snoozed !== null;
}
