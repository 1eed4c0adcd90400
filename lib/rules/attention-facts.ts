/** What the attention rules know, and what each of them gives. */
import type { WaitingAnswer } from '../contract/past-schemas';
import type {
  Agent,
  AttentionEntry,
  AttentionKind,
  AttentionSeverity,
  DepartedAgent,
  HeldLock,
  Sources,
} from '../contract/schemas';
import type { PendingAck } from '../sources/claudeswarm/pending-acks';
import type { ReaderStatus } from '../sources/source-status';
import type { DeadlineClock } from './deadline-clock';
import type { LockOverlap } from './lock-overlaps';
import type { UnresolvedMessages } from './unresolved-messages';

export interface AttentionLimits {
  /** A question counts from this age to that one, in milliseconds. */
  questionFromMs: number;
  questionUntilMs: number;
  /** A failed delivery counts up to this age. */
  deliveryUntilMs: number;
  /** An acknowledgement is overdue when its next retry is so long past. */
  ackOverdueMs: number;
}

export interface AttentionFacts {
  agents: readonly Agent[];
  /** Who left the registry within the last hour. */
  departed: readonly DepartedAgent[];
  locks: readonly HeldLock[];
  overlaps: readonly LockOverlap[];
  sources: Sources;
  pendingAcks: { acks: readonly PendingAck[]; status: ReaderStatus };
  /** The other files that waiting is told from, by name. */
  stores: Readonly<Record<string, ReaderStatus>>;
  unresolved: UnresolvedMessages;
  waiting: WaitingAnswer;
  staleTimeoutSeconds: number;
  limits: AttentionLimits;
  /** Since when this server looks, in milliseconds since 1970: stands in where no fact says since when. */
  startedAt: number;
  time: DeadlineClock;
}

/** An attention item before it is written out. */
export interface AttentionItem {
  kind: AttentionKind;
  /** What tells it from others of its kind: names and ids from the files, so that a restart gives the same. */
  key: string;
  severity: AttentionSeverity;
  /** Milliseconds since 1970. */
  since: number;
  subject: string;
  /** Whom it is about, for grouping with others of its kind; `subject` if absent. */
  agent?: string;
  reason: string;
  why: AttentionEntry['why'];
  evidence: Partial<Record<keyof AttentionEntry['evidence'], string[]>>;
}
