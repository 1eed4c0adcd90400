/** Which alerts a receiver gets. Without addresses and secrets: the thread that records needs no more than this. */
import type { AttentionEntry, AttentionKind, AttentionSeverity } from '../contract/schemas';
import { SEVERITY_RANK } from '../contract/severity';

/** Which alerts a receiver gets, and how often; contains no secret. */
export interface AlertRule {
  name: string;
  /** Kinds of attention items; null for all. */
  kinds: readonly AttentionKind[] | null;
  /** The least severity. */
  severity: AttentionSeverity;
  /** How long an item must exist before it is posted. */
  minimumAgeMs: number;
  resolved: boolean;
  limitPerMinute: number;
}

const SOURCE = 'alerts to ';

/** @returns the source under which the page shows that a receiver cannot be reached */
export function sourceName(receiver: string): string {
  return `${SOURCE}${receiver}`;
}

/**
 * @returns whether a receiver gets an item; undelivered alerts are never posted, since that would cause further ones
 */
export function wants({ kinds, severity }: AlertRule, entry: AttentionEntry): boolean {
  if (SEVERITY_RANK[entry.severity] > SEVERITY_RANK[severity]) return false;
  if (kinds && !kinds.includes(entry.kind)) return false;
  return !(entry.kind === 'source_unreadable' && entry.subject.startsWith(SOURCE));
}
