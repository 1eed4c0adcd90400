/**
 * Questions about messages by their time of sending: figures of a moment, ticks of a timeline, who wrote to whom. Read-
 * only.
 */
import type Database from 'better-sqlite3';
import type { TimeSpan } from '../contract/time-span';
import { HOUR_US, MessageColumns } from './columns/message-columns';
import type { RowVisitor } from './columns/row-visitor';
import { StepCells, type TickCell } from './columns/step-cells';
import { hourParts } from './hour-parts';
import { MessageTalk, type Talk, type VoiceCount } from './message-talk';
import { MessageTotals } from './message-totals';
import type { Summary } from './summary';
import { ANY_AUDIENCE } from './times-writer';

/** Messages by one sender with one type within one step of time. The other fields describe the first of them. */
export interface Tick extends VoiceCount {
  /** Time of sending, milliseconds since 1970. */
  at: number;
  seq: number;
  recipients: string[];
}

interface VoiceRow {
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
  spoken(span: TimeSpan): VoiceCount[] {
    const { firstHour, hourAfter, from, before, after, to } = hourParts(span);
    const counts = new Map(this.#statements.spoken.all(firstHour, hourAfter) as [voice: number, count: number][]);
    this.#addSpoken(counts, from, before - 1);
    this.#addSpoken(counts, after, to);
    const voices = this.#voices();
    return [...counts].map(([voice, count]) => {
      const { sender, type } = voices.get(voice) as VoiceRow;
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
  mostTicks({ since, until }: TimeSpan, senders?: readonly string[]): (step: number) => number {
    const hours = { first: Math.floor((since * 1000) / HOUR_US), last: Math.floor((until * 1000) / HOUR_US) };
    const counts = (
      senders === undefined
        ? this.#statements.hourCounts.all(hours)
        : this.#statements.hourCountsOf.all({ ...hours, senders: JSON.stringify(senders) })
    ) as { voice: number; count: number }[];
    const voices = new Set(counts.map(({ voice }) => voice)).size;
    return (step) => {
      const stepsOfAnHour = Math.ceil(HOUR_US / 1000 / step) + 1;
      const byHour = counts.reduce((sum, { count }) => sum + Math.min(count, stepsOfAnHour), 0);
      return Math.min(byHour, voices * (Math.ceil((until - since) / step) + 1));
    };
  }

  /**
   * The messages of a time range; those by one sender with one type within one step are one tick.
   *
   * @param step milliseconds; steps begin at multiples of it, so that ticks keep their places as the range moves on
   * @param senders ticks of these senders only; of all if left out
   */
  ticks({ since, until }: TimeSpan, step: number, senders?: readonly string[]): Tick[] {
    const voices = this.#voices();
    const drawn = senders && new Set(senders);
    const isDrawn = (voice: number) => !drawn || drawn.has(voices.get(voice)?.sender ?? '');
    const audiences = new Map<number, string[]>();
    return this.#tickCells(since * 1000, until * 1000 + 999, step * 1000, isDrawn).map(
      ({ voice, audience, count, at, seq }) => {
        const { sender, type } = voices.get(voice) as VoiceRow;
        const recipients = audiences.get(audience) ?? this.#recipients(audience);
        audiences.set(audience, recipients);
        return { sender, type, count, at: Math.floor(at / 1000), seq, recipients };
      },
    );
  }

  /** Grouped here and not in SQL: SQLite would sort all messages to group them. Microseconds. */
  #tickCells(since: number, until: number, step: number, isDrawn: (voice: number) => boolean): TickCell[] {
    const cells: TickCell[] = [];
    const byVoice = new Map<number, StepCells | null>();
    for (const { hour, size, at, voice, audience, seq } of this.#columns.hours(hourOf(since), hourOf(until))) {
      for (let n = 0; n < size; n += 1) {
        const sentAt = hour * HOUR_US + (at[n] as number);
        if (sentAt < since || sentAt > until) continue;
        const voiceThen = voice[n] as number;
        let steps = byVoice.get(voiceThen);
        if (steps === undefined) {
          steps = isDrawn(voiceThen) ? new StepCells(cells, step) : null;
          byVoice.set(voiceThen, steps);
        }
        steps?.add(sentAt, voiceThen, audience[n] as number, seq[n] as number);
      }
    }
    return cells.sort((one, other) => one.at - other.at || one.seq - other.seq);
  }

  /** Counts messages singly, from the same cached hours as the ticks. Microseconds, both included. */
  #addSpoken(counts: Map<number, number>, since: number, until: number): void {
    if (since > until) return;
    for (const { hour, size, at, voice } of this.#columns.hours(hourOf(since), hourOf(until))) {
      const [first, last] = [since - hour * HOUR_US, until - hour * HOUR_US];
      for (let n = 0; n < size; n += 1) {
        const sentAt = at[n] as number;
        if (sentAt < first || sentAt > last) continue;
        const voiceThen = voice[n] as number;
        counts.set(voiceThen, (counts.get(voiceThen) ?? 0) + 1);
      }
    }
  }

  #voices(): Map<number, VoiceRow> {
    return new Map((this.#statements.voices.all() as VoiceRow[]).map((voice) => [voice.id, voice]));
  }

  #recipients(audience: number): string[] {
    const { recipients } = this.#statements.audience.get(audience) as { recipients: string };
    return JSON.parse(recipients) as string[];
  }
}

function hourOf(microseconds: number): number {
  return Math.floor(microseconds / HOUR_US);
}

function prepare(db: Database.Database) {
  const hourCounts = `SELECT voice, count FROM hours WHERE audience = ${ANY_AUDIENCE} AND hour BETWEEN @first AND @last`;
  return {
    first: db.prepare('SELECT min(sent_at) AS at FROM messages WHERE sent_at IS NOT NULL'),
    spoken: db
      .prepare(
        `SELECT voice, sum(count) FROM hours
         WHERE audience = ${ANY_AUDIENCE} AND hour >= ? AND hour < ? GROUP BY voice`,
      )
      .raw(),
    hourCounts: db.prepare(hourCounts),
    hourCountsOf: db.prepare(
      `SELECT voice, count FROM (${hourCounts})
       WHERE voice IN (SELECT id FROM voices WHERE sender IN (SELECT value FROM json_each(@senders)))`,
    ),
    voices: db.prepare('SELECT id, sender, type FROM voices'),
    audience: db.prepare('SELECT recipients FROM audiences WHERE id = ?'),
  };
}
