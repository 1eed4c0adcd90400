/**
 * The state of an agent in one word, from facts alone: what it does where that is known, else the state of its process.
 */

import type { Agent } from '@/lib/contract/schemas';

/** In the order in which they are counted. */
export const STATE_WORDS = [
  'waiting',
  'working',
  'running',
  'blocked',
  'shell',
  'idle',
  'suspended',
  'stale',
  'unknown',
  'dead',
  'moved',
] as const;
export type StateWord = (typeof STATE_WORDS)[number];

export type StateTone = 'good' | 'warn' | 'bad' | 'quiet';

export interface AgentState {
  word: StateWord;
  tone: StateTone;
  /** One plain sentence, instants as ISO 8601. */
  evidence: string;
}

export const STATE_TONES: Record<StateWord, StateTone> = {
  waiting: 'bad',
  working: 'good',
  running: 'good',
  blocked: 'bad',
  shell: 'good',
  idle: 'quiet',
  suspended: 'warn',
  stale: 'warn',
  unknown: 'quiet',
  dead: 'bad',
  moved: 'quiet',
};

/**
 * Finds the state of an agent. The stronger fact wins: an agent without a process is dead whatever it waits for, and one
 * that said that it is blocked is blocked although it has been silent since. What its session says outweighs silence.
 */
export function agentState(agent: Agent): AgentState {
  const word = stateWord(agent);
  const isActivity = word === agent.activity.state && word !== 'unknown';
  const blocked = word === 'blocked' ? agent.blocked?.reason : undefined;
  const evidence = blocked ?? (isActivity ? agent.activity.reason : agent.health_reason);
  return { word, tone: STATE_TONES[word], evidence };
}

function stateWord({ health, process, blocked, activity }: Agent): StateWord {
  if (health === 'moved' || health === 'dead') return health;
  if (process.state === 'suspended') return 'suspended';
  if (activity.state === 'waiting') return 'waiting';
  if (blocked !== null) return 'blocked';
  if (activity.state !== 'unknown') return activity.state;
  return health === 'active' ? 'running' : health;
}

/** @returns the state word with a name; null for any other text */
export function stateNamed(name: string | null): StateWord | null {
  return STATE_WORDS.find((word) => word === name) ?? null;
}

export interface StateCount {
  word: StateWord;
  count: number;
}

/**
 * @param always a word that is counted even if no agent has it
 * @returns how many entries have each state, without states that no entry has
 */
export function countStates(agents: readonly Agent[], always: StateWord | null = null): StateCount[] {
  const counts = new Map<StateWord, number>();
  for (const agent of agents) {
    const { word } = agentState(agent);
    counts.set(word, (counts.get(word) ?? 0) + 1);
  }
  return STATE_WORDS.map((word) => ({ word, count: counts.get(word) ?? 0 })).filter(
    ({ word, count }) => count > 0 || word === always,
  );
}
