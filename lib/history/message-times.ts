/**
 * Questions about messages by their time of sending: figures of a moment, ticks of a timeline, who wrote to whom. Read-
 * only.
 */
import type Database from 'better-sqlite3';
import type { TimeSpan } from '../contract/time-span';
import { MessageColumns } from './columns/message-columns';
import type { RowVisitor } from './columns/row-visitor';
import { StepCells, type TickCell } from './columns/step-cells';
import { hourParts } from './hour-parts';
import { MessageTalk, type SenderTypeCount, type Talk } from './message-talk';
import { MessageTotals } from './message-totals';
import type { Summary } from './summary';
import { HOUR_US } from './time-units';
import { ANY_RECIPIENT_SET } from './times-writer';

/** Messages by one sender with one type within one step of time. The other fields describe the first of them. */
export interface Tick extends SenderTypeCount {
  /** Time of sending, milliseconds since 1970. */
  at: number;
  seq: number;
  recipients: string[];
}

interface SenderTypeRow {
  id: number;
  sender: string;
  type: string;
}

export class MessageTimes {
  readonly #columns: MessageColumns;
  readonly #totals: MessageTotals;
  readonly #talk: MessageTalk;
  readonly #statements;

  constructor(db: Database.Database, visitor: RowVisitor) {
    this.#columns = new MessageColumns(db, visitor);
    this.#totals = new MessageTotals(db);
    this.#talk = new MessageTalk(db);
    this.#statements = prepare(db);
  }

  /** The time of sending of the oldest message that has one, milliseconds since 1970; null if there is none. */
  firstMessageAt(): number | null {
    const { at } = this.#statements.first.get() as { at: number | null };
    return at === null ? null : Math.floor(at / 1000);
  }

  /**
   * The figures of a moment over the messages that had been sent by then and are still kept.
   *
   * @param at milliseconds since 1970
   */
  totalsUntil(at: number): Summary {
    return this.#totals.until(at);
  }

  /**
   * Who sent how many messages to whom in a time range. A message to several recipients counts once for each of them; a
   * message to `all` counts for the recipient `all`.
   */
  talk(span: TimeSpan): Talk {
    return this.#talk.in(span);
  }

  /** The exact number of messages by sender and type in a time range. */
  spoken(span: TimeSpan): SenderTypeCount[] {
    const { firstHour, hourAfter, from, before, after, to } = hourParts(span);
    const counts = new Map(this.#statements.spoken.all(firstHour, hourAfter) as [senderType: number, count: number][]);
    this.#addSpoken(counts, from, before - 1);
    this.#addSpoken(counts, after, to);
    const senderTypes = this.#senderTypes();
    return [...counts].map(([senderType, count]) => {
      const { sender, type } = senderTypes.get(senderType) as SenderTypeRow;
      return { sender, type, count };
    });
  }

  /**
   * An upper bound of the number of ticks of a time range, found without counting them: the messages of each hour are
   * counted already, and no hour has more ticks of one sender and type than steps.
   *
   * @param senders ticks of these senders only; of all if left out
   * @returns the bound for a step in milliseconds
   */
  maxTicks({ since, until }: TimeSpan, senders?: readonly string[]): (step: number) => number {
    const hours = { first: Math.floor((since * 1000) / HOUR_US), last: Math.floor((until * 1000) / HOUR_US) };
    const counts = (
      senders === undefined
        ? this.#statements.hourCounts.all(hours)
        : this.#statements.hourCountsOf.all({ ...hours, senders: JSON.stringify(senders) })
    ) as { senderType: number; count: number }[];
    const senderTypes = new Set(counts.map(({ senderType }) => senderType)).size;
    return (step) => {
      const stepsOfAnHour = Math.ceil(HOUR_US / 1000 / step) + 1;
      const byHour = counts.reduce((sum, { count }) => sum + Math.min(count, stepsOfAnHour), 0);
      return Math.min(byHour, senderTypes * (Math.ceil((until - since) / step) + 1));
    };
  }

  /**
   * The messages of a time range; those by one sender with one type within one step are one tick.
   *
   * @param step milliseconds; steps begin at multiples of it, so that ticks keep their places as the range moves on
   * @param senders ticks of these senders only; of all if left out
   */
  ticks({ since, until }: TimeSpan, step: number, senders?: readonly string[]): Tick[] {
    const senderTypes = this.#senderTypes();
    const drawn = senders && new Set(senders);
    const isDrawn = (senderType: number) => !drawn || drawn.has(senderTypes.get(senderType)?.sender ?? '');
    const recipientSets = new Map<number, string[]>();
    return this.#tickCells(since * 1000, until * 1000 + 999, step * 1000, isDrawn).map(
      ({ senderType, recipientSet, count, at, seq }) => {
        const { sender, type } = senderTypes.get(senderType) as SenderTypeRow;
        const recipients = recipientSets.get(recipientSet) ?? this.#recipients(recipientSet);
        recipientSets.set(recipientSet, recipients);
        return { sender, type, count, at: Math.floor(at / 1000), seq, recipients };
      },
    );
  }

  /** Grouped here and not in SQL: SQLite would sort all messages to group them. Microseconds. */
  #tickCells(since: number, until: number, step: number, isDrawn: (senderType: number) => boolean): TickCell[] {
    const cells: TickCell[] = [];
    const bySenderType = new Map<number, StepCells | null>();
    for (const { hour, size, at, senderType, recipientSet, seq } of this.#columns.hours(
      hourOfMicroseconds(since),
      hourOfMicroseconds(until),
    )) {
      for (let n = 0; n < size; n += 1) {
        const sentAt = hour * HOUR_US + (at[n] as number);
        if (sentAt < since || sentAt > until) continue;
        const senderTypeThen = senderType[n] as number;
        let steps = bySenderType.get(senderTypeThen);
        if (steps === undefined) {
          steps = isDrawn(senderTypeThen) ? new StepCells(cells, step) : null;
          bySenderType.set(senderTypeThen, steps);
        }
        steps?.add(sentAt, senderTypeThen, recipientSet[n] as number, seq[n] as number);
      }
    }
    return cells.sort((one, other) => one.at - other.at || one.seq - other.seq);
  }

  /** Counts messages singly, from the same cached hours as the ticks. Microseconds, both included. */
  #addSpoken(counts: Map<number, number>, since: number, until: number): void {
    if (since > until) return;
    for (const { hour, size, at, senderType } of this.#columns.hours(
      hourOfMicroseconds(since),
      hourOfMicroseconds(until),
    )) {
      const [first, last] = [since - hour * HOUR_US, until - hour * HOUR_US];
      for (let n = 0; n < size; n += 1) {
        const sentAt = at[n] as number;
        if (sentAt < first || sentAt > last) continue;
        const senderTypeThen = senderType[n] as number;
        counts.set(senderTypeThen, (counts.get(senderTypeThen) ?? 0) + 1);
      }
    }
  }

  #senderTypes(): Map<number, SenderTypeRow> {
    return new Map(
      (this.#statements.senderTypes.all() as SenderTypeRow[]).map((senderType) => [senderType.id, senderType]),
    );
  }

  #recipients(recipientSet: number): string[] {
    const { recipients } = this.#statements.recipientSet.get(recipientSet) as { recipients: string };
    return JSON.parse(recipients) as string[];
  }
}

function hourOfMicroseconds(microseconds: number): number {
  return Math.floor(microseconds / HOUR_US);
}

function prepare(db: Database.Database) {
  const hourCounts = `SELECT voice AS senderType, count FROM hours WHERE audience = ${ANY_RECIPIENT_SET} AND hour BETWEEN @first AND @last`;
  return {
    first: db.prepare('SELECT min(sent_at) AS at FROM messages WHERE sent_at IS NOT NULL'),
    spoken: db
      .prepare(
        `SELECT voice, sum(count) FROM hours
         WHERE audience = ${ANY_RECIPIENT_SET} AND hour >= ? AND hour < ? GROUP BY voice`,
      )
      .raw(),
    hourCounts: db.prepare(hourCounts),
    hourCountsOf: db.prepare(
      `SELECT senderType, count FROM (${hourCounts})
       WHERE senderType IN (SELECT id FROM voices WHERE sender IN (SELECT value FROM json_each(@senders)))`,
    ),
    senderTypes: db.prepare('SELECT id, sender, type FROM voices'),
    recipientSet: db.prepare('SELECT recipients FROM audiences WHERE id = ?'),
  };
}
