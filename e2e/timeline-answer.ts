import type { TimelineAnswer } from '../lib/contract/past-schemas';

const TYPES = ['INFO', 'INFO', 'ACK', 'QUESTION', 'COMPLETED', 'TASK-DELEGATION', 'BLOCKED', 'REVIEW-REQUEST'];
const STATES = ['held', 'held', 'held', 'held', 'stale', 'orphaned'] as const;

interface Size {
  agents: number;
  locks: number;
  messages: number;
}

/**
 * The answer of a swarm that was busy during the whole requested time; equal for equal arguments.
 *
 * @param url the requested address; the state of agents and locks is unknown in a part of the time
 */
export function manyThings(url: string, { agents, locks, messages }: Size): TimelineAnswer {
  const query = new URL(url).searchParams;
  const since = Date.parse(query.get('since') ?? '');
  const until = Date.parse(query.get('until') ?? '');
  const length = until - since;
  const random = randomFrom(7);
  const instant = (part: number) => new Date(since + part * length).toISOString();
  const ids = Array.from({ length: agents }, (_, index) => `agent-${index}`);
  const id = () => ids[Math.floor(random() * agents)] as string;
  return {
    since: instant(0),
    until: instant(1),
    step_ms: Math.max(1, Math.round(length / 2000)),
    message_step_ms: Math.max(1, Math.round(length / 2000)),
    known_since: instant(0),
    first_message_at: instant(0),
    agents: ids,
    activity: [],
    health: ids.flatMap((agent) => [
      { agent, life: '', health: 'active' as const, since: instant(0), until: instant(0.7) },
      { agent, life: '', health: 'stale' as const, since: instant(0.7), until: instant(0.8) },
      { agent, life: '', health: 'active' as const, since: instant(0.8), until: null },
    ]),
    locks: Array.from({ length: locks }, (_, index) => {
      const start = random();
      const state = STATES[index % STATES.length] as (typeof STATES)[number];
      const filepath = `src/part-${index}/file.ts`;
      const end = instant(Math.min(1, start + random() * 0.02));
      return { agent: id(), lock_file: `${index}.lock`, filepath, state, since: instant(start), until: end, count: 1 };
    }),
    earlier_locks: [],
    actions: [],
    tasks: [],
    messages: Array.from({ length: messages }, (_, index) => ({
      sender: id(),
      type: TYPES[Math.floor(random() * TYPES.length)] as string,
      at: instant(random()),
      count: 1 + Math.floor(random() * 3),
      cursor: `epoch.${index + 1}`,
      recipients: [id(), id()],
    })),
    unknown: [{ since: instant(0.4), until: instant(0.43), about: 'everything', reason: 'No dashboard ran.' }],
    totals: { messages: messages * 2, lock_spans: locks, health_spans: agents * 3 },
    next_agent: null,
  };
}

/** @returns numbers from 0 to 1, the same for the same seed */
function randomFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}
