/**
 * The wait relations: one pure function from facts to edges and cycles. An edge is declared where a file literally
 * states that one agent waits, asks or wants, and inferred where that is concluded; docs/decisions/0031-waiting.md
 * explains.
 */

import { formatCursor } from '../contract/events';
import { formatInstant, instantOf } from '../contract/instant';
import type { WaitEdge, WaitingAnswer } from '../contract/past-schemas';
import type { Agent, DepartedAgent, HeldLock, Sources } from '../contract/schemas';
import { CONFLICT_LOG_FILE, type Conflict } from '../sources/claudeswarm/conflict-log';
import type { PendingAck } from '../sources/claudeswarm/pending-acks';
import { isOpen, isUnfinished, type Task } from '../sources/claudeswarm/tasks';
import { AgentPresence } from './agent-presence';
import type { DeadlineClock } from './deadline-clock';
import { HeldPaths } from './held-paths';
import { type LockOverlap, overlapPairs } from './lock-overlaps';
import { openAcks } from './open-acks';
import { StepBudget } from './step-budget';
import type { UnresolvedMessages } from './unresolved-messages';
import { findWaitCycles, MAX_CYCLES, type SearchBudget, searchBudget } from './wait-cycles';
import { quoted, valueText, wordList } from './wording';

export interface WaitingFacts {
  agents: readonly Agent[];
  /** Agents that left the registry within the last hour. */
  departed: readonly DepartedAgent[];
  locks: readonly HeldLock[];
  overlaps: readonly LockOverlap[];
  sources: Pick<Sources, 'registry'>;
  /** Names under which people send messages. */
  people?: readonly string[];
  unresolved: UnresolvedMessages;
  tasks: readonly Task[];
  conflicts: readonly Conflict[];
  acks: readonly PendingAck[];
  /** The age from which an unanswered question is taken to block its sender, in milliseconds. */
  questionFromMs: number;
  time: DeadlineClock;
}

/** An edge before it becomes one of the API. */
interface Wait {
  /** Identifies it among edges of its kind between the two agents: ids and names from the files. */
  key: string;
  from: string;
  to: string;
  kind: WaitEdge['kind'];
  basis?: WaitEdge['basis'];
  /** Milliseconds since 1970. */
  since: number | null;
  reason: string;
  evidence: Partial<WaitEdge['evidence']>;
  /** Any of these could end it; `to` alone if absent. */
  anyOf?: readonly string[];
  /** It blocks its agent, so that it may be part of a cycle; true if absent. Tasks are searched by themselves. */
  holds?: boolean;
  /** It never blocks its agent, however old it is; false if absent. */
  weak?: boolean;
}

/** Nobody reads more, and each edge costs at every change. */
const MAX_EDGES = 2000;
const WAITS_PER_STEP = 100;

const UNSETTLED: ReadonlySet<string | null> = new Set(['pending', 'resolving', 'escalated']);

/**
 * Finds the wait relations and the wait cycles, in steps of about a millisecond.
 *
 * @returns at most 2,000 edges, each agent's wait for another under an id of its own, and at most 50 cycles; whether
 *   there may be more
 */
export function* waitingSteps(facts: WaitingFacts): Generator<void, WaitingAnswer> {
  const waits = new Map<string, Wait>();
  const presence = new AgentPresence(facts);
  let truncated = false;
  for (const wait of allWaits(facts, presence)) {
    if (wait.from === wait.to) continue;
    const id = JSON.stringify([wait.kind, wait.key, wait.from, wait.to]);
    truncated = waits.size === MAX_EDGES && !waits.has(id);
    if (truncated) break;
    waits.set(id, wait);
    if (waits.size % WAITS_PER_STEP === 0) yield;
  }
  const edges: WaitEdge[] = [];
  for (const [id, wait] of waits) {
    edges.push(edgeOf(id, wait, presence));
    if (edges.length % WAITS_PER_STEP === 0) yield;
  }
  yield;
  const budget = searchBudget();
  const cycles = cyclesOf([...waits.values()], edges, facts.tasks, budget);
  truncated ||= budget.left <= 0 || cycles.length === MAX_CYCLES;
  return { edges, cycles, ...(truncated ? { truncated } : {}) };
}

function* allWaits(facts: WaitingFacts, presence: AgentPresence): Generator<Wait> {
  yield* questionWaits(facts, 'BLOCKED', presence);
  yield* conflictWaits(facts);
  yield* taskWaits(facts);
  yield* questionWaits(facts, 'QUESTION', presence);
  yield* overlapWaits(facts);
  yield* acknowledgementWaits(facts, presence);
}

function edgeOf(id: string, wait: Wait, presence: AgentPresence): WaitEdge {
  const { kind, from, to, since, evidence, anyOf = [to], basis = 'declared', weak = false } = wait;
  // Only a message can have been sent to another agent than the present one of an id.
  const sentAt = evidence.messages === undefined ? null : since;
  return {
    id,
    from,
    to,
    kind,
    basis,
    weak,
    blocks: countsInCycles(wait),
    alternatives: anyOf.filter((other) => other !== to && other !== from).length,
    since: since === null ? null : formatInstant(since),
    reason: `${wait.reason}${presence.remarksOnAll([from, to], sentAt)}`,
    evidence: { locks: [], messages: [], tasks: [], conflicts: [], ...evidence },
  };
}

/**
 * Two agents that ask each other at the same time answer soon; an agent that says it is blocked is believed at once.
 */
function* questionWaits(
  { unresolved, questionFromMs, time }: WaitingFacts,
  wanted: 'BLOCKED' | 'QUESTION',
  presence: AgentPresence,
): Generator<Wait> {
  for (const { type, msgId, sender, recipients, at, text, seqs, askedBack } of unresolved.questions) {
    // The present agent of the asker's id has asked nothing.
    if (type !== wanted || presence.wasReplacedSince(sender, at)) continue;
    const messages = seqs.map((seq) => formatCursor(unresolved.epoch, seq));
    const whom = recipients.length === 1 ? '' : `, and none of ${wordList(recipients)} has answered`;
    for (const to of recipients) {
      const begun = type === 'BLOCKED' ? `${sender} is blocked and waits for ${to}` : `${sender} asked ${to}`;
      yield {
        key: msgId ?? `${messages[0]}`,
        from: sender,
        to,
        kind: type === 'BLOCKED' ? 'blocked' : 'question',
        since: at,
        reason: `${begun}${whom || (type === 'BLOCKED' ? '' : ', who has not answered')}: ${quoted(text)}${askedBack === null ? '' : ` ${askedBack.by} asked back.`}`,
        evidence: { messages },
        anyOf: recipients,
        holds: type === 'BLOCKED' || time.isDue(at + questionFromMs),
      };
    }
  }
}

/** About 20 ms. A conflict that is not compared with the locks within it blocks nobody. */
const MAX_CONFLICT_STEPS = 20_000_000;

/** A conflict about a lock blocks its requester only while the lock exists: entries often stay as they were. */
function* conflictWaits({ conflicts, locks }: WaitingFacts): Generator<Wait> {
  const budget = new StepBudget(MAX_CONFLICT_STEPS);
  const held = new Map<string, HeldLock[]>(conflicts.map(({ holder }) => [holder, []]));
  if (held.size > 0) for (const lock of locks) held.get(valueText(lock.agent_id))?.push(lock);
  const paths = new Map<string, HeldPaths>();
  for (const { id, type, requester, holder, resource, status, detectedAt } of conflicts) {
    if (!UNSETTLED.has(status)) continue;
    const heldPaths = paths.get(holder) ?? new HeldPaths(held.get(holder) ?? [], budget);
    paths.set(holder, heldPaths);
    const lock = resource === null ? null : heldPaths.lockOn(resource);
    const isHeld = lock !== null && lock !== 'unknown';
    yield {
      key: id,
      from: requester,
      to: holder,
      kind: 'conflict',
      since: detectedAt,
      reason: `${requester} wants ${resource ?? 'something'}, which ${holder} has; ${CONFLICT_LOG_FILE} calls that ${status}${type === 'file_lock' ? heldWords(lock, holder) : ''}.`,
      evidence: { conflicts: [id], locks: isHeld ? [lock.lock_file] : [] },
      holds: isHeld || type !== 'file_lock',
    };
  }
}

function heldWords(lock: ReturnType<HeldPaths['lockOn']>, holder: string): string {
  if (lock === null) return `, though ${holder} holds no lock on it now`;
  return lock === 'unknown' ? `; whether ${holder} still holds a lock on it takes too long to find out` : '';
}

function* taskWaits({ tasks }: WaitingFacts): Generator<Wait> {
  const byKey = tasksByKey(tasks);
  for (const task of tasks) {
    if (task.assignedTo === null || !isOpen(task)) continue;
    for (const other of blockersOf(task, byKey)) {
      if (other.assignedTo === null) continue;
      const times = [task.createdAt, other.createdAt].filter((at) => at !== null);
      yield {
        key: `${task.id} ${other.id}${task.list === undefined ? '' : ` ${task.list}`}`,
        from: task.assignedTo,
        to: other.assignedTo,
        kind: 'task',
        // Not before both existed; no file says when the one was made to wait for the other.
        since: times.length === 0 ? null : Math.max(...times),
        reason: `The task ${nameOfTask(task)} of ${task.assignedTo} is blocked by ${nameOfTask(other)} of ${other.assignedTo}${other.status === null ? '' : `, which is ${other.status}`}${listWords(task, other)}.`,
        evidence: { tasks: [task.id, other.id], ...(task.list !== undefined && { task_list: task.list }) },
        holds: false,
      };
    }
  }
}

/** Tasks of different lists may have the same id, and only wait for tasks of their own list. */
function taskKey({ id, list }: Pick<Task, 'id' | 'list'>): string {
  return list === undefined ? id : JSON.stringify([list, id]);
}

function tasksByKey(tasks: readonly Task[]): Map<string, Task> {
  return new Map(tasks.map((task) => [taskKey(task), task]));
}

function blockersOf({ blockedBy, list }: Task, byKey: ReadonlyMap<string, Task>): Task[] {
  const blockers = blockedBy.map((id) => byKey.get(taskKey({ id, list })));
  return blockers.filter((task) => task !== undefined && isUnfinished(task)) as Task[];
}

function listWords(task: Task, other: Task): string {
  return task.list === undefined ? '' : ` (tasks ${task.id} and ${other.id} of the list ${task.list})`;
}

function nameOfTask({ objective, id }: Task): string {
  return quoted(objective === '' ? id : objective);
}

/** Many locks of one file are very many pairs, of which those without a known order are no wait. */
const MAX_OVERLAP_PAIRS = 20_000;

/** Both hold a lock, so no file says who waits; the holder of the younger lock is assumed to. */
function* overlapWaits({ overlaps }: WaitingFacts): Generator<Wait> {
  let pairs = 0;
  const acquired = acquiredReader();
  for (const overlap of overlaps) {
    for (const [lock, other] of overlapPairs(overlap)) {
      if (++pairs > MAX_OVERLAP_PAIRS) return;
      const [one, another] = [acquired(lock), acquired(other)];
      if (one === null || another === null || one === another) continue;
      const [younger, older] = one > another ? [lock, other] : [other, lock];
      const [from, to] = [valueText(younger.agent_id), valueText(older.agent_id)];
      yield {
        key: `${younger.lock_file} ${older.lock_file}`,
        from,
        to,
        kind: 'lock_overlap',
        basis: 'inferred',
        since: Math.max(one, another),
        reason: `${from} locked ${valueText(younger.filepath)} after ${to} had locked ${valueText(older.filepath)}, and the two overlap.`,
        evidence: { locks: [younger.lock_file, older.lock_file] },
      };
    }
  }
}

/** @returns a function that reads when a lock was acquired, once for each: a lock may be in thousands of pairs */
function acquiredReader(): (lock: HeldLock) => number | null {
  const known = new Map<HeldLock, number | null>();
  return (lock) => {
    const at = known.get(lock);
    if (at !== undefined) return at;
    const read = instantOf(lock.acquired_at);
    known.set(lock, read);
    return read;
  };
}

/** A sender continues meanwhile, so this blocks nobody. */
function* acknowledgementWaits({ acks, unresolved }: WaitingFacts, presence: AgentPresence): Generator<Wait> {
  for (const { msgId, sender, recipient, text, sentAt, seq } of openAcks(acks, unresolved, presence)) {
    if (sender === null || recipient === null) continue;
    yield {
      key: msgId,
      from: sender,
      to: recipient,
      kind: 'acknowledgement',
      since: sentAt,
      reason: `${recipient} has not acknowledged a message from ${sender}: ${quoted(text)}`,
      evidence: { messages: seq === null ? [] : [formatCursor(unresolved.epoch, seq)] },
      holds: false,
      weak: true,
    };
  }
}

/** Tasks are searched by themselves, so `holds` is false for them. */
function countsInCycles({ kind, holds }: Wait): boolean {
  return kind === 'task' || holds !== false;
}

function cyclesOf(
  waits: readonly Wait[],
  edges: readonly WaitEdge[],
  tasks: readonly Task[],
  budget: SearchBudget,
): WaitingAnswer['cycles'] {
  const holding = waits.filter((wait) => wait.kind !== 'task' && countsInCycles(wait));
  const byKey = tasksByKey(tasks);
  const waitCycles = findWaitCycles(
    holding.map(({ from, to, anyOf, basis }) => ({ from, to: anyOf ?? [to], inferred: basis === 'inferred' })),
    tasks.flatMap((task) => {
      const { assignedTo } = task;
      if (assignedTo === null || !isOpen(task)) return [];
      return [{ id: taskKey(task), assignee: assignedTo, after: blockersOf(task, byKey).map(taskKey) }];
    }),
    budget,
  );
  const between = new Map<string, string[]>();
  for (const [index, { id, from, to }] of edges.entries()) {
    if (!countsInCycles(waits[index] as Wait)) continue;
    const pair = JSON.stringify([from, to]);
    const others = between.get(pair);
    if (others) others.push(id);
    else between.set(pair, [id]);
  }
  return waitCycles.map((agents) => ({
    agents,
    edges: agents.flatMap(
      (from, index) => between.get(JSON.stringify([from, agents.at(index + 1 - agents.length)])) ?? [],
    ),
  }));
}
