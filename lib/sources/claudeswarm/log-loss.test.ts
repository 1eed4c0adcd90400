import assert from 'node:assert/strict';
import { appendFileSync, mkdtempSync, renameSync, rmSync, unlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { lossWords } from '../../contract/log-losses';
import { logLoss } from './log-loss';
import { isLogCheckpoint, LOG_NAME, type LogCheckpoint, MessageLog, OLD_LOG_NAME } from './message-log';

const folder = mkdtempSync(join(tmpdir(), 'loss-'));
after(() => rmSync(folder, { recursive: true, force: true }));

/** A log whose reader is stopped while it is rotated. */
function swarm() {
  const root = mkdtempSync(join(folder, 'root-'));
  const [path, old] = [join(root, LOG_NAME), join(root, OLD_LOG_NAME)];
  let checkpoint: LogCheckpoint | null = null;
  let readAt: number | null = null;
  return {
    path,
    rotate(text: string) {
      renameSync(path, old);
      writeFileSync(path, text);
    },
    /** Starts a reader, reads everything and stops. */
    read() {
      const log = new MessageLog({ root, checkpoint, readAt, recorded: () => 0 });
      while (log.read().more);
      readAt = Date.now();
      checkpoint = structuredClone(log.checkpoint());
      log.close();
      assert.ok(isLogCheckpoint(checkpoint));
      return { losses: checkpoint.losses ?? [], gaps: checkpoint.gaps, readAt };
    },
  };
}

test('MessageLog: two rotations while it was stopped are a loss with its time, and it is unknown whether lines existed', () => {
  const { path, rotate, read } = swarm();
  writeFileSync(path, '{"n":1}\n');
  const { readAt, gaps } = read();
  assert.equal(gaps, 0);
  rotate('{"n":2}\n');
  rotate('{"n":3}\n');
  const after = read();
  const [loss] = after.losses;
  assert.ok(loss && after.losses.length === 1);
  assert.deepEqual([loss.since, loss.unread], [readAt, 0]);
  assert.ok(loss.until >= readAt && loss.until <= after.readAt);
  assert.equal(after.gaps, 1);
  assert.deepEqual(read().losses, after.losses, 'once, and kept');
});

test('MessageLog: bytes that were seen and destroyed unread are known to have existed', () => {
  const { path, rotate, read } = swarm();
  const unfinished = '{"n":2, "content": "the rest was to co';
  writeFileSync(path, `{"n":1}\n${unfinished}`);
  read();
  rotate('{"n":3}\n');
  rotate('{"n":4}\n');
  assert.equal(read().losses[0]?.unread, unfinished.length);
});

test('MessageLog: a log that was read to its end before it was destroyed leaves no unread bytes', () => {
  const { path, rotate, read } = swarm();
  writeFileSync(path, '{"n":1}\n{"n":2');
  read();
  appendFileSync(path, '}\n');
  read();
  unlinkSync(path);
  writeFileSync(path, '{"n":9}\n');
  assert.equal(read().losses[0]?.unread, 0);
  rotate('{"n":10}\n');
  assert.equal(read().losses.length, 1, 'one rotation loses nothing');
});

test('logLoss(): its end never lies before its start, whatever clock and file system say', () => {
  const now = 1_000_000;
  for (const readAt of [null, 0, 500, 999_999, now, now + 1, 9_000_000]) {
    for (const madeAt of [null, 0, 1, 499, 500, 999_999, now, now + 5]) {
      const { since, until } = logLoss(readAt, madeAt, 0, now);
      assert.ok(since === null || since <= until, `${readAt} ${madeAt}: ${since} to ${until}`);
      assert.ok(until <= now);
    }
  }
  assert.deepEqual(logLoss(500, 700, 3, now), { since: 500, until: 700, unread: 3 });
  assert.deepEqual(logLoss(now + 60_000, 700, 0, now), { since: null, until: 700, unread: 0 });
});

test('lossWords(): says are missing only of what is known to have existed', () => {
  const [since, until] = ['2026-02-03T01:59:55.000+00:00', '2026-02-03T02:10:00.000+00:00'];
  const unknown = lossWords({ since, until, unread_bytes: 0 });
  assert.match(unknown, /between 2026-02-03T01:59:55\S* and 2026-02-03T02:10:00\S* may be missing.* is unknown\.$/);
  assert.match(lossWords({ since: null, until, unread_bytes: 12 }), /written before \S+ are missing: .* 12 bytes /);
});
