/** Attention items about wait cycles. */

import { instantOf, least } from '../contract/instant';
import type { WaitEdge, WaitingAnswer } from '../contract/past-schemas';
import { CONFLICT_LOG_FILE } from '../sources/claudeswarm/conflict-log';
import { TASKS_FILE } from '../sources/claudeswarm/tasks';
import type { AttentionItem } from './attention-facts';
import { wordList } from './wording';

const MAX_FACTS = 10;

/**
 * Makes an item for each group of agents that wait for each other: none of them continues until somebody steps in.
 *
 * @param startedAt used where no edge has a time, in milliseconds since 1970
 */
export function deadlockItems(waiting: WaitingAnswer, startedAt: number): AttentionItem[] {
  const byId = new Map(waiting.edges.map((edge) => [edge.id, edge]));
  return waiting.cycles.map(({ agents, edges: ids }): AttentionItem => {
    const edges = ids.map((id) => byId.get(id)).filter((edge) => edge !== undefined);
    const byFrom = groupedByFrom(edges);
    const steps = agents.map((from, index) => {
      const to = agents.at(index + 1 - agents.length) ?? from;
      return { from, to, edges: (byFrom.get(from) ?? []).filter((edge) => edge.to === to) };
    });
    // A cycle is closed when its last step appears; a step exists since its first edge.
    const begun = steps.map((step) =>
      least(step.edges.map(({ since }) => instantOf(since)).filter((at) => at !== null)),
    );
    const closed = begun.filter((at) => at !== null);
    const inferred = steps.filter((step) => step.edges.every(({ basis }) => basis === 'inferred'));
    const said = steps.map(({ from, to, edges: between }) => `${from} for ${to} (${wordList(between.map(waitWord))})`);
    const guessed = inferred.map(({ from, to }) => `that ${from} waits for ${to}`);
    return {
      kind: 'deadlock',
      key: JSON.stringify(agents),
      severity: 'critical',
      since: closed.length === 0 ? startedAt : Math.max(...closed),
      subject: wordList(agents),
      agent: wordList(agents),
      why: {
        rule: 'Agents that wait for each other in a cycle are listed until one of the waits ends. An overdue acknowledgement does not count as a wait. At least one wait must be stated in a file: waits that are only inferred from overlapping locks are not enough.',
        facts: edges.slice(0, MAX_FACTS).map(({ reason }) => reason),
        threshold: null,
        setting: null,
      },
      reason: `${wordList(agents)} wait for each other: ${said.join(', ')}.${inferred.length === 0 ? '' : ` Inferred, not declared: ${wordList(guessed)}.`}`,
      evidence: {
        agents,
        locks: edges.flatMap(({ evidence }) => evidence.locks),
        messages: edges.flatMap(({ evidence }) => evidence.messages),
        sources: edges.flatMap(({ evidence }) => [
          ...(evidence.tasks.length > 0 ? [TASKS_FILE] : []),
          ...(evidence.conflicts.length > 0 ? [CONFLICT_LOG_FILE] : []),
        ]),
      },
    };
  });
}

function groupedByFrom(edges: readonly WaitEdge[]): Map<string, WaitEdge[]> {
  const byFrom = new Map<string, WaitEdge[]>();
  for (const edge of edges) {
    const others = byFrom.get(edge.from);
    if (others) others.push(edge);
    else byFrom.set(edge.from, [edge]);
  }
  return byFrom;
}

const WAIT_WORDS: Record<WaitEdge['kind'], string> = {
  blocked: 'blocked',
  question: 'a question',
  conflict: 'a conflict',
  task: 'a task',
  lock_overlap: 'overlapping locks',
  acknowledgement: 'an acknowledgement',
};

function waitWord({ kind }: WaitEdge): string {
  return WAIT_WORDS[kind];
}
