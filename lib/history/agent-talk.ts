/** How much an agent said and heard, from the counts by hour. */
import type Database from 'better-sqlite3';
import type { AgentHistory } from '../contract/past-schemas';
import { ANY_AUDIENCE } from './times-writer';

interface Tally {
  sender: string;
  type: string;
  /** JSON array; null counts the messages themselves. */
  recipients: string | null;
  count: number;
}

/** @returns the messages of an agent by type, and by whom they went to and came from; the busiest first */
export function talkOf(db: Database.Database, id: string): Pick<AgentHistory, 'messages' | 'talks_with'> {
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

const SENT = `SELECT sender, type, recipients, sum(hours.count) AS count FROM hours
  JOIN voices ON voices.id = voice LEFT JOIN audiences ON audiences.id = audience AND audience <> ${ANY_AUDIENCE}
  WHERE voice IN (SELECT id FROM voices WHERE sender = ?) GROUP BY voice, audience`;

const RECEIVED = `SELECT sender, type, recipients, sum(hours.count) AS count
  FROM audiences CROSS JOIN hours ON hours.audience = audiences.id JOIN voices ON voices.id = voice
  WHERE EXISTS (SELECT 1 FROM json_each(recipients) WHERE value = ?) GROUP BY voice`;

function byType(tallies: readonly Tally[]): Record<string, number> {
  const counts = new Map<string, number>();
  for (const { type, count } of tallies) counts.set(type, (counts.get(type) ?? 0) + count);
  return Object.fromEntries([...counts].filter(([, count]) => count > 0));
}
