/** What a receiver of alerts wants. Apart from how settings write it: the thread that records needs no more than this. */
import type { AttentionEntry, AttentionKind, AttentionSeverity } from '../contract/schemas';
import { SEVERITY_RANK } from '../contract/severity';

/** Which matters a receiver is told, and at which pace; holds no secret. */
export interface AlertRule {
  name: string;
  /** Null: all. */
  kinds: readonly AttentionKind[] | null;
  /** And worse ones. */
  severity: AttentionSeverity;
  /** A matter must stand so long before it is told. */
  minimumAgeMs: number;
  resolved: boolean;
  limitPerMinute: number;
}

const SOURCE = 'alerts to ';

/** @returns the source under which the page shows that a receiver is not reached */
export function sourceName(receiver: string): string {
  return `${SOURCE}${receiver}`;
}

/** @returns whether a receiver is told of a matter; that alerts are not delivered is never one, or it would feed itself */
export function wants({ kinds, severity }: AlertRule, entry: AttentionEntry): boolean {
  if (SEVERITY_RANK[entry.severity] > SEVERITY_RANK[severity]) return false;
  if (kinds && !kinds.includes(entry.kind)) return false;
  return !(entry.kind === 'source_unreadable' && entry.subject.startsWith(SOURCE));
}
