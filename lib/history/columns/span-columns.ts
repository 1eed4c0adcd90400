/**
 * Spans of health and of locks as columns of numbers, kept from one question to the next: what has ended does not change
 * any more, and reading a day of it is most of a timeline's work. Those that last are read each time.
 */
import type Database from 'better-sqlite3';
import type { TimeSpan } from '../../contract/time-span';
import type { RowVisitor } from './row-visitor';
import { LaneNames, Names, SpanCells } from './span-cells';

const HOUR_MS = 3_600_000;
/** So many spans are kept, 36 bytes each; those asked for last. */
const MAX_KEPT = 500_000;
/** More than these are not added to what is known but read anew. */
const MAX_ADDED = 20_000;
/** Missing hours in a row are read with one statement. */
const HOURS_AT_ONCE = 24;
/** Lives of agents, or subjects of spans; with more, all is forgotten. */
const MAX_TEXTS = 50_000;

/** What a lock's span is of. */
export interface SpanSubject {
  /** Lock file. */
  subject: string;
  path: string;
}

interface Touching {
  health: SpanCells;
  locks: SpanCells;
}

/** `life` is null of a lock. */
type TakeSpan = (
  id: number,
  life: string | null,
  agent: string,
  value: string,
  since: number,
  until: number | null,
) => void;

export class SpanColumns {
  readonly #visitor: RowVisitor;
  readonly #statements;
  /** What began within an hour (since 1970) and has ended; the one asked for last stands last. */
  readonly #hours = new Map<number, Touching>();
  readonly #subjects = new Map<number, SpanSubject>();
  #kept = 0;
  #lanes = new LaneNames();
  #values = new Names();
  #lasting = this.#nothing();
  #lastingIds = new Set<number>();
  #epoch = '';
  #head = 0;
  #prunedBefore = EVER.since;

  constructor(db: Database.Database, visitor: RowVisitor) {
    this.#visitor = visitor;
    this.#statements = prepare(db);
  }

  /**
   * What touches a span of time. Locks of one agent and state that begin and end within one step are counted together as
   * the first of them, healths of one life of an agent as the longest. To be called within one transaction, or what is known and what
   * is read may differ.
   *
   * @param step milliseconds
   */
  touching(span: TimeSpan, step: number): Touching {
    const range = this.#refresh();
    // What is due to be pruned is gone, or the answer would depend on how far pruning has come.
    const asked = { since: Math.max(span.since, this.#prunedBefore), until: span.until };
    const first = Math.max(hourOfMs(asked.since), range.first);
    const last = Math.min(hourOfMs(asked.until), range.last);
    const found = this.#nothing();
    const add = (some: Touching) => {
      found.health.addTouching(some.health, asked);
      found.locks.addTouching(some.locks, asked);
    };
    add(this.#lasting);
    add(this.#ended({ since: EVER.since, until: Math.min(first * HOUR_MS - 1, asked.until) }, asked.since));
    for (let hour = first; hour <= last; hour += 1) add(this.#hour(hour, last));
    const after = { since: Math.max(first, last + 1) * HOUR_MS, until: asked.until };
    if (after.since <= after.until) add(this.#ended(after, asked.since));
    this.#forgetOldest();
    found.health.joinShort(step, asked, 'longest');
    found.locks.joinShort(step, asked, 'first');
    return found;
  }

  /** @returns what the span of a lock is of */
  subjectFor(id: number): SpanSubject {
    let subject = this.#subjects.get(id);
    if (!subject) {
      subject = this.#statements.subject.get(id) as SpanSubject;
      this.#subjects.set(id, subject);
    }
    return subject;
  }

  /**
   * Takes what has ended since the last question into the hours that are known, and reads what lasts.
   *
   * @returns between which hours it is worth while to keep what began
   */
  #refresh(): { first: number; last: number } {
    const place = this.#statements.place.get() as Place;
    const prunedBefore = place.known === null ? EVER.since : pruningEnds(place.known);
    // The first snapshot is older than it was where a clock was set back: what was gone must not come back.
    const another = place.epoch !== this.#epoch || place.head < this.#head || prunedBefore < this.#prunedBefore;
    const texts = Math.max(this.#lanes.size, this.#subjects.size);
    if (another || place.head - this.#head > MAX_ADDED || texts > MAX_TEXTS) this.#forget();
    else if (this.#hours.size > 0) this.#visit(this.#statements.added, [this.#head], this.#intoHour);
    const before = this.#lastingIds;
    this.#lasting = this.#nothing();
    this.#lastingIds = new Set();
    this.#visit(this.#statements.lasting, [], (...span) => {
      this.#lastingIds.add(span[0]);
      addTo(this.#lasting, span);
    });
    const gone = [...before].filter((id) => !this.#lastingIds.has(id));
    if (gone.length > 0) this.#visit(this.#statements.these, [JSON.stringify(gone)], this.#intoHour);
    this.#epoch = place.epoch;
    this.#head = place.head;
    this.#prunedBefore = prunedBefore;
    return { first: hourOfMs(place.first ?? 0), last: hourOfMs(place.last ?? 0) };
  }

  readonly #intoHour: TakeSpan = (...span) => {
    const hour = this.#hours.get(hourOfMs(span[4]));
    if (!hour) return;
    addTo(hour, span);
    this.#kept += 1;
  };

  /** What began in an hour; where it is not known, it is read with those after it that are not known either. */
  #hour(hour: number, last: number): Touching {
    const known = this.#hours.get(hour) ?? this.#read(hour, last);
    this.#hours.delete(hour);
    this.#hours.set(hour, known);
    return known;
  }

  #read(from: number, last: number): Touching {
    let next = from;
    for (; next <= last && next < from + HOURS_AT_ONCE && !this.#hours.has(next); next += 1) {
      this.#hours.set(next, this.#nothing());
      this.#kept += 1;
    }
    const seconds = [(from * HOUR_MS) / 1000, (next * HOUR_MS) / 1000, EVER.since];
    this.#visit(this.#statements.ended, seconds, this.#intoHour);
    return this.#hours.get(from) as Touching;
  }

  /** What began within a span of time, whole seconds, and ended at or after a moment; none of it is kept. */
  #ended({ since, until }: TimeSpan, endedFrom: number): Touching {
    const found = this.#nothing();
    const seconds = [since / 1000, (until + 1) / 1000, Math.floor(endedFrom / 1000)];
    this.#visit(this.#statements.ended, seconds, (...span) => addTo(found, span));
    return found;
  }

  #visit(statement: Database.Statement, values: readonly unknown[], take: TakeSpan): void {
    this.#visitor.each(statement, values, take);
  }

  #nothing(): Touching {
    return { health: new SpanCells(this.#lanes, this.#values), locks: new SpanCells(this.#lanes, this.#values) };
  }

  #forget(): void {
    this.#hours.clear();
    this.#lastingIds.clear();
    this.#subjects.clear();
    this.#kept = 0;
    this.#lanes = new LaneNames();
    this.#values = new Names();
  }

  #forgetOldest(): void {
    for (const [hour, { health, locks }] of this.#hours) {
      if (this.#kept <= MAX_KEPT) return;
      this.#hours.delete(hour);
      this.#kept -= health.size + locks.size + 1;
    }
  }
}

const EVER: TimeSpan = { since: Number.MIN_SAFE_INTEGER, until: Number.MAX_SAFE_INTEGER };

interface Place {
  epoch: string;
  head: number;
  known: number | null;
  first: number | null;
  last: number | null;
}

/** Paths of locks are left out: to read them of each span would cost more than all the rest. */
const VISIT = `SELECT visit(id, CASE kind WHEN 'health' THEN path END, agent, value, since, until)
  FROM spans WHERE kind IN ('health', 'lock')`;

function prepare(db: Database.Database) {
  return {
    place: db.prepare(
      `SELECT value AS epoch, coalesce((SELECT seq FROM sqlite_sequence WHERE name = 'spans'), 0) AS head,
         (SELECT min(at) FROM snapshots) AS known,
         (SELECT since FROM spans ORDER BY id LIMIT 1) AS first,
         (SELECT since FROM spans ORDER BY id DESC LIMIT 1) AS last
       FROM meta WHERE key = 'epoch'`,
    ),
    lasting: db.prepare(`${VISIT} AND until IS NULL`),
    added: db.prepare(`${VISIT} AND until IS NOT NULL AND id > ?`),
    these: db.prepare(`${VISIT} AND until IS NOT NULL AND id IN (SELECT value FROM json_each(?))`),
    ended: db.prepare(
      `${VISIT} AND until IS NOT NULL
       AND id IN (SELECT id FROM span_times WHERE since >= ? AND since < ? AND until >= ?)`,
    ),
    subject: db.prepare('SELECT subject, path FROM spans WHERE id = ?'),
  };
}

function addTo({ health, locks }: Touching, [id, life, agent, value, since, until]: Parameters<TakeSpan>): void {
  (life === null ? locks : health).add({ agent, life: life ?? '', value, count: 1, id, since, until });
}

/** @returns the first instant that pruning leaves spans of; it drops what ended in a whole second before what is known */
function pruningEnds(known: number): number {
  return (Math.floor(known / 1000) - 1) * 1000 + 1;
}

function hourOfMs(at: number): number {
  return Math.floor(at / HOUR_MS);
}
