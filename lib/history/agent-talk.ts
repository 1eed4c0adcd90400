/** How much an agent said and heard, from the counts by hour. */
import type Database from 'better-sqlite3';
import type { AgentHistory } from '../contract/past-schemas';
import { ANY_RECIPIENT_SET } from './times-writer';

interface Tally {
  sender: string;
  type: string;
  /** JSON array; null counts the messages themselves. */
  recipients: string | null;
  count: number;
}

/** @returns the messages of an agent by type, and by whom they went to and came from; the busiest first */
export function readTalk(db: Database.Database, id: string): Pick<AgentHistory, 'messages' | 'talks_with'> {
  const sent = db.prepare(SENT).all(id) as Tally[];
  const received = db.prepare(RECEIVED).all(id) as Tally[];
  const talks = new Map<string, { sent: number; received: number }>();
  const note = (agent: string, way: 'sent' | 'received', count: number) => {
    const known = talks.get(agent) ?? { sent: 0, received: 0 };
    talks.set(agent, { ...known, [way]: known[way] + count });
  };
  for (const { recipients, count } of sent) {
    for (const recipient of JSON.parse(recipients ?? '[]') as string[]) note(recipient, 'sent', count);
  }
  for (const { sender, count } of received) note(sender, 'received', count);
  return {
    messages: { sent: byType(sent.filter(({ recipients }) => recipients === null)), received: byType(received) },
    talks_with: [...talks]
      .map(([agent, counts]) => ({ agent, ...counts }))
      .sort((a, b) => b.sent + b.received - a.sent - a.received || (a.agent < b.agent ? -1 : 1)),
  };
}

// Numbers are added up first, names looked up for the sums alone: a fifth of the work.
const SENT = `SELECT sender, type, recipients, sums.count AS count FROM (
    SELECT voice, audience, sum(count) AS count FROM hours
    WHERE voice IN (SELECT id FROM voices WHERE sender = ?) GROUP BY voice, audience
  ) AS sums JOIN voices ON voices.id = voice
  LEFT JOIN audiences ON audiences.id = audience AND audience <> ${ANY_RECIPIENT_SET}`;

const RECEIVED = `SELECT sender, type, NULL AS recipients, sums.count AS count FROM (
    SELECT voice, sum(count) AS count FROM hours
    WHERE audience IN (SELECT audiences.id FROM audiences, json_each(recipients) WHERE value = ?) GROUP BY voice
  ) AS sums JOIN voices ON voices.id = voice`;

function byType(tallies: readonly Tally[]): Record<string, number> {
  const counts = new Map<string, number>();
  for (const { type, count } of tallies) counts.set(type, (counts.get(type) ?? 0) + count);
  return Object.fromEntries([...counts].filter(([, count]) => count > 0));
}
