/** How much an agent said and heard, from the counts by hour. */
import type Database from 'better-sqlite3';
import type { AgentHistory } from '../contract/past-schemas';

interface Tally {
  type: string;
  count: number;
}

/** @returns the messages of an agent by type, and by whom they went to and came from; the busiest first */
export function talkOf(db: Database.Database, id: string): Pick<AgentHistory, 'messages' | 'talks_with'> {
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
