/** Spans of health or of locks as columns of numbers: an object for each of many thousand costs more than all the rest. */
import type { TimeSpan } from '../../contract/time-span';

/** Numbers for texts, in the order of their coming. */
export class Names {
  readonly #numbers = new Map<string, number>();
  readonly #texts: string[] = [];

  get size(): number {
    return this.#texts.length;
  }

  numberFor(text: string): number {
    const known = this.#numbers.get(text);
    if (known !== undefined) return known;
    this.#numbers.set(text, this.#texts.length);
    return this.#texts.push(text) - 1;
  }

  textFor(number: number): string {
    return this.#texts[number] as string;
  }
}

/** Numbers for agents and the lives of their ids, in the order of their coming. */
export class LaneNames {
  readonly #numbers = new Map<string, Map<string, number>>();
  readonly #lanes: { agent: string; life: string }[] = [];

  get size(): number {
    return this.#lanes.length;
  }

  /** By number. */
  get lanes(): readonly { agent: string; life: string }[] {
    return this.#lanes;
  }

  numberFor(agent: string, life: string): number {
    let lives = this.#numbers.get(agent);
    if (lives === undefined) {
      lives = new Map();
      this.#numbers.set(agent, lives);
    }
    const known = lives.get(life);
    if (known !== undefined) return known;
    lives.set(life, this.#lanes.length);
    return this.#lanes.push({ agent, life }) - 1;
  }
}

/** One span, or several of one life of an agent that are drawn as one. */
export interface SpanCell {
  agent: string;
  /** Of a health: which life of the agent's id; of a lock ''. */
  life: string;
  /** Health, or state of the lock. */
  value: string;
  /** How many spans it stands for; the other fields are those of one of them. */
  count: number;
  /** The number of the span: leads to what it is of. */
  id: number;
  /** Milliseconds since 1970; null while it lasts. */
  since: number;
  until: number | null;
}

/** Who stands for several: the first of them, whose values are alike, or the longest of whatever value. */
export type Keep = 'first' | 'longest';

export class SpanCells {
  readonly #lanes: LaneNames;
  readonly #values: Names;
  #size = 0;
  #columns = columnsFor(16);

  /**
   * @param lanes numbers of agents' lives, shared by cells that rows are copied between
   * @param values the same of values
   */
  constructor(lanes = new LaneNames(), values = new Names()) {
    this.#lanes = lanes;
    this.#values = values;
  }

  get size(): number {
    return this.#size;
  }

  /** How many spans these stand for. */
  get total(): number {
    const { count } = this.#columns;
    let sum = 0;
    for (let row = 0; row < this.#size; row += 1) sum += count[row] as number;
    return sum;
  }

  add({ agent, life, value, count, id, since, until }: SpanCell): void {
    this.#makeRoom(1);
    const columns = this.#columns;
    const row = this.#size++;
    columns.lane[row] = this.#lanes.numberFor(agent, life);
    columns.value[row] = this.#values.numberFor(value);
    columns.count[row] = count;
    columns.id[row] = id;
    columns.since[row] = since;
    columns.until[row] = until ?? Number.POSITIVE_INFINITY;
  }

  /** Adds those of others that touch a span of time. */
  addTouching(others: SpanCells, span: TimeSpan): void {
    this.#makeRoom(others.#size);
    const { since, until } = others.#columns;
    for (let row = 0; row < others.#size; row += 1) {
      const touches = (since[row] as number) <= span.until && (until[row] as number) >= span.since;
      if (touches) copyRow(others.#columns, row, this.#columns, this.#size++);
    }
  }

  /** @returns whose they are */
  agents(): string[] {
    const there = new Uint8Array(this.#lanes.size);
    for (let row = 0; row < this.#size; row += 1) there[this.#columns.lane[row] as number] = 1;
    const lanes = this.#lanes.lanes.filter((_, number) => there[number] === 1);
    return [...new Set(lanes.map(({ agent }) => agent))];
  }

  /** Leaves those of some agents. */
  keepAgents(isKept: (agent: string) => boolean): void {
    const kept = this.#lanes.lanes.map(({ agent }) => isKept(agent));
    const size = this.#size;
    this.#size = 0;
    for (let row = 0; row < size; row += 1) {
      if (kept[this.#columns.lane[row] as number]) copyRow(this.#columns, row, this.#columns, this.#size++);
    }
  }

  /**
   * Makes one of those of one life that begin and end within one step of time.
   *
   * @param span what they touch
   */
  joinShort(step: number, span: TimeSpan, keep: Keep): void {
    const { since, until } = this.#columns;
    const first = Math.floor(span.since / step);
    this.#join(keep, (row) => {
      const begin = Math.floor((since[row] as number) / step);
      return Math.floor((until[row] as number) / step) === begin ? begin - first : ALONE;
    });
  }

  /** Makes one of those of one life that begin in one step and end in one; what reaches beyond the span is cut at its edge. */
  joinAlike(step: number, span: TimeSpan, keep: Keep): void {
    const { since, until } = this.#columns;
    const first = Math.floor(span.since / step);
    const steps = Math.floor(span.until / step) - first + 2;
    this.#join(keep, (row) => {
      const begin = Math.floor(Math.max(since[row] as number, span.since) / step) - first;
      const end = until[row] as number;
      const last = end === Number.POSITIVE_INFINITY ? steps - 1 : Math.floor(Math.min(end, span.until) / step) - first;
      return begin * steps + last;
    });
  }

  /** In the order of their beginning. */
  list(): SpanCell[] {
    const { id, lane, value, count, since, until } = this.#columns;
    return Array.from({ length: this.#size }, (_, row): SpanCell => {
      const end = until[row] as number;
      return {
        ...(this.#lanes.lanes[lane[row] as number] as { agent: string; life: string }),
        value: this.#values.textFor(value[row] as number),
        count: count[row] as number,
        id: id[row] as number,
        since: since[row] as number,
        until: end === Number.POSITIVE_INFINITY ? null : end,
      };
    }).sort((one, other) => one.since - other.since || one.id - other.id);
  }

  /** @param placeAt a number; those of one life (and, if only the like stand together, of one value) that share it become one */
  #join(keep: Keep, placeAt: (row: number) => number): void {
    const columns = this.#columns;
    const { value, count } = columns;
    const values = keep === 'first' ? this.#values.size : 1;
    const lanes = this.#lanes.size * values;
    const joined = new Map<number, number>();
    const size = this.#size;
    this.#size = 0;
    for (let row = 0; row < size; row += 1) {
      const place = placeAt(row);
      const lane = (columns.lane[row] as number) * values + (keep === 'first' ? (value[row] as number) : 0);
      const key = place * lanes + lane;
      const known = place === ALONE ? undefined : joined.get(key);
      if (known === undefined) {
        if (place !== ALONE) joined.set(key, this.#size);
        copyRow(columns, row, columns, this.#size++);
        continue;
      }
      const sum = (count[known] as number) + (count[row] as number);
      if (outweighs(columns, row, known, keep)) copyRow(columns, row, columns, known);
      count[known] = sum;
    }
  }

  #makeRoom(rows: number): void {
    if (this.#size + rows <= this.#columns.id.length) return;
    const larger = columnsFor(2 * (this.#size + rows));
    for (const name of COLUMNS) larger[name].set(this.#columns[name]);
    this.#columns = larger;
  }
}

const ALONE = -1;
const COLUMNS = ['id', 'lane', 'value', 'count', 'since', 'until'] as const;

interface Columns {
  id: Float64Array;
  lane: Int32Array;
  value: Int32Array;
  count: Int32Array;
  since: Float64Array;
  /** Infinity while it lasts. */
  until: Float64Array;
}

function columnsFor(rows: number): Columns {
  return {
    id: new Float64Array(rows),
    lane: new Int32Array(rows),
    value: new Int32Array(rows),
    count: new Int32Array(rows),
    since: new Float64Array(rows),
    until: new Float64Array(rows),
  };
}

function copyRow(from: Columns, row: number, to: Columns, place: number): void {
  to.id[place] = from.id[row] as number;
  to.lane[place] = from.lane[row] as number;
  to.value[place] = from.value[row] as number;
  to.count[place] = from.count[row] as number;
  to.since[place] = from.since[row] as number;
  to.until[place] = from.until[row] as number;
}

function outweighs({ id, since, until }: Columns, one: number, other: number, keep: Keep): boolean {
  const earlier = (since[other] as number) - (since[one] as number);
  const longer = (until[one] as number) - (until[other] as number) + earlier;
  const by = keep === 'first' ? earlier : longer;
  return by > 0 || (!(by < 0) && (id[one] as number) < (id[other] as number));
}
