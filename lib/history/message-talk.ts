/** Counts who wrote how many messages of which type to whom in a time range. Read-only. */
import type Database from 'better-sqlite3';
import type { TimeSpan } from '../contract/time-span';
import { hourParts } from './hour-parts';
import { HOUR_US } from './time-units';

/**
 * Up to this number of messages outside of whole hours are counted singly; if there are more, their hours count whole.
 */
const MAX_EDGE_MESSAGES = 50_000;

/** Number of messages by one sender with one type. */
export interface SenderTypeCount {
  /** '' if the lines name no sender. */
  sender: string;
  type: string;
  count: number;
}

export interface Talk {
  /** The range that was counted; larger than the one asked for if the hours at its edges count whole. */
  span: TimeSpan;
  pairs: (SenderTypeCount & { recipient: string })[];
}

export class MessageTalk {
  readonly #statements;

  constructor(db: Database.Database) {
    this.#statements = prepare(db);
  }

  /** See `MessageTimes.talk`. */
  in(span: TimeSpan): Talk {
    const counted = this.#withinBounds(span);
    const rows = this.#statements.talk.all(hourParts(counted)) as (SenderTypeCount & { recipients: string })[];
    const pairs = new Map<string, Map<string, Map<string, number>>>();
    for (const { sender, type, count, recipients } of rows) {
      for (const recipient of JSON.parse(recipients) as string[]) {
        const ofSender = getOrCreate(pairs, sender, () => new Map<string, Map<string, number>>());
        const types = getOrCreate(ofSender, recipient, () => new Map<string, number>());
        types.set(type, (types.get(type) ?? 0) + count);
      }
    }
    const list = [...pairs].flatMap(([sender, ofSender]) =>
      [...ofSender].flatMap(([recipient, types]) =>
        [...types].map(([type, count]) => ({ sender, recipient, type, count })),
      ),
    );
    return { span: counted, pairs: list };
  }

  /** Extends the range to whole hours if too many messages would have to be counted singly. */
  #withinBounds(span: TimeSpan): TimeSpan {
    const { from, before, after, to } = hourParts(span);
    const { count } = this.#statements.edges.get({ from, before, after, to, most: MAX_EDGE_MESSAGES + 1 }) as {
      count: number;
    };
    if (count <= MAX_EDGE_MESSAGES) return span;
    const hour = HOUR_US / 1000;
    return { since: Math.floor(span.since / hour) * hour, until: Math.ceil((span.until + 1) / hour) * hour - 1 };
  }
}

function getOrCreate<Key, Value>(map: Map<Key, Value>, key: Key, create: () => Value): Value {
  const found = map.get(key) ?? create();
  map.set(key, found);
  return found;
}

function prepare(db: Database.Database) {
  const edges = `SELECT voice, audience FROM messages WHERE sent_at >= @from AND sent_at < @before
     UNION ALL SELECT voice, audience FROM messages WHERE sent_at >= @after AND sent_at <= @to`;
  return {
    edges: db.prepare(`SELECT count(*) AS count FROM (SELECT 1 FROM (${edges}) LIMIT @most)`),
    talk: db.prepare(
      `SELECT sender, type, recipients, sum(sums.count) AS count FROM (
         SELECT hours.voice, hours.audience, sum(hours.count) AS count
           FROM audiences CROSS JOIN hours ON hours.audience = audiences.id
           WHERE hour >= @firstHour AND hour < @hourAfter GROUP BY hours.audience, hours.voice
         UNION ALL SELECT voice, audience, count(*) FROM (${edges}) GROUP BY voice, audience
       ) AS sums JOIN voices ON voices.id = voice JOIN audiences ON audiences.id = audience GROUP BY voice, audience`,
    ),
  };
}
