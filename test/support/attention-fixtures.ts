/** Facts for tests of the attention rules: a swarm without problems, and possible problems. */
import assert from 'node:assert/strict';
import {
  UNKNOWN_AGENT_FACTS,
  UNKNOWN_LOCK_FACTS,
  UNKNOWN_SOURCE_FACTS,
  unknownZone,
} from '../../lib/contract/defaults';
import { formatInstant } from '../../lib/contract/instant';
import {
  type Agent,
  type AttentionAnswer,
  type AttentionEntry,
  attentionAnswer,
  type DepartedAgent,
  type Lock,
  type Source,
  type Sources,
} from '../../lib/contract/schemas';
import { type AttentionFacts, judgeAttention } from '../../lib/rules/attention';
import { DeadlineClock } from '../../lib/rules/deadline-clock';
import type { OpenQuestion } from '../../lib/rules/unresolved-messages';

export const SECOND = 1000;
export const MINUTE = 60 * SECOND;
export const HOUR = 60 * MINUTE;
export const NOW = Date.UTC(2026, 1, 3, 8);

/** @returns the instant a number of milliseconds before `NOW` */
export function ago(milliseconds: number): string {
  return formatInstant(NOW - milliseconds);
}

const OK: Source = { ...UNKNOWN_SOURCE_FACTS, state: 'ok', reason: null, since: ago(HOUR), skipped: [] };

export const SOURCES: Sources = {
  registry: OK,
  zone: unknownZone(OK),
  locks: OK,
  log: { ...OK, gaps: 0, losses: [], unterminated_tail: null, backlog: null },
  history: { ...OK, mode: 'file', role: 'recorder' },
  watcher: { ...OK, mode: 'events' },
  config: OK,
  claude_code: OK,
  hooks: OK,
};

export const FACTS: AttentionFacts = {
  agents: [],
  departed: [],
  locks: [],
  overlaps: [],
  sources: SOURCES,
  pendingAcks: { acks: [], status: { state: 'ok', reason: null, since: NOW - HOUR, keptFrom: null, skipped: [] } },
  stores: {},
  unresolved: { epoch: 'e', questions: [], failures: [], awaiting: [], cut: 0 },
  waiting: { edges: [], cycles: [] },
  staleTimeoutSeconds: 300,
  limits: {
    questionFromMs: 5 * MINUTE,
    questionUntilMs: 24 * HOUR,
    deliveryUntilMs: 30 * MINUTE,
    ackOverdueMs: MINUTE,
    unreadFromMs: 10 * MINUTE,
  },
  startedAt: NOW - 2 * HOUR,
  time: new DeadlineClock(NOW),
};

/** @returns the answer if nothing is acknowledged or snoozed */
export function attention(facts: AttentionFacts): AttentionAnswer {
  return judgeAttention(facts, []).answer;
}

/** @returns the attention items of a swarm without problems except the given facts */
export function entriesFor(facts: Partial<AttentionFacts>): AttentionEntry[] {
  const answer = attentionAnswer.parse(attention({ ...FACTS, time: new DeadlineClock(NOW), ...facts }));
  assert.equal(answer.count, answer.attention.length);
  return answer.attention;
}

/** @returns the kinds of these items */
export function kindsFor(facts: Partial<AttentionFacts>): string[] {
  return entriesFor(facts).map(({ kind }) => kind);
}

/** @returns the only one of these items; fails if there are none or several */
export function onlyEntryFor(facts: Partial<AttentionFacts>): AttentionEntry {
  const [entry, ...others] = entriesFor(facts);
  assert.ok(entry, 'no item');
  assert.deepEqual(others, []);
  return entry;
}

/** @returns an agent whose last sign of life is two minutes old */
export function agentWith(id: string, health: Agent['health'], more: Partial<Agent> = {}): Agent {
  return {
    ...UNKNOWN_AGENT_FACTS,
    id,
    health,
    health_reason: `Why ${health}.`,
    last_evidence_at: ago(2 * MINUTE),
    ...more,
  };
}

/** @returns an agent that left the registry a minute ago */
export function departedWith(id: string, more: Partial<DepartedAgent> = {}): DepartedAgent {
  return { ...agentWith(id, 'unknown'), left_at: ago(MINUTE), left_reason: 'Nobody knows why.', ...more };
}

/** @returns a lock of agent-1, a minute old */
export function lockOn(filepath: unknown, more: Partial<Lock> = {}): Lock {
  return {
    ...UNKNOWN_LOCK_FACTS,
    // An object of a file may have a `toString` of its own.
    lock_file: `${typeof filepath === 'string' ? filepath : JSON.stringify(filepath)}.lock`,
    agent_id: 'agent-1',
    filepath,
    acquired_at: ago(MINUTE),
    stale: false,
    orphaned: false,
    conflicts_with: [],
    pattern: false,
    warnings: [],
    ...more,
  };
}

/** @returns a question of agent-0, too young to be an item of its own */
export function youngQuestion(text: string, more: Partial<OpenQuestion> = {}): OpenQuestion {
  const asked = { sender: 'agent-0', recipients: ['agent-1'], at: NOW - MINUTE, text, seqs: [7] };
  return { type: 'QUESTION', msgId: 'q', askedBack: null, ...asked, ...more };
}
