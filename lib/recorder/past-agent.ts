/** One agent: what it is, was and said. */
import type Database from 'better-sqlite3';
import type { AgentHistory } from '../contract/past-schemas';
import type { MessagesAnswer } from '../contract/schemas';
import type { History } from '../history/history';
import { healthSpanOf, lockSpanOf, spansOfAgent } from '../history/span-reader';
import { messagesPage } from './message-page';
import { spanPage } from './past-page';
import { swarmAt, withEvidence } from './past-state';
import type { Questions } from './protocol';

/** The last instant that a date can hold, in milliseconds since 1970: everything was before it. */
const END_OF_TIME = 8.64e15;

/**
 * @returns an `AgentHistory` as JSON; null if nothing at all is known of such an agent
 * @throws {Refusal} if the cursor leads nowhere
 */
export function agentHistory(history: History, query: Questions['agent_history']['query']): string | null {
  const { id } = query;
  const { rows, previous_cursor } = spanPage(history, query, (bounds) => spansOfAgent(history.db, id, bounds));
  const { agents, locks } = swarmAt(history.db, END_OF_TIME);
  const newest = JSON.parse(messagesPage(history, { limit: 1, filter: { sender: id } })) as MessagesAnswer;
  const [agent = null] = withEvidence(
    agents.agents.filter((entry) => entry.id === id),
    locks.locks,
    newest.messages,
    END_OF_TIME,
  );
  const answer: AgentHistory = {
    id,
    agent,
    health: rows.filter(({ kind }) => kind === 'health').map((row) => withoutAgent(healthSpanOf(row))),
    locks: locks.locks.filter(({ agent_id }) => agent_id === id),
    lock_spans: rows.filter(({ kind }) => kind === 'lock').map(lockSpanOf),
    ...talkOf(history.db, id),
    previous_cursor,
  };
  const traces = [rows, answer.locks, answer.talks_with, Object.keys(answer.messages.sent)];
  const known = answer.agent !== null || query.before !== undefined || traces.some(({ length }) => length > 0);
  return known ? JSON.stringify(answer) : null;
}

function withoutAgent<T extends { agent: string }>({ agent: _, ...span }: T): Omit<T, 'agent'> {
  return span;
}

interface Tally {
  type: string;
  count: number;
}

/** Messages by type, and by whom they went to and came from; the busiest first. */
function talkOf(db: Database.Database, id: string): Pick<AgentHistory, 'messages' | 'talks_with'> {
  const sent = db.prepare(SENT).all(id) as (Tally & { recipient: string })[];
  const received = db.prepare(RECEIVED).all(id) as (Tally & { sender: string })[];
  const talks = new Map<string, { sent: number; received: number }>();
  const note = (agent: string, way: 'sent' | 'received', count: number) => {
    const known = talks.get(agent) ?? { sent: 0, received: 0 };
    talks.set(agent, { ...known, [way]: known[way] + count });
  };
  for (const { recipient, count } of sent) if (recipient !== '') note(recipient, 'sent', count);
  for (const { sender, count } of received) note(sender, 'received', count);
  return {
    messages: { sent: byType(sent.filter(({ recipient }) => recipient === '')), received: byType(received) },
    talks_with: [...talks]
      .map(([agent, counts]) => ({ agent, ...counts }))
      .sort((a, b) => b.sent + b.received - a.sent - a.received || (a.agent < b.agent ? -1 : 1)),
  };
}

const SENT = 'SELECT recipient, type, sum(count) AS count FROM hours WHERE sender = ? GROUP BY recipient, type';
const RECEIVED = 'SELECT sender, type, sum(count) AS count FROM hours WHERE recipient = ? GROUP BY sender, type';

function byType(tallies: readonly Tally[]): Record<string, number> {
  const counts = new Map<string, number>();
  for (const { type, count } of tallies) counts.set(type, (counts.get(type) ?? 0) + count);
  return Object.fromEntries([...counts].filter(([, count]) => count > 0));
}
