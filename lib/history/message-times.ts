/** What messages say by their time of sending: figures of a moment, ticks of a timeline, who talks to whom. Reads only. */
import type Database from 'better-sqlite3';
import type { TimeSpan } from '../contract/time-span';
import { HOUR_US, MessageColumns } from './columns/message-columns';
import type { RowVisitor } from './columns/row-visitor';
import { StepCells, type TickCell } from './columns/step-cells';
import type { Summary } from './summary';
import { ANY_RECIPIENT_SET } from './times-writer';

const SECOND_US = 1_000_000;
const MINUTE_US = 60 * SECOND_US;
const MINUTES_OF_AN_HOUR = 60;
/** So many messages before and after the whole hours are counted one by one; of more, their hours count whole. */
const EDGE_MESSAGES = 50_000;

/** How often one sender spoke with one type. */
export interface SenderTypeCount {
  /** '' if the lines name none. */
  sender: string;
  type: string;
  count: number;
}

/** Messages of one sender and type within one step of time. */
export interface Tick extends SenderTypeCount {
  /** Of the first of them: when it was sent (milliseconds since 1970), its seq, and to whom it went. */
  at: number;
  seq: number;
  recipients: string[];
}

export interface Talk {
  /** What was counted, where that is more than what was asked for. */
  span: TimeSpan;
  pairs: (SenderTypeCount & { recipient: string })[];
}

export class MessageTimes {
  readonly #columns: MessageColumns;
  readonly #statements;

  constructor(db: Database.Database, visitor: RowVisitor) {
    this.#columns = new MessageColumns(db, visitor);
    this.#statements = prepare(db);
  }

  /** When the oldest message was sent that has a time, milliseconds since 1970; null if there is none. */
  firstMessageAt(): number | null {
    const { at } = this.#statements.first.get() as { at: number | null };
    return at === null ? null : Math.floor(at / 1000);
  }

  /**
   * The figures of a moment: of the messages that had been sent by then, kept until now.
   *
   * @param at milliseconds since 1970
   */
  totalsUntil(at: number): Summary {
    const until = at * 1000 + 999;
    const hour = Math.floor(until / HOUR_US);
    const rows = this.#statements.totals.all({ hour, since: hour * HOUR_US, until }) as (SenderTypeCount & Failed)[];
    const types = new Map<string, number>();
    let [count, failed] = [0, 0];
    for (const row of rows) {
      types.set(row.type, (types.get(row.type) ?? 0) + row.count);
      count += row.count;
      failed += row.failed;
    }
    const { line } = (this.#statements.newest.get(until) as { line: string } | undefined) ?? {};
    const latestActivity = line === undefined ? null : (JSON.parse(line) as { timestamp?: unknown }).timestamp;
    return {
      count,
      types: Object.fromEntries(types),
      failed,
      latestActivity,
      minutes: this.#minutes(until),
      seconds: this.#seconds(until),
    };
  }

  /** How often each spoke in a span of time, exactly. */
  spoken(span: TimeSpan): SenderTypeCount[] {
    const { firstHour, hourAfter, from, before, after, to } = this.#parts(span);
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
   * The most ticks that there can be for a span of time with a step, without counting them: what one hour holds is
   * known, and no hour has more ticks of one sender and type than steps.
   *
   * @param senders whose; everyone's if left out
   * @returns that number for a step in milliseconds
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
   * The messages of a span of time, those of one sender and type within one step together.
   *
   * @param step milliseconds; steps begin at multiples of it, so that they stay where they are as time goes on
   * @param senders whose; everyone's if left out
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

  /**
   * Who sent how much to whom in a span of time; a message to several counts for each of them, one to `all` for `all`.
   */
  talk(span: TimeSpan): Talk {
    const counted = this.#withinBounds(span);
    const rows = this.#statements.talk.all(this.#parts(counted)) as (SenderTypeCount & { recipients: string })[];
    const pairs = new Map<string, Map<string, Map<string, number>>>();
    for (const { sender, type, count, recipients } of rows) {
      for (const recipient of JSON.parse(recipients) as string[]) {
        const ofSender = known(pairs, sender, () => new Map<string, Map<string, number>>());
        const types = known(ofSender, recipient, () => new Map<string, number>());
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

  /** Counted here: SQLite would sort all messages to group them. Microseconds. */
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

  /** Counts messages one by one, of hours that the ticks are made of as well; microseconds, both included. */
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

  /** Whole hours, and before and after them what is counted one by one; microseconds. */
  #parts({ since, until }: TimeSpan) {
    const [from, to] = [since * 1000, until * 1000 + 999];
    const [firstHour, hourAfter] = [Math.ceil(from / HOUR_US), Math.floor((to + 1) / HOUR_US)];
    if (firstHour >= hourAfter) return { firstHour: 0, hourAfter: 0, from, before: to + 1, after: to + 1, to };
    return { firstHour, hourAfter, from, before: firstHour * HOUR_US, after: hourAfter * HOUR_US, to };
  }

  #withinBounds(span: TimeSpan): TimeSpan {
    const { from, before, after, to } = this.#parts(span);
    const { count } = this.#statements.edges.get({ from, before, after, to, most: EDGE_MESSAGES + 1 }) as Counted;
    if (count <= EDGE_MESSAGES) return span;
    const hour = HOUR_US / 1000;
    return { since: Math.floor(span.since / hour) * hour, until: Math.ceil((span.until + 1) / hour) * hour - 1 };
  }

  /** Messages by minute of sending, the hour before an instant; the minute that it cuts is counted from rows. */
  #minutes(until: number): [number, number][] {
    const last = Math.floor(until / MINUTE_US);
    const whole = this.#statements.minutes.all(last - MINUTES_OF_AN_HOUR, last) as [number, number][];
    const { count } = this.#statements.between.get(last * MINUTE_US, until) as Counted;
    return count === 0 ? whole : [...whole, [last, count]];
  }

  #seconds(until: number): [number, number][] {
    return this.#statements.seconds.all(until - MINUTE_US, until) as [number, number][];
  }

  #recipients(recipientSet: number): string[] {
    const { recipients } = this.#statements.recipientSet.get(recipientSet) as { recipients: string };
    return JSON.parse(recipients) as string[];
  }
}

interface Failed {
  failed: number;
}

interface Counted {
  count: number;
}

function hourOfMicroseconds(microseconds: number): number {
  return Math.floor(microseconds / HOUR_US);
}

interface SenderTypeRow {
  id: number;
  sender: string;
  type: string;
}

function known<Key, Value>(map: Map<Key, Value>, key: Key, make: () => Value): Value {
  const found = map.get(key) ?? make();
  map.set(key, found);
  return found;
}

const ofSenders = (names: string) =>
  `AND voice IN (SELECT id FROM voices WHERE sender IN (SELECT value FROM json_each(${names})))`;

function prepare(db: Database.Database) {
  const hourCounts = `SELECT voice AS senderType, count FROM hours WHERE audience = ${ANY_RECIPIENT_SET} AND hour BETWEEN @first AND @last`;
  const edges = `SELECT voice, audience FROM messages WHERE sent_at >= @from AND sent_at < @before
     UNION ALL SELECT voice, audience FROM messages WHERE sent_at >= @after AND sent_at <= @to`;
  return {
    first: db.prepare('SELECT min(sent_at) AS at FROM messages WHERE sent_at IS NOT NULL'),
    totals: db.prepare(
      `SELECT sender, type, sum(sums.count) AS count, sum(failed) AS failed FROM (
         SELECT voice, sum(count) AS count, sum(failed) AS failed FROM hours
           WHERE audience = ${ANY_RECIPIENT_SET} AND hour < @hour GROUP BY voice
         UNION ALL SELECT voice, count(*), sum(failed) FROM messages
           WHERE sent_at BETWEEN @since AND @until GROUP BY voice
       ) AS sums JOIN voices ON voices.id = voice GROUP BY voice`,
    ),
    newest: db.prepare(
      `SELECT line FROM messages WHERE sent_at = (SELECT max(sent_at) FROM messages WHERE sent_at <= ?)
       ORDER BY seq DESC LIMIT 1`,
    ),
    minutes: db
      .prepare('SELECT minute, count FROM minutes WHERE minute >= ? AND minute < ? AND count > 0 ORDER BY minute')
      .raw(),
    between: db.prepare('SELECT count(*) AS count FROM messages WHERE sent_at BETWEEN ? AND ?'),
    seconds: db
      .prepare(
        `SELECT sent_at / ${SECOND_US} AS second, count(*) FROM messages
         WHERE sent_at > ? AND sent_at <= ? GROUP BY second ORDER BY second`,
      )
      .raw(),
    spoken: db
      .prepare(
        `SELECT voice, sum(count) FROM hours
         WHERE audience = ${ANY_RECIPIENT_SET} AND hour >= ? AND hour < ? GROUP BY voice`,
      )
      .raw(),
    hourCounts: db.prepare(hourCounts),
    hourCountsOf: db.prepare(`${hourCounts} ${ofSenders('@senders')}`),
    edges: db.prepare(`SELECT count(*) AS count FROM (SELECT 1 FROM (${edges}) LIMIT @most)`),
    senderTypes: db.prepare('SELECT id, sender, type FROM voices'),
    recipientSet: db.prepare('SELECT recipients FROM audiences WHERE id = ?'),
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
