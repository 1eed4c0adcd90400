/**
 * The limit for a first read: a bare loop that parses the lines of a log and does the same inserts, the index of the full
 * text included: `read.ts <log> <database> <lines>`. Prints the milliseconds that so many of its first lines took.
 */
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';
import { crc32 } from 'node:zlib';
import Database from 'better-sqlite3';
import { History } from '../../lib/history/history';

const BATCH = 1000;
const MINUTE_MS = 60_000;
const HOUR_MS = 3_600_000;

interface LogLine {
  sender: string;
  timestamp: string;
  msg_type: string;
  content: string;
  recipients: string[];
  failure_count: number;
}

const [log = '', file = '', most = ''] = process.argv.slice(2);
// The tables and their indexes as the dashboard has them, and below its settings.
new History(file).close();
const db = new Database(file);
db.pragma('journal_mode = WAL');
db.pragma('synchronous = NORMAL');
db.pragma('cache_size = -8000');
const insert = db.prepare(
  `INSERT INTO messages (recorded_at, sent_at, type, failed, line_hash, line, voice, audience)
   VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
);
const index = db.prepare('INSERT INTO search (rowid, content, tags) VALUES (?, ?, ?)');
const addMinute = db.prepare(
  `INSERT INTO minutes VALUES (?, ?, ?, ?) ON CONFLICT (minute) DO UPDATE SET count = count + excluded.count,
   last_seq = excluded.last_seq`,
);
const addHour = db.prepare(
  `INSERT INTO hours VALUES (?, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET count = count + excluded.count,
   failed = failed + excluded.failed`,
);

const numbers = new Map<string, number>();
function textNumber(text: string): number {
  const known = numbers.get(text) ?? numbers.size + 1;
  numbers.set(text, known);
  return known;
}

const tokens = new Map<string, string>();
function token(text: string): string {
  const known = tokens.get(text) ?? createHash('sha1').update(text).digest('hex').slice(0, 17);
  tokens.set(text, known);
  return known;
}

const insertAll = db.transaction((lines: readonly string[]) => {
  const minutes = new Map<number, [count: number, first: number, last: number]>();
  const hours = new Map<
    string,
    [recipientSet: number, hour: number, senderType: number, count: number, failed: number]
  >();
  for (const line of lines) {
    const {
      sender,
      timestamp,
      msg_type: type,
      content,
      recipients,
      failure_count: failed,
    } = JSON.parse(line) as LogLine;
    const at = Date.parse(timestamp);
    const senderType = textNumber(`${sender} ${type}`);
    const recipientSet = textNumber(recipients.join(' '));
    const now = Date.now();
    const { lastInsertRowid } = insert.run(now, at * 1000, type, failed, crc32(line), line, senderType, recipientSet);
    const seq = Number(lastInsertRowid);
    index.run(seq, content, [type, sender, ...recipients].map(token).join(' '));
    const minute = Math.floor(at / MINUTE_MS);
    minutes.set(minute, [(minutes.get(minute)?.[0] ?? 0) + 1, minutes.get(minute)?.[1] ?? seq, seq]);
    const hour = Math.floor(at / HOUR_MS);
    for (const to of [0, recipientSet]) {
      const key = `${to} ${hour} ${senderType}`;
      const [, , , count = 0, before = 0] = hours.get(key) ?? [];
      hours.set(key, [to, hour, senderType, count + 1, before + failed]);
    }
  }
  for (const [minute, values] of minutes) addMinute.run(minute, ...values);
  for (const values of hours.values()) addHour.run(...values);
});

const begun = performance.now();
let batch: string[] = [];
let left = Number(most);
for await (const line of createInterface({ input: createReadStream(log) })) {
  batch.push(line);
  if (batch.length < BATCH) continue;
  insertAll(batch);
  left -= batch.length;
  batch = [];
  if (left <= 0) break;
}
insertAll(batch);
process.stdout.write(String(performance.now() - begun));
db.close();
