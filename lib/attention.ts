/**
 * What wants a person: one pure function from facts to entries. Each rule says what a file, a message or a process
 * showed, never what that may mean; where a source can't be read, nothing is concluded from its silence. The rules and
 * their severities are explained in docs/decisions/0020-attention.md.
 */
import { deadlockMatters } from './attention-deadlocks';
import { lockWords, quoted, textOf, wordList } from './attention-words';
import { formatCursor } from './contract/events';
import { formatInstant, instantOf, least } from './contract/instant';
import type { WaitingAnswer } from './contract/past-schemas';
import type {
  Agent,
  AttentionAnswer,
  AttentionEntry,
  AttentionKind,
  AttentionSeverity,
  Lock,
  Source,
  Sources,
} from './contract/schemas';
import { SEVERITY_RANK } from './contract/severity';
import type { PassingTime } from './passing-time';
import type { FailedRecipient } from './recorder/failed-deliveries';
import type { OpenMattersNow, OpenQuestion } from './recorder/open-matters';
import type { LockOverlap } from './swarm/lock-overlaps';
import { PENDING_ACKS_FILE, type PendingAck } from './swarm/pending-acks';
import type { ReaderStatus } from './swarm/reader-status';

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
  locks: readonly Lock[];
  overlaps: readonly LockOverlap[];
  sources: Sources;
  pendingAcks: { acks: readonly PendingAck[]; status: ReaderStatus };
  /** The other files that waiting is told from, by name. */
  stores: Readonly<Record<string, ReaderStatus>>;
  matters: OpenMattersNow;
  waiting: WaitingAnswer;
  staleTimeoutSeconds: number;
  limits: AttentionLimits;
  /** Since when this server looks, in milliseconds since 1970: stands in where no fact says since when. */
  startedAt: number;
  time: PassingTime;
}

/** An entry before it is written out. */
export interface Matter {
  kind: AttentionKind;
  /** What tells it from others of its kind: names and ids from the files, so that a restart gives the same. */
  key: string;
  severity: AttentionSeverity;
  /** Milliseconds since 1970. */
  since: number;
  subject: string;
  reason: string;
  evidence: Partial<Record<keyof AttentionEntry['evidence'], string[]>>;
}

/** Nobody reads more; a swarm whose 10,000 locks are stale must not cost megabytes at each change. */
const ENTRIES_AT_MOST = 500;
const EVIDENCE_AT_MOST = 50;

/** Files that are being replaced, and disks that hiccup, are unreadable for a moment: that is no matter for a person. */
const SOURCE_SETTLES_MS = 2000;

/** The swarm's tool gives up after its third retry, so an entry that stays after it is stuck. */
const RETRIES_AT_MOST = 3;

/**
 * What wants a person now.
 *
 * @returns entries, deadlocks first, then worst first, then longest standing; `count` tells all of them, the list holds the first 500
 */
export function attention(facts: AttentionFacts): AttentionAnswer {
  const matters = [
    ...deadlockMatters(facts.waiting, facts.startedAt),
    ...sourceMatters(facts),
    ...agentMatters(facts),
    ...lockMatters(facts),
    ...facts.overlaps.map((overlap) => overlapMatter(overlap, facts)),
    ...questionMatters(facts),
    ...deliveryMatters(facts),
    ...acknowledgementMatters(facts),
  ];
  // A file may hold the same thing twice.
  const byId = new Map(matters.map((matter) => [`${matter.kind}:${matter.key}`, matter]));
  const sorted = [...byId.values()].sort(worseFirst);
  return { attention: sorted.slice(0, ENTRIES_AT_MOST).map(entryOf), count: sorted.length };
}

function worseFirst(one: Matter, other: Matter): number {
  const worse = rankOf(one) - rankOf(other);
  return worse || one.since - other.since || (one.key < other.key ? -1 : 1);
}

function rankOf({ kind, severity }: Matter): number {
  return kind === 'deadlock' ? -1 : SEVERITY_RANK[severity];
}

function entryOf({ kind, key, severity, since, subject, reason, evidence }: Matter): AttentionEntry {
  const list = (names: readonly string[] = []) => [...new Set(names)].slice(0, EVIDENCE_AT_MOST);
  return {
    id: `${kind}:${key}`,
    kind,
    severity,
    since: formatInstant(since),
    subject,
    reason,
    evidence: {
      agents: list(evidence.agents),
      locks: list(evidence.locks),
      messages: list(evidence.messages),
      sources: list(evidence.sources),
    },
  };
}

function sourceMatters({ sources, pendingAcks, stores, matters, startedAt, time }: AttentionFacts): Matter[] {
  const read = Object.entries(sources).map(([name, source]: [string, Source]) => {
    const { state, reason, since } = source;
    return { name, state, reason, since: Date.parse(since) };
  });
  const files = Object.entries({ [PENDING_ACKS_FILE]: pendingAcks.status, ...stores });
  const found = [...read, ...files.map(([name, status]) => ({ name, ...status }))].flatMap((source): Matter[] => {
    const { name, state, reason, since } = source;
    if ((state !== 'unreadable' && state !== 'degraded') || !time.reached(since + SOURCE_SETTLES_MS)) return [];
    const severity = sourceSeverity(name, state, sources);
    const known = { key: name, since, subject: name, evidence: { sources: [name] } };
    return [{ kind: 'source_unreadable', severity, reason: reason ?? `${name} can't be read.`, ...known }];
  });
  if (matters.cut > 0) {
    const reason = `More questions and failed deliveries are open than are watched; the oldest ${matters.cut} were let go.`;
    const cut = { key: 'open-matters', since: startedAt, subject: 'log', reason, evidence: { sources: ['log'] } };
    found.push({ kind: 'source_unreadable', severity: 'notice', ...cut });
  }
  return found;
}

/** Without these the page is blind; a history in memory or settings at their defaults still show the swarm. */
function sourceSeverity(name: string, state: 'unreadable' | 'degraded', sources: Sources): AttentionSeverity {
  if (state === 'unreadable') return ['registry', 'locks', 'log'].includes(name) ? 'critical' : 'warning';
  return name === 'history' && sources.history.mode === 'memory' ? 'warning' : 'notice';
}

/** Locks are the reason: an agent that is silent and holds nothing is in nobody's way. */
function agentMatters({ agents, locks, sources, startedAt }: AttentionFacts): Matter[] {
  // While signs of life can't be read, silence is no fact. A process that is gone is one.
  const silenceCounts = sources.registry.state !== 'unreadable' && sources.log.state !== 'unreadable';
  const held = new Map<string, Lock[]>();
  for (const { id, health } of agents) if (health === 'dead' || (health === 'stale' && silenceCounts)) held.set(id, []);
  if (held.size > 0) {
    for (const lock of locks) if (typeof lock.agent_id === 'string') held.get(lock.agent_id)?.push(lock);
  }
  return agents.flatMap((agent): Matter[] => {
    const own = held.get(agent.id) ?? [];
    if (own.length === 0) return [];
    const dead = agent.health === 'dead';
    const taken = own.map((lock) => instantOf(lock.acquired_at)).filter((at) => at !== null);
    return [
      {
        kind: dead ? 'agent_dead' : 'agent_stale',
        key: agent.id,
        severity: dead ? 'critical' : 'warning',
        since: instantOf(agent.last_evidence_at) ?? least(taken) ?? startedAt,
        subject: agent.id,
        reason: `${agent.id} is ${agent.health} and holds ${lockWords(own)}. ${agent.health_reason}`,
        evidence: { agents: [agent.id], locks: own.map(({ lock_file }) => lock_file) },
      },
    ];
  });
}

/** One entry for a lock; that of a dead agent is told by the agent's own. */
function lockMatters({ agents, locks, staleTimeoutSeconds, startedAt }: AttentionFacts): Matter[] {
  const dead = new Set<unknown>(agents.filter(({ health }) => health === 'dead').map(({ id }) => id));
  return locks.flatMap((lock): Matter[] => {
    const { stale, orphaned, lock_file, acquired_at } = lock;
    if ((!stale && !orphaned) || dead.has(lock.agent_id)) return [];
    const acquiredAt = instantOf(acquired_at);
    const holder = textOf(lock.agent_id);
    const path = textOf(lock.filepath);
    const known = {
      key: `${lock_file}:${acquired_at}`,
      subject: path,
      evidence: { agents: [holder], locks: [lock_file] },
    };
    const old = `older than the swarm's limit of ${staleTimeoutSeconds} s`;
    if (orphaned) {
      const reason = `${holder} holds ${path}, but is not in the registry${stale ? `; the lock is ${old}` : ''}.`;
      return [{ kind: 'lock_orphaned', severity: 'warning', since: acquiredAt ?? startedAt, reason, ...known }];
    }
    const since = acquiredAt === null ? startedAt : acquiredAt + staleTimeoutSeconds * 1000;
    const reason = `The lock of ${holder} on ${path} is ${old}: another agent may take it away.`;
    return [{ kind: 'lock_stale', severity: 'notice', since, reason, ...known }];
  });
}

function overlapMatter({ lock, others, file }: LockOverlap, { startedAt }: AttentionFacts): Matter {
  const [holder, path] = [textOf(lock.agent_id), textOf(lock.filepath)];
  const holders = others.map(({ agent_id }) => textOf(agent_id));
  // The overlap is as old as the second of the two.
  const begun = others.map((other) => {
    const times = [lock, other].map(({ acquired_at }) => instantOf(acquired_at));
    return times.includes(null) ? startedAt : Math.max(...(times as number[]));
  });
  const theirs = others.map((other) => `${textOf(other.filepath)} of ${textOf(other.agent_id)}`);
  const spellings = [lock, ...others].map(({ filepath }) => textOf(filepath));
  const reason =
    file === null
      ? `${holder} holds ${path}, which overlaps ${wordList(theirs)}.`
      : `${wordList([holder, ...holders])} hold the same file, spelled ${wordList(spellings)}.`;
  return {
    kind: 'lock_overlap',
    key: `${lock.lock_file}:${holder}`,
    severity: 'warning',
    since: least(begun) ?? startedAt,
    subject: file ?? path,
    reason,
    evidence: { agents: [holder, ...holders], locks: [lock, ...others].map(({ lock_file }) => lock_file) },
  };
}

function questionMatters({ matters, limits, time }: AttentionFacts): Matter[] {
  const counts = ({ at }: OpenQuestion) =>
    time.reached(at + limits.questionFromMs) && !time.passed(at + limits.questionUntilMs);
  return matters.questions.filter(counts).map((question): Matter => {
    const { type, msgId, sender, recipients, at, text, seqs } = question;
    const blocked = type === 'BLOCKED';
    const asked = recipients.length === 0 ? 'nobody has' : `none of ${wordList(recipients)} has`;
    const nobody = recipients.length === 1 ? `${recipients[0]} has not` : asked;
    const cursors = seqs.map((seq) => formatCursor(matters.epoch, seq));
    return {
      kind: blocked ? 'blocked_unanswered' : 'question_unanswered',
      key: msgId ?? `${cursors[0]}`,
      severity: blocked ? 'critical' : 'warning',
      since: at,
      subject: sender,
      reason: `${sender} ${blocked ? 'is blocked' : 'asks'}, and ${nobody} answered: ${quoted(text)}`,
      evidence: { agents: [sender, ...recipients], messages: cursors },
    };
  });
}

function deliveryMatters({ matters, limits, time }: AttentionFacts): Matter[] {
  const counts = ({ last }: FailedRecipient) => !time.passed(last + limits.deliveryUntilMs);
  return matters.failures.filter(counts).map((failure): Matter => {
    const { recipient, msgId, since, count, senders, text, seqs } = failure;
    const from = senders.length === 0 ? '' : ` from ${wordList(senders)}`;
    const cursors = seqs.map((seq) => formatCursor(matters.epoch, seq));
    const what = count === 1 ? `A message${from} did` : `${count} messages${from} did`;
    return {
      kind: 'delivery_failed',
      key: `${recipient}:${msgId ?? cursors[0]}`,
      severity: 'warning',
      since,
      subject: recipient,
      reason: `${what} not reach ${recipient}, and none has since${count === 1 ? '' : '; the first one'}: ${quoted(text)}`,
      evidence: { agents: [recipient, ...senders], messages: cursors },
    };
  });
}

function acknowledgementMatters({ pendingAcks, matters, limits, startedAt, time }: AttentionFacts): Matter[] {
  const places = new Map(matters.awaiting);
  return pendingAcks.acks.flatMap((ack): Matter[] => {
    const { msgId, retryCount, sentAt, nextRetryAt, orphan } = ack;
    const late = nextRetryAt !== null && time.passed(nextRetryAt + limits.ackOverdueMs);
    if (!late && retryCount < RETRIES_AT_MOST) return [];
    const [sender, recipient] = [textOf(ack.sender), textOf(ack.recipient)];
    const seq = places.get(msgId);
    const retries = ['', ' after 1 retry'][retryCount] ?? ` after ${retryCount} retries`;
    const next = retryCount === 0 ? 'the first retry' : 'the next one';
    const reason = orphan
      ? `A message from ${sender} to ${recipient} broke off before it was sent; what it left in ${PENDING_ACKS_FILE} makes the retries of all others fail.`
      : `${recipient} has not acknowledged a message from ${sender}${retries}${late ? `, and ${next} is overdue` : ''}: ${quoted(ack.text)}`;
    return [
      {
        kind: 'acknowledgement_overdue',
        key: `${msgId}:${recipient}`,
        severity: 'warning',
        since: (late ? nextRetryAt : sentAt) ?? startedAt,
        subject: recipient,
        reason,
        evidence: {
          agents: [ack.recipient, ack.sender].filter((name) => name !== null),
          messages: seq === undefined ? [] : [formatCursor(matters.epoch, seq)],
        },
      },
    ];
  });
}
