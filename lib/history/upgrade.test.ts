/** Databases of earlier versions, created here with the schema of that time; opening them runs the later steps. */
import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, test } from 'node:test';
import Database from 'better-sqlite3';
import { actionRecord } from '../../test/support/action-records';
import { answered } from '../../test/support/claude-usage';
import { readMicroseconds } from '../sources/claudeswarm/naive-time';
import { actionIds } from './action-rows';
import { Actions } from './actions';
import { upgrades } from './database';
import { History, type Line } from './history';
import { HistoryFault } from './history-fault';
import { RecorderLock } from './recorder-lock';
import { SCHEMA_VERSION } from './schema';
import { Usage } from './usage';

const folder = mkdtempSync(join(tmpdir(), 'upgrade-'));
after(() => rmSync(folder, { recursive: true, force: true }));

const NOW = Date.parse('2026-02-03T09:30:00Z');
const SCHEMA = readFileSync(join(import.meta.dirname, '../../test/fixtures/history/first-version.sql'), 'utf8');
const readTime = (text: unknown) => readMicroseconds(text, 'UTC');
let files = 0;

const lines: Line[] = Array.from({ length: 5000 }, (_, index) => {
  const fields = {
    sender: index % 7 === 0 ? 5 : `agent-${index % 5}`,
    msg_type: index % 3 === 0 ? 'QUESTION' : 'INFO',
    recipients: index % 4 === 0 ? ['all', 'all'] : `agent-${index % 3}`,
    timestamp: index % 11 === 0 ? null : new Date(NOW - index * 3000).toISOString(),
    failure_count: index % 2,
    content: `number ${index}`,
  };
  return { text: JSON.stringify(fields), fields };
});

/** Creates a database of version 1 with the lines; `lastLine` replaces the last one. */
function firstVersion(lastLine?: string): string {
  files += 1;
  const file = join(folder, `state-${files}`, 'history.sqlite');
  mkdirSync(dirname(file));
  const db = new Database(file);
  db.pragma('journal_mode = WAL');
  db.exec(SCHEMA);
  db.exec("INSERT INTO meta VALUES ('epoch', 'first'), ('checkpoint', '{}')");
  const insert = db.prepare(
    'INSERT INTO messages (recorded_at, sent_at, type, failed, line_hash, line) VALUES (?, ?, ?, ?, 0, ?)',
  );
  const addType = db.prepare(
    'INSERT INTO types VALUES (?, 1) ON CONFLICT (type) DO UPDATE SET count = count + excluded.count',
  );
  const addMinute = db.prepare(
    'INSERT INTO minutes VALUES (?, 1, ?, ?) ON CONFLICT (minute) DO UPDATE SET count = count + 1',
  );
  db.transaction(() => {
    for (const [index, { fields, text }] of lines.entries()) {
      const at = readTime(fields.timestamp);
      const line = index === lines.length - 1 ? (lastLine ?? text) : text;
      insert.run(NOW, at, fields.msg_type, fields.failure_count, line);
      addType.run(fields.msg_type);
      if (at !== null) addMinute.run(Math.floor(at / 60_000_000), index + 1, index + 1);
    }
    db.exec("INSERT INTO journal_now VALUES ('agent', 'agent-1', '{}')");
  })();
  db.pragma(`application_id = ${0x43537744}`);
  db.pragma('user_version = 1');
  db.close();
  return file;
}

/** Everything that is counted of messages, with names in place of the numbers of the tables. */
function counts(history: History) {
  const all = (sql: string) => history.db.prepare(sql).all();
  return {
    hours: all(`SELECT hour, sender, type, recipients, hours.count, failed FROM hours JOIN voices ON voices.id = voice
      LEFT JOIN audiences ON audiences.id = audience ORDER BY 1, 2, 3, 4`),
    voices: all('SELECT sender, type, count FROM voices ORDER BY 1, 2'),
    audiences: all('SELECT recipients, count FROM audiences ORDER BY 1'),
    messages: all(`SELECT seq, sender, recipients FROM messages JOIN voices ON voices.id = voice
      JOIN audiences ON audiences.id = audience ORDER BY 1`),
    totals: history.times.totalsUntil(NOW - 60_000),
  };
}

function schemaVersion(file: string): unknown {
  const db = new Database(file, { readonly: true });
  try {
    return db.pragma('user_version', { simple: true });
  } finally {
    db.close();
  }
}

const USAGE_TABLES = ['usage', 'usage_quarters', 'usage_totals', 'transcript_marks'];

const unusable = (error: unknown) => error instanceof HistoryFault && error.kind === 'unusable';

test('History: a database of version 1 gets the same counts as a new database, and keeps its epoch', () => {
  const reported: unknown[] = [];
  upgrades.subscribe((sentence) => reported.push(sentence));
  const upgraded = new History(firstVersion(), { readTime });
  assert.match(reported.join(), /^The history \S+ with \d+ messages was brought up to date in [\d.]+ s\.$/);
  const fresh = new History(':memory:', { readTime });
  fresh.append(lines, '{}', NOW);
  assert.deepEqual(counts(upgraded), counts(fresh));
  assert.equal(upgraded.epoch, 'first');
  assert.equal(upgraded.checkpoint(), '{}');
  assert.deepEqual(upgraded.db.prepare('SELECT * FROM journal_now').all(), []);
  assert.equal(upgraded.append(lines.slice(0, 1), '{}', NOW)[0]?.seq, lines.length + 1);
  while (upgraded.prune({ days: 30, messages: 0 }, NOW, 1000) > 0);
  assert.deepEqual(upgraded.db.prepare('SELECT * FROM hours').all(), []);
  upgraded.close();
});

test('History: an upgrade that fails half-way leaves version 1 unchanged', () => {
  const file = firstVersion('no JSON');
  assert.throws(() => new History(file, { readTime }));
  assert.equal(schemaVersion(file), 1);
  const db = new Database(file);
  const tables = db.prepare("SELECT name FROM sqlite_schema WHERE name IN ('hours', 'voices', 'spans')").all();
  assert.deepEqual(tables, []);
  db.prepare('UPDATE messages SET line = ? WHERE seq = ?').run('{}', lines.length);
  db.close();
  new History(file, { readTime }).close();
  assert.equal(schemaVersion(file), SCHEMA_VERSION);
});

test('History: an earlier version stays unchanged for a reader, and while another process records in it', () => {
  const file = firstVersion();
  const lock = RecorderLock.take(file);
  assert.ok(lock);
  assert.throws(() => new History(file, { readTime }), unusable);
  assert.equal(schemaVersion(file), 1);
  lock.release();
  assert.throws(() => new History(file, { readTime, readonly: true }), unusable);
  assert.equal(schemaVersion(file), 1);
  new History(file, { readTime }).close();
  assert.equal(schemaVersion(file), SCHEMA_VERSION);
  new History(file, { readTime, readonly: true }).close();
});

function withoutTeams({ db }: History): void {
  db.exec('DROP TABLE actions; DROP TABLE team_messages; ALTER TABLE messages DROP COLUMN team');
}

test('History: a database of version 2 gets an outbox and keeps everything else', () => {
  files += 1;
  const file = join(folder, `state-${files}`, 'history.sqlite');
  const before = new History(file, { readTime });
  before.append(lines.slice(0, 10), '{}', NOW);
  const tables = before.db.prepare("SELECT sql FROM sqlite_schema WHERE name LIKE 'alert%' ORDER BY name").all();
  withoutTeams(before);
  for (const name of ['alert_matters', 'alert_queue', 'alert_receivers', 'dispositions', ...USAGE_TABLES])
    before.db.exec(`DROP TABLE ${name}`);
  before.db.exec("INSERT INTO journal_now VALUES ('agent', 'agent-1', '{}')");
  before.db.pragma('user_version = 2');
  before.close();
  assert.throws(() => new History(file, { readTime, readonly: true }), unusable);
  const after = new History(file, { readTime });
  assert.equal(schemaVersion(file), SCHEMA_VERSION);
  assert.equal(after.epoch, before.epoch);
  assert.equal(after.head(), 10);
  assert.equal(after.db.prepare('SELECT * FROM journal_now').all().length, 1);
  assert.deepEqual(
    after.db.prepare("SELECT sql FROM sqlite_schema WHERE name LIKE 'alert%' ORDER BY name").all(),
    tables,
  );
  after.close();
});

test('History: a database of version 4 gets tables for usage and keeps everything else', () => {
  files += 1;
  const file = join(folder, `state-${files}`, 'history.sqlite');
  const before = new History(file, { readTime });
  before.append(lines.slice(0, 10), '{}', NOW);
  withoutTeams(before);
  for (const name of USAGE_TABLES) before.db.exec(`DROP TABLE ${name}`);
  before.db.pragma('user_version = 4');
  before.close();
  const after = new History(file, { readTime });
  assert.deepEqual([schemaVersion(file), after.epoch, after.head()], [SCHEMA_VERSION, before.epoch, 10]);
  const usage = new Usage(after.db);
  const entry = { ...answered({ at: NOW }), cost: null };
  assert.equal(usage.record([entry], [{ file: 'f', head: 'h', offset: 1 }], NOW), 1);
  assert.deepEqual([usage.unpricedModels(), usage.marks().length], [[entry.model], 1]);
  after.close();
});

test('History: a database of version 5 takes messages of teams, and its own are lines of the log', () => {
  files += 1;
  const file = join(folder, `state-${files}`, 'history.sqlite');
  const before = new History(file, { readTime });
  before.append(lines.slice(0, 10), '{}', NOW);
  withoutTeams(before);
  before.db.pragma('user_version = 5');
  before.close();
  const after = new History(file, { readTime });
  assert.deepEqual([schemaVersion(file), after.epoch, after.head()], [SCHEMA_VERSION, before.epoch, 10]);
  const [first] = lines;
  assert.ok(first);
  assert.equal(after.appendTeam([{ ...first, team: 't', key: 'k' }], NOW, NOW).kept[0]?.seq, 11);
  assert.deepEqual(
    after.newestRows(2).map(({ team }) => team),
    [null, 't'],
  );
  after.close();
});

test('History: a database of version 6 gets a record of commands and keeps everything else', () => {
  files += 1;
  const file = join(folder, `state-${files}`, 'history.sqlite');
  const before = new History(file, { readTime });
  before.append(lines.slice(0, 10), '{}', NOW);
  before.db.exec('DROP TABLE actions');
  before.db.pragma('user_version = 6');
  before.close();
  const after = new History(file, { readTime });
  assert.deepEqual([schemaVersion(file), after.epoch, after.head()], [SCHEMA_VERSION, before.epoch, 10]);
  assert.equal(new Actions(after.db, 'p').start(actionRecord({ key: 'k' })), null);
  assert.deepEqual(actionIds(after.db), { head: 1, oldest: 1 });
  after.close();
});
