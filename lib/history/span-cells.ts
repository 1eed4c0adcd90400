/** What lasted within a span of time, counted for a timeline: spans too short to be drawn one by one stand together. */
import type Database from 'better-sqlite3';
import type { TimeSpan } from './message-times';
import type { RowVisitor } from './row-visitor';

/** Spans of one agent and value that begin in one step of time and end in one. */
export interface SpanCell {
  agent: string;
  /** Health, or state of the lock. */
  value: string;
  /** How many spans it stands for; of locks the other fields are those of the first, of health those of the longest. */
  count: number;
  /** The number of the span: leads to what it is of. */
  id: number;
  /** Milliseconds since 1970; null while it lasts. */
  since: number;
  until: number | null;
}

/** What a lock's span is of. */
export interface SpanSubject {
  /** Lock file. */
  subject: string;
  path: string;
}

export class SpanCells {
  readonly #visitor: RowVisitor;
  readonly #statements;

  constructor(db: Database.Database, visitor: RowVisitor) {
    this.#visitor = visitor;
    this.#statements = { touching: db.prepare(TOUCHING), subject: db.prepare(SUBJECT) };
  }

  /**
   * What touches a span of time, in order of beginning. Locks of one agent and state that begin and end within one step
   * are counted together as the first of them, healths of one agent as the longest.
   *
   * @param step milliseconds
   */
  touching({ since, until }: TimeSpan, step: number): { health: SpanCell[]; locks: SpanCell[] } {
    const health = new Gathering(step, 'longest');
    const locks = new Gathering(step, 'first');
    const seconds = [Math.ceil(until / 1000), Math.floor(since / 1000)];
    this.#visitor.each(
      this.#statements.touching,
      [...seconds, until, since],
      (id: number, isLock: number, agent: string, value: string, begin: number, end: number | null) =>
        (isLock ? locks : health).add(id, agent, value, begin, end),
    );
    return { health: health.cells(), locks: locks.cells() };
  }

  /** @returns what the span of a lock is of */
  subjectOf({ id }: SpanCell): SpanSubject {
    return this.#statements.subject.get(id) as SpanSubject;
  }
}

/** Texts are left out: to read them of each span would cost more than all the rest. */
const TOUCHING = `SELECT visit(id, kind = 'lock', agent, value, since, until) FROM spans
  WHERE id IN (SELECT id FROM span_times WHERE since <= ? AND until >= ?)
  AND kind IN ('health', 'lock') AND since <= ? AND (until IS NULL OR until >= ?)`;
const SUBJECT = 'SELECT subject, path FROM spans WHERE id = ?';

/** Spans of one kind, the short ones put together as they come. */
class Gathering {
  readonly #step: number;
  readonly #keep: 'first' | 'longest';
  readonly #long: SpanCell[] = [];
  /** By agent and value (if only the like stand together), and step. */
  readonly #short = new Map<string, Map<string, Map<number, SpanCell>>>();

  constructor(step: number, keep: 'first' | 'longest') {
    this.#step = step;
    this.#keep = keep;
  }

  add(id: number, agent: string, value: string, since: number, until: number | null): void {
    const cell = { agent, value, count: 1, id, since, until };
    const step = Math.floor(since / this.#step);
    if (until === null || Math.floor(until / this.#step) !== step) {
      this.#long.push(cell);
      return;
    }
    const lane = entryOf(this.#short, agent, () => new Map<string, Map<number, SpanCell>>());
    const steps = entryOf(lane, this.#keep === 'first' ? value : '', () => new Map<number, SpanCell>());
    const known = steps.get(step);
    if (known) cell.count += known.count;
    steps.set(step, known && this.#outweighs(known, cell) ? { ...known, count: cell.count } : cell);
  }

  cells(): SpanCell[] {
    const short = [...this.#short.values()].flatMap((lane) =>
      [...lane.values()].flatMap((steps) => [...steps.values()]),
    );
    return [...this.#long, ...short].sort((one, other) => one.since - other.since || one.id - other.id);
  }

  #outweighs(one: SpanCell, other: SpanCell): boolean {
    const [by, of] = this.#keep === 'first' ? [other.since, one.since] : [lengthOf(one), lengthOf(other)];
    return by > of || (by === of && one.id < other.id);
  }
}

function entryOf<Value>(map: Map<string, Value>, name: string, make: () => Value): Value {
  let found = map.get(name);
  if (found === undefined) {
    found = make();
    map.set(name, found);
  }
  return found;
}

function lengthOf({ since, until }: SpanCell): number {
  return (until ?? Number.POSITIVE_INFINITY) - since;
}
