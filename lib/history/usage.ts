/**
 * Tokens and cost of the answers that agents got from the API, each once, with running sums; and how far transcripts
 * were read. Every process on a history may write here: what another one has recorded already changes nothing.
 */
import type Database from 'better-sqlite3';
import { Meta } from './meta';
import { type AgentSums, addSums, emptySums, QUARTER_MS, SUM_COLUMNS, type UsageSums } from './usage-sums';

/** The tokens of one answer of the API, and when it came, milliseconds since 1970. */
export interface AnswerTokens {
  at: number;
  input: number;
  output: number;
  cacheRead: number;
  cacheWrite5m: number;
  cacheWrite1h: number;
}

/** One answer of the API. */
export interface UsageEntry extends AnswerTokens {
  messageId: string;
  /** Null if it is not known. */
  agentId: string | null;
  sessionId: string;
  subagentId: string | null;
  model: string;
  /** US dollars; null if the model has no known price. */
  cost: number | null;
}

/** How far a transcript was read. */
export interface KeptMark {
  file: string;
  /** A hash of its first line. */
  head: string;
  offset: number;
}

/** Marks of files that were not read for longer are dropped first; those files are read again then. */
const MAX_MARKS = 20_000;
/** A count of tokens beyond this is no count: sums must stay exact. */
const MAX_TOKENS = 1_000_000_000;

interface UnpricedRow extends AnswerTokens {
  id: number;
  agent: string;
}

export class Usage {
  readonly #db: Database.Database;
  readonly #meta: Meta;
  readonly #statements;

  /** @throws errors of SQLite, as all methods do */
  constructor(db: Database.Database) {
    this.#db = db;
    this.#meta = new Meta(db);
    const sums = SUM_COLUMNS.map((name) => `@${name}`).join(', ');
    const added = SUM_COLUMNS.map((name) => `${name} = ${name} + excluded.${name}`).join(', ');
    this.#statements = {
      insert: db.prepare(`INSERT OR IGNORE INTO usage (message, at, agent, session, subagent, model, input, output,
        cache_read, cache_write_5m, cache_write_1h, cost) VALUES (@messageId, @at, @agent, @sessionId, @subagentId,
        @model, @input, @output, @cacheRead, @cacheWrite5m, @cacheWrite1h, @cost)`),
      addQuarter: db.prepare(`INSERT INTO usage_quarters (quarter, agent, model, ${SUM_COLUMNS.join(', ')})
        VALUES (@quarter, @agent, @model, ${sums}) ON CONFLICT (quarter, agent, model) DO UPDATE SET ${added}`),
      addTotal: db.prepare(`INSERT INTO usage_totals (agent, model, ${SUM_COLUMNS.join(', ')})
        VALUES (@agent, @model, ${sums}) ON CONFLICT (agent, model) DO UPDATE SET ${added}`),
      setMark: db.prepare(`INSERT INTO transcript_marks VALUES (@file, @head, @offset, @now) ON CONFLICT (file)
        DO UPDATE SET head = excluded.head, offset = excluded.offset, at = excluded.at`),
      marks: db.prepare('SELECT file, head, offset FROM transcript_marks'),
      pruneMarks: db.prepare(`DELETE FROM transcript_marks WHERE file IN
        (SELECT file FROM transcript_marks ORDER BY at DESC LIMIT -1 OFFSET ${MAX_MARKS})`),
      unpriced:
        db.prepare(`SELECT id, at, agent, input, output, cache_read AS cacheRead, cache_write_5m AS cacheWrite5m,
        cache_write_1h AS cacheWrite1h FROM usage WHERE cost IS NULL AND model = ? LIMIT ?`),
      price: db.prepare('UPDATE usage SET cost = ? WHERE id = ?'),
      unpricedModels: db.prepare('SELECT DISTINCT model FROM usage WHERE cost IS NULL ORDER BY model'),
      models: db.prepare('SELECT DISTINCT model FROM usage_totals'),
      newestBeyond: db.prepare('SELECT at FROM usage ORDER BY at DESC LIMIT 1 OFFSET ?'),
      prune: db.prepare('DELETE FROM usage WHERE id IN (SELECT id FROM usage WHERE at <= ? ORDER BY at LIMIT ?)'),
      pruneQuarters: db.prepare('DELETE FROM usage_quarters WHERE quarter < ?'),
    };
  }

  /**
   * Records answers and how far transcripts were read, in one transaction. Answers that are recorded already, or older
   * than what the retention has dropped, are left out.
   *
   * @param now milliseconds since 1970
   * @returns the number of answers that were added
   */
  record(entries: readonly UsageEntry[], marks: readonly KeptMark[], now: number): number {
    return this.#db
      .transaction(() => {
        const floor = this.#floor();
        const added = entries.filter((entry) => isCountable(entry) && entry.at > floor && this.#insert(entry));
        this.#addSums(added.map((entry) => ({ ...entry, agent: entry.agentId ?? '', sums: sumsOf(entry) })));
        for (const mark of marks) this.#statements.setMark.run({ ...mark, now });
        return added.length;
      })
      .immediate();
  }

  /** @returns how far each transcript was read */
  marks(): KeptMark[] {
    return this.#statements.marks.all() as KeptMark[];
  }

  /** @returns the models of recorded answers without a price */
  unpricedModels(): string[] {
    return (this.#statements.unpricedModels.all() as { model: string }[]).map(({ model }) => model);
  }

  /** @returns all models since the history began */
  models(): string[] {
    return (this.#statements.models.all() as { model: string }[]).map(({ model }) => model);
  }

  /**
   * Gives a cost to answers of a model that were recorded without one.
   *
   * @param cost returns US dollars
   * @param limit upper bound of one call
   * @returns the number of answers that got one
   */
  price(model: string, cost: (tokens: AnswerTokens) => number, limit: number): number {
    return this.#db
      .transaction(() => {
        const rows = this.#statements.unpriced.all(model, limit) as UnpricedRow[];
        const priced = rows.map(({ id, agent, ...tokens }) => {
          const usd = cost(tokens);
          this.#statements.price.run(usd, id);
          const sums = { ...emptySums(), priced: 1, cost: usd, unpriced_tokens: -tokensOf(tokens) };
          return { at: tokens.at, agent, model, sums };
        });
        this.#addSums(priced);
        return rows.length;
      })
      .immediate();
  }

  /**
   * Drops old answers and their sums by quarter of an hour; the sums since the history began stay. Later answers that
   * are as old are not recorded, or they would count twice.
   *
   * @param before milliseconds since 1970
   * @param keep the number of answers to keep
   * @param limit upper bound of one call
   * @returns the number of dropped answers
   */
  prune(before: number, keep: number, limit: number): number {
    return this.#db
      .transaction(() => {
        const beyond = this.#statements.newestBeyond.get(keep) as { at: number } | undefined;
        const floor = Math.max(before, beyond?.at ?? 0, this.#floor());
        if (!Number.isFinite(floor)) return 0;
        const dropped = this.#statements.prune.run(floor, limit).changes;
        this.#statements.pruneQuarters.run(Math.floor(before / QUARTER_MS));
        this.#statements.pruneMarks.run();
        if (dropped > 0) this.#meta.write('usage_floor', String(floor));
        return dropped;
      })
      .immediate();
  }

  #floor(): number {
    const floor = this.#meta.read('usage_floor');
    return floor === null ? Number.NEGATIVE_INFINITY : Number(floor);
  }

  #insert(entry: UsageEntry): boolean {
    const { agentId, ...rest } = entry;
    return this.#statements.insert.run({ ...rest, agent: agentId ?? '' }).changes > 0;
  }

  #addSums(added: readonly { at: number; agent: string; model: string; sums: UsageSums }[]): void {
    const quarters = new Map<string, AgentSums & { quarter: number }>();
    const totals = new Map<string, AgentSums>();
    for (const { at, agent, model, sums } of added) {
      const quarter = Math.floor(at / QUARTER_MS);
      const inQuarter = entryOf(quarters, JSON.stringify([quarter, agent, model]), { quarter, agent, model });
      addSums(inQuarter, sums);
      addSums(entryOf(totals, JSON.stringify([agent, model]), { agent, model }), sums);
    }
    for (const row of quarters.values()) this.#statements.addQuarter.run(row);
    for (const row of totals.values()) this.#statements.addTotal.run(row);
  }
}

function entryOf<Key extends object>(map: Map<string, Key & UsageSums>, id: string, key: Key): Key & UsageSums {
  let entry = map.get(id);
  if (!entry) {
    entry = { ...key, ...emptySums() };
    map.set(id, entry);
  }
  return entry;
}

function sumsOf(entry: UsageEntry): UsageSums {
  return {
    messages: 1,
    input: entry.input,
    output: entry.output,
    cache_read: entry.cacheRead,
    cache_write_5m: entry.cacheWrite5m,
    cache_write_1h: entry.cacheWrite1h,
    priced: entry.cost === null ? 0 : 1,
    cost: entry.cost ?? 0,
    unpriced_tokens: entry.cost === null ? tokensOf(entry) : 0,
  };
}

function tokensOf({ input, output, cacheRead, cacheWrite5m, cacheWrite1h }: AnswerTokens): number {
  return input + output + cacheRead + cacheWrite5m + cacheWrite1h;
}

function isCountable(entry: UsageEntry): boolean {
  const { at, input, output, cacheRead, cacheWrite5m, cacheWrite1h } = entry;
  const isCount = (count: number) => Number.isSafeInteger(count) && count >= 0 && count <= MAX_TOKENS;
  return Number.isSafeInteger(at) && [input, output, cacheRead, cacheWrite5m, cacheWrite1h].every(isCount);
}
