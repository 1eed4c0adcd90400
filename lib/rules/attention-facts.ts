/** The facts that the attention rules are given, and the items that they return. */
import type { PendingPermission } from '../contract/action-schemas';
import type { GitFolder } from '../contract/git-schemas';
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
import type { UnreadMessages } from '../contract/work-schemas';
import type { PendingAck } from '../sources/claudeswarm/pending-acks';
import type { ReaderStatus } from '../sources/source-status';
import type { DeadlineClock } from './deadline-clock';
import type { LockOverlap } from './lock-overlaps';
import type { UnresolvedMessages } from './unresolved-messages';

export interface AttentionLimits {
  /** The ages from and up to which an unanswered question is an item, in milliseconds. */
  questionFromMs: number;
  questionUntilMs: number;
  /** The age up to which a failed delivery is an item, in milliseconds. */
  deliveryUntilMs: number;
  /** An acknowledgement is overdue this long after its next retry, in milliseconds. */
  ackOverdueMs: number;
  /** The age from which an unread message is an item, in milliseconds. */
  unreadFromMs: number;
}

/** What git said of the folders of agents, and where in their worktrees the swarm's root is. */
export interface GitFacts {
  folders: readonly GitFolder[];
  /** The root of the swarm below the top of its worktree; empty where they are the same. */
  below: string;
}

export interface AttentionFacts {
  agents: readonly Agent[];
  /** Agents that left the registry within the last hour. */
  departed: readonly DepartedAgent[];
  locks: readonly HeldLock[];
  overlaps: readonly LockOverlap[];
  sources: Sources;
  /** Names under which people send messages. */
  people?: readonly string[];
  /** The permission requests that can be answered in the dashboard; absent for none. */
  permissions?: readonly PendingPermission[];
  pendingAcks: { acks: readonly PendingAck[]; status: ReaderStatus };
  /** The other files from which waits are concluded, by name. */
  stores: Readonly<Record<string, ReaderStatus>>;
  unresolved: UnresolvedMessages;
  /** How many messages agents have not read; absent where that is not known. */
  inboxes?: readonly UnreadMessages[];
  /** What git said of the folders of agents; absent where it was not asked. */
  git?: GitFacts;
  waiting: WaitingAnswer;
  staleTimeoutSeconds: number;
  limits: AttentionLimits;
  /** When this server began to read, milliseconds since 1970: used where no fact has a time. */
  startedAt: number;
  time: DeadlineClock;
}

/** An attention item before it becomes an entry of the API. */
export interface AttentionItem {
  kind: AttentionKind;
  /** Identifies it among items of its kind: names and ids from the files, so that it is the same after a restart. */
  key: string;
  severity: AttentionSeverity;
  /** Milliseconds since 1970. */
  since: number;
  subject: string;
  /** The agent that it is about, for grouping with others of its kind; `subject` if absent. */
  agent?: string;
  reason: string;
  why: AttentionEntry['why'];
  evidence: Partial<Record<keyof AttentionEntry['evidence'], string[]>>;
}
