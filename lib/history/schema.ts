/**
 * The schema of a history as numbered steps. A new database runs all steps, an older one those after its
 * `user_version`, so both end with the same tables. A released step is never edited: databases that ran it do not run
 * it again.
 */
import type Database from 'better-sqlite3';
import { fillTimes } from './fill-times';

/** Marks a SQLite file as ours ("CSwD"), so that a foreign database is never written to. */
export const APPLICATION_ID = 0x43537744;

/**
 * SQL for the `msg_id` of a message; NULL where the line has none that is a string. `json_valid` is needed because
 * SQLite refuses some lines that JavaScript parses, such as one with a thousand levels of nesting. Queries must use
 * this exact text, or SQLite does not use the index `messages_by_id`.
 */
export const MSG_ID =
  "CASE WHEN json_valid(line) AND json_type(line, '$.msg_id') = 'text' THEN line ->> '$.msg_id' END";

/** Version 1: messages with their full-text index, counts for the charts, and the journal of changes. */
const MESSAGES_AND_JOURNAL = `
  CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;

  -- AUTOINCREMENT: a seq is never given twice, even after the row was pruned.
  CREATE TABLE messages (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    recorded_at INTEGER NOT NULL,
    sent_at INTEGER,            -- microseconds since 1970; null if the timestamp is unreadable
    type TEXT NOT NULL,
    failed INTEGER NOT NULL,    -- number of recipients that did not get the message
    line_hash INTEGER NOT NULL, -- finds candidates for equal lines; their texts are then compared
    line TEXT NOT NULL
  );
  CREATE INDEX messages_by_line ON messages (line_hash);

  -- One index answers full text and every exact filter: tags has a token for each sender, recipient and type.
  CREATE VIRTUAL TABLE search USING fts5 (
    content, tags, content = '', contentless_delete = 1, tokenize = 'unicode61 remove_diacritics 2'
  );

  CREATE TABLE types (type TEXT PRIMARY KEY, count INTEGER NOT NULL) WITHOUT ROWID;

  -- Messages by minute of sending: the chart of the last hour, and the range of seq that contains a time.
  CREATE TABLE minutes (
    minute INTEGER PRIMARY KEY, count INTEGER NOT NULL, first_seq INTEGER NOT NULL, last_seq INTEGER NOT NULL
  );

  CREATE TABLE journal (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    at INTEGER NOT NULL,        -- milliseconds since 1970
    kind TEXT NOT NULL,
    subject TEXT NOT NULL,
    body TEXT                   -- JSON; null if the thing was removed
  );
  CREATE INDEX journal_by_time ON journal (at);
  -- The last journaled body of each thing: the next change is compared with it.
  CREATE TABLE journal_now (
    kind TEXT NOT NULL, subject TEXT NOT NULL, body TEXT NOT NULL, PRIMARY KEY (kind, subject)
  ) WITHOUT ROWID;
`;

/** Version 2: answers questions about the past (timeline, state at a moment, who wrote to whom). */
const PAST = `
  -- Numbers for a sender with a type, and for recipients (a JSON array of names). An index over numbers is a third of
  -- the size and is grouped in a third of the time. count: number of messages that use the row.
  CREATE TABLE voices (
    id INTEGER PRIMARY KEY, sender TEXT NOT NULL, type TEXT NOT NULL, count INTEGER NOT NULL, UNIQUE (sender, type)
  );
  CREATE TABLE audiences (id INTEGER PRIMARY KEY, recipients TEXT NOT NULL UNIQUE, count INTEGER NOT NULL);
  ALTER TABLE messages ADD COLUMN voice INTEGER;
  ALTER TABLE messages ADD COLUMN audience INTEGER;
  -- Contains every column that is counted or drawn, so that no row is read for it.
  CREATE INDEX messages_by_time ON messages (sent_at, voice, audience, failed) WHERE sent_at IS NOT NULL;

  -- Messages with a time, by hour, sender with type, and recipients. Rows with audience 0 count each message once,
  -- whatever its recipients. audience is the first key column: totals read only the rows with audience 0.
  CREATE TABLE hours (
    audience INTEGER NOT NULL, hour INTEGER NOT NULL, voice INTEGER NOT NULL,
    count INTEGER NOT NULL, failed INTEGER NOT NULL, PRIMARY KEY (audience, hour, voice)
  ) WITHOUT ROWID;

  -- The whole state after a journal entry. The state at a moment is the newest snapshot before it plus later entries.
  CREATE TABLE snapshots (journal_id INTEGER PRIMARY KEY, at INTEGER NOT NULL, body TEXT NOT NULL);
  CREATE INDEX snapshots_by_time ON snapshots (at);

  -- Intervals: the health of an agent, a lock in one state, a time for which something is unknown.
  CREATE TABLE spans (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    kind TEXT NOT NULL,
    subject TEXT NOT NULL,      -- agent id, lock file, source
    agent TEXT NOT NULL,        -- the agent in whose lane it is drawn; '' if none
    path TEXT NOT NULL,         -- lock: its path; health: key of the life of the agent's id; else ''
    value TEXT NOT NULL,        -- health, state of the lock or of the source
    detail TEXT,                -- reason of the lock, why something is unknown, pid and pane of an agent (JSON)
    since INTEGER NOT NULL,     -- milliseconds since 1970
    until INTEGER,              -- null while it continues
    ended TEXT
  );
  CREATE INDEX spans_by_agent ON spans (agent, kind, since);
  CREATE INDEX spans_by_path ON spans (path, since) WHERE path <> '';
  CREATE INDEX spans_open ON spans (kind, subject) WHERE until IS NULL;
  -- Finds the spans that touch a time range; whole seconds since 1970, rounded outwards.
  CREATE VIRTUAL TABLE span_times USING rtree_i32 (id, since, until);

  CREATE INDEX messages_by_id ON messages (${MSG_ID});
`;

/** Version 3: alerts that wait for delivery and what each receiver knows; outbox.ts writes the bodies as JSON. */
const OUTBOX = `
  CREATE TABLE alert_matters (
    receiver TEXT NOT NULL, matter TEXT NOT NULL, body TEXT NOT NULL, PRIMARY KEY (receiver, matter)
  ) WITHOUT ROWID;
  CREATE TABLE alert_queue (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    receiver TEXT NOT NULL,
    matter TEXT NOT NULL,
    event TEXT NOT NULL,        -- new, resolved
    body TEXT NOT NULL
  );
  CREATE INDEX alert_queue_by_receiver ON alert_queue (receiver, id);
  CREATE INDEX alert_queue_by_matter ON alert_queue (receiver, matter);
  -- For each receiver: the post in delivery, the result of its attempts so far, and counters.
  CREATE TABLE alert_receivers (name TEXT PRIMARY KEY, body TEXT NOT NULL) WITHOUT ROWID;
`;

/** Version 4: acknowledged and snoozed attention items; see dispositions.ts. Times are milliseconds since 1970. */
const DISPOSITIONS = `
  CREATE TABLE dispositions (
    id TEXT PRIMARY KEY,        -- of the attention item
    fingerprint TEXT NOT NULL,  -- of the facts that were acknowledged or snoozed
    acknowledged_by TEXT,
    acknowledged_at INTEGER,    -- null: not acknowledged
    snoozed_by TEXT,
    snoozed_at INTEGER,         -- null: not snoozed
    snoozed_until INTEGER,      -- null: until the facts change
    seen_at INTEGER NOT NULL    -- when the item last existed, at most a little earlier
  ) WITHOUT ROWID;
`;

/** Version 5: tokens and cost of agents, and how far transcripts were read; see usage.ts. */
const USAGE = `
  -- One row for each answer of the API. An agent of '' is not known.
  CREATE TABLE usage (
    id INTEGER PRIMARY KEY,
    message TEXT NOT NULL UNIQUE, -- its id: forks and resumed sessions repeat it in other files
    at INTEGER NOT NULL,          -- milliseconds since 1970
    agent TEXT NOT NULL,
    session TEXT NOT NULL,
    subagent TEXT,
    model TEXT NOT NULL,
    input INTEGER NOT NULL,
    output INTEGER NOT NULL,
    cache_read INTEGER NOT NULL,
    cache_write_5m INTEGER NOT NULL,
    cache_write_1h INTEGER NOT NULL,
    cost REAL                     -- US dollars; null while the model has no known price
  );
  CREATE INDEX usage_by_time ON usage (at);
  CREATE INDEX usage_unpriced ON usage (model) WHERE cost IS NULL;

  -- Sums by quarter of an hour since 1970, which divides the days and hours of every zone.
  CREATE TABLE usage_quarters (
    quarter INTEGER NOT NULL, agent TEXT NOT NULL, model TEXT NOT NULL,
    messages INTEGER NOT NULL, input INTEGER NOT NULL, output INTEGER NOT NULL, cache_read INTEGER NOT NULL,
    cache_write_5m INTEGER NOT NULL, cache_write_1h INTEGER NOT NULL,
    priced INTEGER NOT NULL,      -- messages with a cost
    cost REAL NOT NULL,           -- of these
    unpriced_tokens INTEGER NOT NULL,
    PRIMARY KEY (quarter, agent, model)
  ) WITHOUT ROWID;
  -- The same sums since the history began; the retention keeps them.
  CREATE TABLE usage_totals (
    agent TEXT NOT NULL, model TEXT NOT NULL,
    messages INTEGER NOT NULL, input INTEGER NOT NULL, output INTEGER NOT NULL, cache_read INTEGER NOT NULL,
    cache_write_5m INTEGER NOT NULL, cache_write_1h INTEGER NOT NULL,
    priced INTEGER NOT NULL, cost REAL NOT NULL, unpriced_tokens INTEGER NOT NULL,
    PRIMARY KEY (agent, model)
  ) WITHOUT ROWID;

  CREATE TABLE transcript_marks (
    file TEXT PRIMARY KEY, head TEXT NOT NULL, offset INTEGER NOT NULL,
    at INTEGER NOT NULL           -- when it was set, milliseconds since 1970
  ) WITHOUT ROWID;
`;

/** Version 6: messages of agent teams of Claude Code beside those of the log; see team-messages.ts. */
const TEAM_MESSAGES = `
  ALTER TABLE messages ADD COLUMN team TEXT; -- the name of the team; null for a line of the log
  -- Keys of the messages that were recorded, so that none is recorded twice.
  CREATE TABLE team_messages (
    team TEXT NOT NULL, key TEXT NOT NULL,
    at INTEGER NOT NULL,        -- when it was recorded, milliseconds since 1970
    PRIMARY KEY (team, key)
  ) WITHOUT ROWID;
`;

/** Version 7: the record of commands; see actions.ts. Times are milliseconds since 1970. */
const ACTIONS = `
  -- AUTOINCREMENT: cursors are ids, and an id is never given twice.
  CREATE TABLE actions (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    run TEXT NOT NULL UNIQUE,   -- a random name of this one execution
    process TEXT NOT NULL,      -- a random name of the process that carries it out
    at INTEGER NOT NULL,
    ended_at INTEGER,           -- null until its outcome is recorded
    principal TEXT NOT NULL,    -- '' if there were no credentials
    client TEXT NOT NULL,
    action TEXT NOT NULL,
    target TEXT,
    agent TEXT,                 -- the agent concerned
    request TEXT NOT NULL,      -- JSON
    outcome TEXT NOT NULL,      -- started, until its end; unknown if its process ended before
    detail TEXT,
    key TEXT,                   -- Idempotency-Key; null if there is none, or it is forgotten
    fingerprint TEXT,           -- hash of the command and its body
    answer TEXT                 -- what a repeated key is answered with, JSON
  );
  CREATE INDEX actions_by_time ON actions (at);
  CREATE INDEX actions_by_agent ON actions (agent, id) WHERE agent IS NOT NULL;
  CREATE UNIQUE INDEX actions_by_key ON actions (principal, key) WHERE key IS NOT NULL;
  CREATE INDEX actions_with_key ON actions (at) WHERE key IS NOT NULL;
  CREATE INDEX actions_started ON actions (process) WHERE outcome = 'started';
`;

interface Step {
  /** The `user_version` of a database after the step. */
  version: number;
  /**
   * Returns the number of messages that were read again to fill new tables; null if the step adds empty tables only.
   */
  apply(db: Database.Database): number | null;
}

const STEPS: readonly Step[] = [
  { version: 1, apply: (db) => addTables(db, MESSAGES_AND_JOURNAL) },
  { version: 2, apply: addPast },
  { version: 3, apply: (db) => addTables(db, OUTBOX) },
  { version: 4, apply: (db) => addTables(db, DISPOSITIONS) },
  { version: 5, apply: (db) => addTables(db, USAGE) },
  { version: 6, apply: (db) => addTables(db, TEAM_MESSAGES) },
  { version: 7, apply: (db) => addTables(db, ACTIONS) },
];

const FIRST_VERSION = 1;
export const SCHEMA_VERSION = STEPS.length;

/** @returns whether `migrate` can bring a database with this `user_version` up to date */
export function isEarlierVersion(version: unknown): boolean {
  return typeof version === 'number' && version >= FIRST_VERSION && version < SCHEMA_VERSION;
}

/**
 * Runs the steps after `version` and sets `user_version`. Call it inside an exclusive transaction, so that a failure
 * leaves the database as it was.
 *
 * @param version the `user_version` of the database, 0 if it is empty
 * @returns the number of messages that were read again; null if no step had to read them
 */
export function migrate(db: Database.Database, version: number): number | null {
  let messages: number | null = null;
  for (const step of STEPS.slice(version)) messages = step.apply(db) ?? messages;
  db.pragma(`user_version = ${SCHEMA_VERSION}`);
  return messages;
}

/**
 * Adds indexes that only make reading faster. They need no version of their own: an earlier version of the dashboard
 * keeps them up to date without knowing them.
 *
 * @param db no other process writes to it
 */
export function addIndexes(db: Database.Database): void {
  // Finds the changes of tasks in a time range without reading any other change.
  db.exec("CREATE INDEX IF NOT EXISTS journal_tasks ON journal (at, subject) WHERE kind = 'task'");
}

function addTables(db: Database.Database, sql: string): null {
  db.exec(sql);
  return null;
}

/**
 * Counts the messages of version 1 by time. The journal starts again: version 1 never recorded a whole state, and it
 * had no spans.
 */
function addPast(db: Database.Database): number {
  db.exec(PAST);
  db.exec('DELETE FROM journal_now');
  return fillTimes(db);
}
