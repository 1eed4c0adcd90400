/**
 * Spans of health, of activities and of locks as columns of numbers, cached between questions by the hour in which they begin. Only
 * ended spans are cached, since they no longer change; those that continue are read for each question.
 */
import type Database from 'better-sqlite3';
import type { TimeSpan } from '../../contract/time-span';
import { type CachePlace, HourCache, type HourRows } from './hour-cache';
import type { RowVisitor } from './row-visitor';
import { LaneNames, Names, SpanCells } from './span-cells';

const HOUR_MS = 3_600_000;
/** 36 bytes each. */
const MAX_CACHED_SPANS = 500_000;
const MAX_ADDED_SPANS = 20_000;
/** Lives of agents, or subjects of spans; if there are more, the cache is cleared. */
const MAX_TEXTS = 50_000;

/** The subject of a lock's span. */
export interface SpanSubject {
  /** Lock file. */
  subject: string;
  path: string;
}

/** A row of `spans`; `life` is null for a lock, and 0 for an activity. */
type SpanValues = [
  id: number,
  life: string | 0 | null,
  agent: string,
  value: string,
  since: number,
  until: number | null,
];

/** Spans of health, of activities and of locks, apart. */
class AgentsAndLocks implements HourRows {
  readonly health: SpanCells;
  readonly activity: SpanCells;
  readonly locks: SpanCells;

  constructor(lanes: LaneNames, values: Names) {
    this.health = new SpanCells(lanes, values);
    this.activity = new SpanCells(lanes, values);
    this.locks = new SpanCells(lanes, values);
  }

  get size(): number {
    return this.health.size + this.activity.size + this.locks.size;
  }

  add([id, life, agent, value, since, until]: SpanValues): void {
    const cells = life === null ? this.locks : life === 0 ? this.activity : this.health;
    cells.add({ agent, life: life || '', value, count: 1, id, since, until });
  }

  /** Adds the spans of others that touch a time range. */
  addTouching(others: AgentsAndLocks, range: TimeSpan): void {
    this.health.addTouching(others.health, range);
    this.activity.addTouching(others.activity, range);
    this.locks.addTouching(others.locks, range);
  }
}

export class SpanColumns {
  readonly #visitor: RowVisitor;
  readonly #statements;
  readonly #cache = new HourCache<AgentsAndLocks>({
    maxRows: MAX_CACHED_SPANS,
    maxAdded: MAX_ADDED_SPANS,
    create: () => this.#empty(),
  });
  readonly #subjects = new Map<number, SpanSubject>();
  #lanes = new LaneNames();
  #values = new Names();
  /** Spans that continue, as of the last question. */
  #open = this.#empty();
  #openIds = new Set<number>();
  #prunedBefore = EVER.since;

  constructor(db: Database.Database, visitor: RowVisitor) {
    this.#visitor = visitor;
    this.#statements = prepare(db);
  }

  /**
   * The spans that touch a time range. Spans that begin and end within one step are counted together: locks of one
   * agent and state as the first of them, healths of one life of an agent and activities of an agent as the longest. Must be called within one
   * transaction, or the cache and what is read may differ.
   *
   * @param step milliseconds
   */
  touching(span: TimeSpan, step: number): Pick<AgentsAndLocks, 'health' | 'activity' | 'locks'> {
    const range = this.#refresh();
    // Spans that are due to be pruned are left out, or the answer would depend on how far pruning has come.
    const asked = { since: Math.max(span.since, this.#prunedBefore), until: span.until };
    const first = Math.max(hourOfMs(asked.since), range.first);
    const last = Math.min(hourOfMs(asked.until), range.last);
    const found = this.#empty();
    found.addTouching(this.#open, asked);
    const before = { since: EVER.since, until: Math.min(first * HOUR_MS - 1, asked.until) };
    found.addTouching(this.#ended(before, asked.since), asked);
    const hours = Array.from({ length: Math.max(0, last - first + 1) }, (_, index) => first + index);
    for (const hour of this.#cache.read(hours, this.#readHours)) found.addTouching(hour, asked);
    const after = { since: Math.max(first, last + 1) * HOUR_MS, until: asked.until };
    if (after.since <= after.until) found.addTouching(this.#ended(after, asked.since), asked);
    found.health.joinShort(step, asked, 'longest');
    found.activity.joinShort(step, asked, 'longest');
    found.locks.joinShort(step, asked, 'first');
    return found;
  }

  /** @returns the subject of a lock's span */
  subjectFor(id: number): SpanSubject {
    let subject = this.#subjects.get(id);
    if (!subject) {
      subject = this.#statements.subject.get(id) as SpanSubject;
      this.#subjects.set(id, subject);
    }
    return subject;
  }

  /**
   * Adds spans that ended since the last question to the cached hours, and reads those that continue.
   *
   * @returns the hours, both included, in which spans began: only these are worth caching
   */
  #refresh(): { first: number; last: number } {
    const place = this.#statements.place.get() as Place;
    const prunedBefore = place.known === null ? EVER.since : pruningEnds(place.known);
    // A clock that was set back can make the first snapshot older than before: pruned spans must not come back.
    const isInvalid = prunedBefore < this.#prunedBefore || Math.max(this.#lanes.size, this.#subjects.size) > MAX_TEXTS;
    this.#prunedBefore = prunedBefore;
    const { cleared, addAfter } = this.#cache.advance(place, isInvalid);
    if (cleared) this.#clearNames();
    if (addAfter !== null) this.#visit(this.#statements.added, [addAfter], this.#intoHour);
    const before = this.#openIds;
    this.#open = this.#empty();
    this.#openIds = new Set();
    this.#visit(this.#statements.open, [], (...span) => {
      this.#openIds.add(span[0]);
      this.#open.add(span);
    });
    const ended = [...before].filter((id) => !this.#openIds.has(id));
    if (ended.length > 0) this.#visit(this.#statements.these, [JSON.stringify(ended)], this.#intoHour);
    return { first: hourOfMs(place.first ?? 0), last: hourOfMs(place.last ?? 0) };
  }

  readonly #intoHour = (...span: SpanValues): void => {
    const hour = this.#cache.peek(hourOfMs(span[4]));
    if (!hour) return;
    hour.add(span);
    this.#cache.grew();
  };

  readonly #readHours = (first: number, last: number): void => {
    const seconds = [(first * HOUR_MS) / 1000, ((last + 1) * HOUR_MS) / 1000, EVER.since];
    this.#visit(this.#statements.ended, seconds, this.#intoHour);
  };

  /** Reads spans that began in a time range (whole seconds) and ended at or after an instant; they are not cached. */
  #ended({ since, until }: TimeSpan, endedFrom: number): AgentsAndLocks {
    const found = this.#empty();
    const seconds = [since / 1000, (until + 1) / 1000, Math.floor(endedFrom / 1000)];
    this.#visit(this.#statements.ended, seconds, (...span) => found.add(span));
    return found;
  }

  #visit(statement: Database.Statement, values: readonly unknown[], take: (...span: SpanValues) => void): void {
    this.#visitor.each(statement, values, take);
  }

  #empty(): AgentsAndLocks {
    return new AgentsAndLocks(this.#lanes, this.#values);
  }

  /** Cached spans refer to names by number, so names are dropped only together with all of them. */
  #clearNames(): void {
    this.#openIds.clear();
    this.#subjects.clear();
    this.#lanes = new LaneNames();
    this.#values = new Names();
  }
}

const EVER: TimeSpan = { since: Number.MIN_SAFE_INTEGER, until: Number.MAX_SAFE_INTEGER };

interface Place extends CachePlace {
  /** When the oldest snapshot was taken: spans that ended before it are due to be pruned. Milliseconds since 1970. */
  known: number | null;
  /** When the span with the lowest and the one with the highest id began. */
  first: number | null;
  last: number | null;
}

/** Paths of locks are left out: reading them for each span would cost more than everything else together. */
const VISIT = `SELECT visit(id, CASE kind WHEN 'health' THEN path WHEN 'activity' THEN 0 END, agent, value, since, until)
  FROM spans WHERE kind IN ('health', 'activity', 'lock')`;

function prepare(db: Database.Database) {
  return {
    place: db.prepare(
      `SELECT value AS epoch, coalesce((SELECT seq FROM sqlite_sequence WHERE name = 'spans'), 0) AS head,
         (SELECT min(at) FROM snapshots) AS known,
         (SELECT since FROM spans ORDER BY id LIMIT 1) AS first,
         (SELECT since FROM spans ORDER BY id DESC LIMIT 1) AS last
       FROM meta WHERE key = 'epoch'`,
    ),
    open: db.prepare(`${VISIT} AND until IS NULL`),
    added: db.prepare(`${VISIT} AND until IS NOT NULL AND id > ?`),
    these: db.prepare(`${VISIT} AND until IS NOT NULL AND id IN (SELECT value FROM json_each(?))`),
    ended: db.prepare(
      `${VISIT} AND until IS NOT NULL
       AND id IN (SELECT id FROM span_times WHERE since >= ? AND since < ? AND until >= ?)`,
    ),
    subject: db.prepare('SELECT subject, path FROM spans WHERE id = ?'),
  };
}

/** @returns the first instant after pruning, which drops spans that ended in a whole second before `known` */
function pruningEnds(known: number): number {
  return (Math.floor(known / 1000) - 1) * 1000 + 1;
}

function hourOfMs(at: number): number {
  return Math.floor(at / HOUR_MS);
}
