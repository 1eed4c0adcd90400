/** One agent: what it is, was and said. */
import type { AgentHistory } from '../contract/past-schemas';
import { readTalk } from '../history/agent-talk';
import type { History } from '../history/history';
import { END_OF_TIME } from '../history/snapshots';
import { healthSpanOf, lockSpanOf, spansOfAgent } from '../history/span-reader';
import { readLives } from './agent-lives';
import { spanPage } from './cursor-page';
import { withLastWords } from './last-words';
import type { Questions } from './questions';
import { swarmAt, withEvidence } from './state';

/**
 * @returns an `AgentHistory` as JSON; null if nothing at all is known of such an agent
 * @throws {QueryRefused} if the cursor is no longer valid
 */
export function agentHistory(history: History, query: Questions['agent_history']['query']): string | null {
  const { id } = query;
  const { rows, previous_cursor } = spanPage(history, query, (bounds) => spansOfAgent(history.db, id, bounds));
  const { agents, locks } = swarmAt(history.db, END_OF_TIME);
  // A time that is still to come is a mistake of its writer, and no sign of life.
  const now = Date.now();
  const [agent = null] = withEvidence(
    withLastWords(
      history,
      agents.agents.filter((entry) => entry.id === id),
      [],
      now,
    ),
    locks.locks,
    now,
  );
  const answer: AgentHistory = {
    id,
    agent,
    health: rows.filter(({ kind }) => kind === 'health').map((row) => withoutAgent(healthSpanOf(row))),
    lives: readLives(history, id),
    locks: locks.locks.filter(({ agent_id }) => agent_id === id),
    lock_spans: rows.filter(({ kind }) => kind === 'lock').map(lockSpanOf),
    ...readTalk(history.db, id),
    previous_cursor,
  };
  const traces = [rows, answer.locks, answer.talks_with, Object.keys(answer.messages.sent)];
  const known = answer.agent !== null || query.before !== undefined || traces.some(({ length }) => length > 0);
  return known ? JSON.stringify(answer) : null;
}

function withoutAgent<T extends { agent: string }>({ agent: _, ...span }: T): Omit<T, 'agent'> {
  return span;
}
