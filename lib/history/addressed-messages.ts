/** Finds the messages of the log to an agent whose timestamp, as a text, is later than the agent's read mark. */
import type Database from 'better-sqlite3';

/** Of one agent: enough to say "more than 1,000". */
export const MAX_ADDRESSED = 1000;
/** How many new messages one call looks at. */
const MAX_AT_ONCE = 2000;
/** Naive times in the order of their texts and those in the order of their instants may differ by a day. */
const MAX_ORDER_DIFFERENCE_MS = 26 * 3_600_000;

/** An agent with its read mark: the timestamp of a message as written, and when that was. */
export interface ReadMark {
  agent: string;
  mark: string;
  /** Milliseconds since 1970; null where the mark is not a time. */
  at: number | null;
}

export interface AddressedMessage {
  agent: string;
  seq: number;
  timestamp: string;
  /** Milliseconds since 1970. */
  sentAt: number;
}

export interface Addressed {
  /** Sorted by `seq`. */
  messages: AddressedMessage[];
  /** The agents with more than 1,000 of them. */
  cut: string[];
  /** The newest message that was looked at. */
  upTo: number;
}

interface Row {
  seq: number;
  sent_at: number;
  timestamp: unknown;
}

const TIMESTAMP = "CASE WHEN json_valid(m.line) THEN m.line ->> '$.timestamp' END";

/** A message without a readable time does not count: nothing says if it is later than a mark. Own messages do not either. */
const LATER = `SELECT m.seq, m.sent_at, ${TIMESTAMP} AS timestamp FROM messages m INDEXED BY messages_by_time
  WHERE m.sent_at >= @since AND m.seq <= @head AND m.team IS NULL
    AND m.audience IN (SELECT a.id FROM audiences a, json_each(a.recipients) r WHERE r.value IN (@agent, @everyone))
    AND m.voice NOT IN (SELECT id FROM voices WHERE sender = @agent)
    AND ${TIMESTAMP} > @mark
  ORDER BY m.sent_at LIMIT @most`;

const AFTER = `SELECT m.seq, m.sent_at, m.team, ${TIMESTAMP} AS timestamp, v.sender, a.recipients
  FROM messages m LEFT JOIN voices v ON v.id = m.voice LEFT JOIN audiences a ON a.id = m.audience
  WHERE m.seq > ? ORDER BY m.seq LIMIT ?`;

export class AddressedMessages {
  readonly #later: Database.Statement;
  readonly #after: Database.Statement;

  constructor(db: Database.Database) {
    this.#later = db.prepare(LATER);
    this.#after = db.prepare(AFTER);
  }

  /**
   * Finds all kept messages that are later than the marks, of each agent at most the 1,000 that were sent first. Takes
   * up to about 60 ms for each agent whose mark is older than a million messages.
   *
   * @param head the newest message of the history
   */
  later(marks: readonly ReadMark[], everyone: string, head: number): Addressed {
    const found = marks.map(({ agent, mark, at }) => {
      const since = at === null ? Number.MIN_SAFE_INTEGER : (at - MAX_ORDER_DIFFERENCE_MS) * 1000;
      const rows = this.#later.all({ agent, mark, since, everyone, head, most: MAX_ADDRESSED + 1 }) as Row[];
      return { agent, rows };
    });
    return {
      messages: found
        .flatMap(({ agent, rows }) => rows.slice(0, MAX_ADDRESSED).map((row) => addressed(agent, row)))
        .sort((one, other) => one.seq - other.seq),
      cut: found.filter(({ rows }) => rows.length > MAX_ADDRESSED).map(({ agent }) => agent),
      upTo: head,
    };
  }

  /** Finds those among the next 2,000 messages after `seq`. */
  after(marks: readonly ReadMark[], everyone: string, seq: number): Addressed {
    const rows = this.#after.all(seq, MAX_AT_ONCE) as (Row & {
      team: string | null;
      sender: string | null;
      recipients: string | null;
    })[];
    const messages = rows.flatMap((row) => {
      if (row.team !== null || row.sent_at === null || typeof row.timestamp !== 'string') return [];
      const { timestamp } = row;
      const names = new Set(JSON.parse(row.recipients ?? '[]') as string[]);
      const isTo = (agent: string) => names.has(agent) || names.has(everyone);
      const readers = marks.filter(({ agent, mark }) => isTo(agent) && agent !== row.sender && timestamp > mark);
      return readers.map(({ agent }) => addressed(agent, row));
    });
    return { messages, cut: [], upTo: rows.at(-1)?.seq ?? seq };
  }
}

function addressed(agent: string, { seq, sent_at, timestamp }: Row): AddressedMessage {
  return { agent, seq, timestamp: String(timestamp), sentAt: Math.floor(sent_at / 1000) };
}
