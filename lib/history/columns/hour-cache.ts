/**
 * Caches rows of the database by hour between questions: a timeline is asked for again and again, and reading a day of
 * rows is most of its work. Each hour is an object with columns of numbers.
 */

/** The rows of one hour. */
export interface HourRows {
  /** Number of rows; grows while rows are added. */
  readonly size: number;
}

/** The state of the database at one question. */
export interface CachePlace {
  /** Another value means that cached rows are no longer valid. */
  epoch: string;
  /** The highest row number ever given. */
  head: number;
}

export interface HourCacheOptions<Rows extends HourRows> {
  /** Upper bound of cached rows between questions; an hour counts as one more, so that empty hours are bounded too. */
  maxRows: number;
  /** If more rows than this were recorded since the last question, all hours are read again instead. */
  maxAdded: number;
  /** @param capacity expected number of rows, 0 if unknown */
  create(hour: number, capacity: number): Rows;
}

/** Reads rows of the hours from `first` to `last` into the cache: with `peek`, and `grew` for each row. */
export type ReadHours = (first: number, last: number) => void;

/** Missing hours in sequence are read with one statement, up to this number. */
const MAX_HOURS_PER_READ = 24;

export class HourCache<Rows extends HourRows> {
  readonly #options: HourCacheOptions<Rows>;
  /** By hours since 1970, the least recently used first. */
  readonly #hours = new Map<number, Rows>();
  /** Rows and hours in `#hours`. */
  #cached = 0;
  #place: CachePlace = { epoch: '', head: 0 };

  constructor(options: HourCacheOptions<Rows>) {
    this.#options = options;
  }

  /**
   * Starts a question. Drops all hours if they are invalid, or if too many rows were added.
   *
   * @param isInvalid whether cached rows are wrong for a reason that `place` does not show
   * @returns whether all hours were dropped; and the row number after which the caller must add rows to the cached
   *   hours, null if there is nothing to add
   */
  advance(place: CachePlace, isInvalid = false): { cleared: boolean; addAfter: number | null } {
    const before = this.#place;
    this.#place = place;
    const isOther = isInvalid || place.epoch !== before.epoch || place.head < before.head;
    if (isOther || place.head - before.head > this.#options.maxAdded) {
      this.#hours.clear();
      this.#cached = 0;
      return { cleared: true, addAfter: null };
    }
    const hasNew = this.#hours.size > 0 && place.head > before.head;
    return { cleared: false, addAfter: hasNew ? before.head : null };
  }

  /** @returns a cached hour without marking it as used */
  peek(hour: number): Rows | undefined {
    return this.#hours.get(hour);
  }

  /** Must be called for each row that is added to a cached hour. */
  grew(): void {
    this.#cached += 1;
  }

  /**
   * @param hours hours since 1970, ascending
   * @param read reads missing hours
   * @param sizeOf the number of rows that an hour must have, or it is read again: rows were dropped from the database
   * @returns the rows of these hours, each valid until the next one is taken
   */
  *read(hours: readonly number[], read: ReadHours, sizeOf?: (hour: number) => number | undefined): Iterable<Rows> {
    const isComplete = (hour: number) => {
      const rows = this.#hours.get(hour);
      return rows !== undefined && (sizeOf === undefined || rows.size === sizeOf(hour));
    };
    try {
      for (const [index, hour] of hours.entries()) {
        if (!isComplete(hour)) {
          this.#evict();
          const end = Math.min(hours.length, index + MAX_HOURS_PER_READ);
          let last = hour;
          for (let next = index; next < end && !isComplete(hours[next] as number); next += 1) {
            last = hours[next] as number;
            this.#put(last, this.#options.create(last, sizeOf?.(last) ?? 0));
          }
          read(hour, last);
        }
        const rows = this.#hours.get(hour) as Rows;
        this.#hours.delete(hour);
        this.#hours.set(hour, rows);
        yield rows;
      }
    } finally {
      this.#evict();
    }
  }

  #put(hour: number, rows: Rows): void {
    this.#drop(hour);
    this.#hours.set(hour, rows);
    this.#cached += rows.size + 1;
  }

  #drop(hour: number): void {
    const rows = this.#hours.get(hour);
    if (!rows) return;
    this.#hours.delete(hour);
    this.#cached -= rows.size + 1;
  }

  #evict(): void {
    for (const hour of this.#hours.keys()) {
      if (this.#cached <= this.#options.maxRows) return;
      this.#drop(hour);
    }
  }
}
