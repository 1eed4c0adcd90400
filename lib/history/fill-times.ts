/** Counts the messages of a database that was made before they were counted by time. */
import type Database from 'better-sqlite3';
import { messageSender, recipientNames } from './search-terms';
import { TimesWriter } from './times-writer';

const READ_AT_ONCE = 2000;

interface Row {
  seq: number;
  sent_at: number | null;
  type: string;
  failed: number;
  line: string;
}

/**
 * Fills what `TimesWriter` keeps, which stand empty: ten to twenty seconds of work for a million messages.
 *
 * @returns how many messages there are
 */
export function fillTimes(db: Database.Database): number {
  const rows = db.prepare('SELECT seq, sent_at, type, failed, line FROM messages WHERE seq > ? ORDER BY seq LIMIT ?');
  const set = db.prepare('UPDATE messages SET voice = ?, audience = ? WHERE seq = ?');
  const batch = new TimesWriter(db).begin();
  let count = 0;
  let last = 0;
  for (;;) {
    const read = rows.all(last, READ_AT_ONCE) as Row[];
    for (const { seq, sent_at, type, failed, line } of read) {
      const fields = JSON.parse(line) as Record<string, unknown>;
      const speech = batch.speech(messageSender(fields), type, recipientNames(fields));
      set.run(speech.senderType, speech.recipientSet, seq);
      batch.count(speech, sent_at, failed, 1);
    }
    batch.flush();
    const end = read.at(-1);
    if (!end) return count;
    count += read.length;
    last = end.seq;
  }
}
