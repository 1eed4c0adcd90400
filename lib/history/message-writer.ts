/** Writes messages together with everything that is counted of them, and with the checkpoint of the log. */
import { crc32 } from 'node:zlib';
import type Database from 'better-sqlite3';
import { failedCount } from '../contract/failed-count';
import { type KeptMessage, keptMessage, type Line } from './kept-message';
import type { LiveSummary } from './live-summary';
import type { Meta } from './meta';
import type { ReadTime } from './read-time';
import { indexed, messageSender, messageType, recipientNames } from './search-terms';
import { MINUTE_US } from './time-units';
import { type TimesBatch, TimesWriter } from './times-writer';

/** What an append changes besides rows, summed up first: one statement for each key instead of one for each line. */
interface Tally {
  types: Map<string, number>;
  minutes: Map<number, { count: number; first: number; last: number }>;
  times: TimesBatch;
  failed: number;
  latestActivity: unknown;
}

/** A message of an agent team of Claude Code. */
export interface TeamLine extends Line {
  team: string;
  /** Unique in its team. */
  key: string;
}

/** The key of a message that was recorded, and when, milliseconds since 1970. */
export interface TeamKey {
  team: string;
  key: string;
  at: number;
}

/** The messages of teams that were new. */
export interface AppendedTeam {
  kept: KeptMessage[];
  fields: readonly Line['fields'][];
}

/** An inbox has a message for minutes, and a transcript is read again when its session is shown again. */
const MAX_TEAM_KEYS = 100_000;
const TEAM_KEYS_PER_PRUNE = 1000;

/** A message that was recorded without anything that is derived from its fields. */
export interface UnjudgedMessage {
  seq: number;
  error: unknown;
}

export class MessageWriter {
  readonly #meta: Meta;
  readonly #summary: LiveSummary;
  readonly #readTime: ReadTime;
  readonly #times: TimesWriter;
  readonly #statements;
  readonly #append;
  readonly #appendTeam;
  #teamsCounted = 0;
  #unjudged: UnjudgedMessage[] = [];

  constructor(db: Database.Database, meta: Meta, summary: LiveSummary, readTime: ReadTime) {
    this.#meta = meta;
    this.#summary = summary;
    this.#readTime = readTime;
    this.#times = new TimesWriter(db);
    this.#statements = prepare(db);
    this.#append = db.transaction(this.#appendInTransaction.bind(this));
    this.#appendTeam = db.transaction(this.#appendTeamInTransaction.bind(this));
  }

  /** The number of kept messages of the log with exactly this line. */
  copiesOf({ text }: Line): number {
    const found = this.#statements.copies.get(crc32(text), text) as { count: number };
    return found.count;
  }

  /** See `History.takeUnjudged`. */
  takeUnjudged(): UnjudgedMessage[] {
    const unjudged = this.#unjudged;
    this.#unjudged = [];
    return unjudged;
  }

  /** See `History.append`. */
  append(
    lines: readonly Line[],
    checkpoint: string,
    recordedAt: number,
    before: string | null | undefined,
  ): KeptMessage[] | null {
    this.#unjudged = [];
    // Immediate: a transaction that first reads and then writes would fail if another process wrote in between.
    return this.#append.immediate(lines, checkpoint, recordedAt, before);
  }

  /** See `History.appendTeam`. */
  appendTeam(messages: readonly TeamLine[], recordedAt: number): AppendedTeam {
    this.#unjudged = [];
    return this.#appendTeam.immediate(messages, recordedAt);
  }

  /** See `History.teamKeys`. */
  teamKeys(limit: number): TeamKey[] {
    return this.#statements.newestTeams.all(limit) as TeamKey[];
  }

  /** See `History.keepTeamKeys`. */
  keepTeamKeys(keys: readonly TeamKey[]): void {
    for (const { team, key, at } of keys) this.#statements.claimTeam.run(team, key, at);
  }

  #appendTeamInTransaction(messages: readonly TeamLine[], recordedAt: number): AppendedTeam {
    const { claimTeam, pruneTeams } = this.#statements;
    const fresh = messages.filter(({ team, key }) => claimTeam.run(team, key, recordedAt).changes > 0);
    this.#teamsCounted += fresh.length;
    if (this.#teamsCounted >= TEAM_KEYS_PER_PRUNE) {
      this.#teamsCounted = 0;
      pruneTeams.run();
    }
    return { kept: this.#insertAll(fresh, recordedAt), fields: fresh.map(({ fields }) => fields) };
  }

  #appendInTransaction(
    lines: readonly Line[],
    checkpoint: string,
    recordedAt: number,
    before: string | null | undefined,
  ): KeptMessage[] | null {
    if (before !== undefined && this.#meta.read('checkpoint') !== before) return null;
    const kept = this.#insertAll(lines, recordedAt);
    this.#meta.write('checkpoint', checkpoint);
    return kept;
  }

  #insertAll(lines: readonly Line[], recordedAt: number): KeptMessage[] {
    const times = this.#times.begin();
    const tally: Tally = { types: new Map(), minutes: new Map(), times, failed: 0, latestActivity: undefined };
    const kept = lines.map((line) => this.#insert(line, recordedAt, tally));
    for (const [type, count] of tally.types) this.#statements.addType.run({ type, count });
    for (const [minute, { count, first, last }] of tally.minutes) {
      this.#statements.addMinute.run({ minute, count, first, last });
    }
    times.flush();
    if (tally.failed > 0) this.#meta.write('failed', String(this.#meta.readNumber('failed') + tally.failed));
    if (tally.latestActivity !== undefined) this.#meta.write('latest_activity', JSON.stringify(tally.latestActivity));
    return kept;
  }

  /** @returns what is derived from the fields of a line; on a fault, what is derived from a line without fields */
  #derive(line: Line): { derived: Derived; fault: { error: unknown } | null } {
    try {
      return { derived: derive(line, this.#readTime), fault: null };
    } catch (error) {
      return { derived: derive({ ...line, fields: {} }, () => null), fault: { error } };
    }
  }

  #insert(line: Line, recordedAt: number, tally: Tally): KeptMessage {
    const { text, kept, team = null } = line;
    const { derived, fault } = this.#derive(line);
    const { type, failed, sentAt, sender, recipients, search, timestamp } = derived;
    const speech = tally.times.speech(sender, type, recipients);
    tally.times.count(speech, sentAt, failed, 1);
    const { senderType, recipientSet } = speech;
    const { lastInsertRowid } = this.#statements.insert.run(
      kept?.seq ?? null,
      recordedAt,
      sentAt,
      type,
      failed,
      crc32(text),
      text,
      senderType,
      recipientSet,
      team,
    );
    const seq = Number(lastInsertRowid);
    if (fault) this.#unjudged.push({ seq, error: fault.error });
    this.#statements.index.run(seq, search.content, search.tags);
    tally.types.set(type, (tally.types.get(type) ?? 0) + 1);
    tally.failed += failed;
    if (timestamp !== undefined && timestamp !== null) tally.latestActivity = timestamp;
    if (sentAt !== null) {
      this.#summary.add(sentAt);
      const minute = Math.floor(sentAt / MINUTE_US);
      const known = tally.minutes.get(minute);
      tally.minutes.set(minute, { count: (known?.count ?? 0) + 1, first: known?.first ?? seq, last: seq });
    }
    return keptMessage({ seq, sent_at: sentAt, line: text, team });
  }
}

type Derived = ReturnType<typeof derive>;

/** What is kept of a line besides its text. */
function derive({ fields, kept }: Line, readTime: ReadTime) {
  const type = messageType(fields);
  return {
    type,
    failed: failedCount(fields),
    sentAt: kept ? kept.sentAt : readTime(fields.timestamp),
    sender: messageSender(fields),
    recipients: recipientNames(fields),
    search: indexed(fields, type),
    timestamp: fields.timestamp,
  };
}

function prepare(db: Database.Database) {
  return {
    insert: db.prepare(
      `INSERT INTO messages (seq, recorded_at, sent_at, type, failed, line_hash, line, voice, audience, team)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    ),
    index: db.prepare('INSERT INTO search (rowid, content, tags) VALUES (?, ?, ?)'),
    addType: db.prepare(
      'INSERT INTO types VALUES (@type, @count) ON CONFLICT (type) DO UPDATE SET count = count + excluded.count',
    ),
    addMinute: db.prepare(
      `INSERT INTO minutes VALUES (@minute, @count, @first, @last) ON CONFLICT (minute) DO UPDATE SET
       count = count + excluded.count, last_seq = excluded.last_seq`,
    ),
    copies: db.prepare('SELECT count(*) AS count FROM messages WHERE line_hash = ? AND line = ? AND team IS NULL'),
    newestTeams: db.prepare('SELECT team, key, at FROM team_messages ORDER BY at DESC LIMIT ?'),
    claimTeam: db.prepare('INSERT OR IGNORE INTO team_messages VALUES (?, ?, ?)'),
    pruneTeams: db.prepare(`DELETE FROM team_messages WHERE (team, key) IN
      (SELECT team, key FROM team_messages ORDER BY at DESC LIMIT -1 OFFSET ${MAX_TEAM_KEYS})`),
  };
}
