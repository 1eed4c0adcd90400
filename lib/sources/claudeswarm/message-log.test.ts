import assert from 'node:assert/strict';
import {
  appendFileSync,
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  renameSync,
  rmSync,
  symlinkSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { type Sample, samples } from '../../../test/support/samples';
import { LOG_NAME, type LogBatch, type LogCheckpoint, MessageLog, OLD_LOG_NAME } from './message-log';
import { readInstant } from './naive-time';

const folder = mkdtempSync(join(tmpdir(), 'message-log-'));
after(() => rmSync(folder, { recursive: true, force: true }));

const LATER = () => Date.now() + 5000;

function newRoot(): string {
  return mkdtempSync(join(folder, 'root-'));
}

/** Reads like a history would: everything there is, remembering lines and checkpoint. */
class Reader {
  texts: string[] = [];
  checkpoint: LogCheckpoint | null = null;
  log: MessageLog;
  readonly #root: string;
  readonly #now: () => number;

  constructor(root: string, now: () => number = Date.now) {
    this.#root = root;
    this.#now = now;
    this.log = this.#open();
  }

  refresh(): string[] {
    const before = this.texts.length;
    let batch: LogBatch;
    do {
      batch = this.log.read();
      this.texts.push(...batch.lines.map(({ text }) => text));
      this.checkpoint = structuredClone(batch.checkpoint);
    } while (batch.more);
    return this.texts.slice(before);
  }

  restart(): void {
    this.log.close();
    this.log = this.#open();
  }

  #open(): MessageLog {
    const recorded = ({ text }: { text: string }) => this.texts.filter((known) => known === text).length;
    return new MessageLog({ root: this.#root, checkpoint: this.checkpoint, recorded, now: this.#now });
  }
}

function messageIds(texts: readonly string[]): unknown[] {
  return texts.map((text) => (JSON.parse(text) as { msg_id?: unknown }).msg_id ?? null);
}

function expectedIds(sample: Sample): unknown[] {
  return sample.expected.history?.ids_old_then_current ?? sample.expected.messages.ids;
}

for (const sample of samples()) {
  test(`sample ${sample.name}: messages, bad lines, unfinished end`, () => {
    const { expected } = sample;
    const reader = new Reader(sample.root, LATER);
    const texts = reader.refresh();
    assert.deepEqual(messageIds(texts), expectedIds(sample));
    const status = reader.log.status();
    assert.equal(status.unterminatedTail, expected.messages.unterminated_tail);
    const skipped = Object.values(reader.checkpoint?.skipped ?? {});
    assert.equal(
      skipped.reduce((sum, { count }) => sum + count, 0),
      expected.messages.invalid_lines.length,
    );
    const last = expected.messages.invalid_lines.at(-1);
    if (last !== undefined) assert.ok(skipped.some((seen) => seen.last.startsWith(`line ${last} of `)));

    const current = texts.slice(texts.length - expected.messages.count).map((text) => JSON.parse(text));
    for (const [index, item] of expected.message_items.entries()) {
      const { sender, recipients, msg_type, timestamp, timestamp_utc, content_utf16_length } = item;
      const message = current[index];
      assert.deepEqual(
        { sender, recipients, msg_type, timestamp, content_utf16_length },
        {
          sender: message.sender,
          recipients: message.recipients,
          msg_type: message.msg_type,
          timestamp: message.timestamp,
          content_utf16_length: message.content.length,
        },
      );
      assert.equal(readInstant(message.timestamp, expected.host_timezone)?.iso, timestamp_utc);
    }
    reader.log.close();
  });
}

test('an unfinished line waits; a complete one counts after a second without growth, once', () => {
  const root = newRoot();
  let now = Date.now();
  const reader = new Reader(root, () => now);
  const path = join(root, LOG_NAME);
  writeFileSync(path, '{"a": ');
  assert.deepEqual(reader.refresh(), []);
  assert.equal(reader.log.status().unterminatedTail, 'incomplete');
  appendFileSync(path, '1}');
  assert.deepEqual(reader.refresh(), []);
  assert.ok((reader.log.status().settlesAt ?? 0) > now);
  now += 1500;
  assert.deepEqual(reader.refresh(), ['{"a": 1}']);
  appendFileSync(path, '\n{"a": 2}\n');
  now += 1500;
  assert.deepEqual(reader.refresh(), ['{"a": 2}']);
  assert.deepEqual(reader.checkpoint?.skipped, {});
});

test('a multi-byte character split between two writes is read whole', () => {
  const root = newRoot();
  const reader = new Reader(root);
  const bytes = Buffer.from('{"content": "naïve 🚀"}\n');
  writeFileSync(join(root, LOG_NAME), bytes.subarray(0, 20));
  reader.refresh();
  appendFileSync(join(root, LOG_NAME), bytes.subarray(20));
  assert.deepEqual(reader.refresh(), ['{"content": "naïve 🚀"}']);
});

test('a line over 1 MB is one placeholder; the longest allowed one is read; what follows is not touched', () => {
  const root = newRoot();
  const reader = new Reader(root);
  const allowed = JSON.stringify({ content: 'x'.repeat(1024 * 1024 - 14) });
  assert.equal(allowed.length, 1024 * 1024);
  const path = join(root, LOG_NAME);
  writeFileSync(path, `{"n": 1}\n${allowed}\n${JSON.stringify({ content: 'y'.repeat(3_000_000) })}\n{"n": 2}\n`);
  const texts = reader.refresh();
  assert.equal(texts.length, 4);
  assert.equal(texts[1], allowed);
  assert.equal(JSON.parse(texts[2] as string).line_bytes, 3_000_014);
  assert.deepEqual(texts[3], '{"n": 2}');
  assert.equal(reader.checkpoint?.skipped['line too long']?.count, 1);
  reader.restart();
  appendFileSync(path, '{"n": 3}\n');
  assert.deepEqual(reader.refresh(), ['{"n": 3}']);
});

test('a file that begins with an over-long line is recognised after a restart', () => {
  const root = newRoot();
  const reader = new Reader(root);
  writeFileSync(join(root, LOG_NAME), `${JSON.stringify({ content: 'y'.repeat(2_000_000) })}\n`);
  assert.equal(reader.refresh().length, 1);
  reader.restart();
  appendFileSync(join(root, LOG_NAME), '{"n": 1}\n');
  assert.deepEqual(reader.refresh(), ['{"n": 1}']);
});

test('trimming by hand shows nothing twice, and goes on with what is appended', () => {
  const root = newRoot();
  const reader = new Reader(root);
  const path = join(root, LOG_NAME);
  const lines = Array.from({ length: 50 }, (_, n) => `{"n": ${n}}`);
  writeFileSync(path, `${lines.join('\n')}\n`);
  reader.refresh();
  for (const stop of [false, true]) {
    if (stop) reader.restart();
    writeFileSync(`${path}.tmp`, `${lines.slice(stop ? -5 : -20).join('\n')}\n`);
    renameSync(`${path}.tmp`, path);
    appendFileSync(path, `{"after trimming": ${stop}}\n`);
    assert.deepEqual(reader.refresh(), [`{"after trimming": ${stop}}`]);
  }
  assert.equal(reader.checkpoint?.gaps, 0);
});

test('one rotation during an outage loses nothing; a second one is said as a gap', () => {
  for (const rotations of [1, 2]) {
    const root = newRoot();
    const reader = new Reader(root);
    const [path, old] = [join(root, LOG_NAME), join(root, OLD_LOG_NAME)];
    writeFileSync(path, '{"n": 0}\n');
    reader.refresh();
    reader.restart();
    const expected: string[] = [];
    for (let n = 1; n <= rotations; n++) {
      appendFileSync(path, `{"unread": ${n}}\n`);
      renameSync(path, old);
      writeFileSync(path, `{"n": ${n}}\n`);
      if (n === rotations) expected.push(...(n === 2 ? ['{"n": 1}'] : []), `{"unread": ${n}}`, `{"n": ${n}}`);
    }
    assert.deepEqual(reader.refresh(), expected);
    assert.equal(reader.checkpoint?.gaps, rotations - 1);
    reader.refresh();
    assert.equal(reader.checkpoint?.gaps, rotations - 1, 'said once');
  }
});

test('a log deleted with unread lines while nobody looked is a gap; deleted under our eyes it is none', () => {
  const root = newRoot();
  const reader = new Reader(root);
  const path = join(root, LOG_NAME);
  writeFileSync(path, '{"n": 1}\n');
  reader.refresh();
  appendFileSync(path, '{"n": 2}\n');
  unlinkSync(path);
  assert.deepEqual(reader.refresh(), ['{"n": 2}'], 'the open file is read to its end');
  assert.equal(reader.log.status().missing, true);
  writeFileSync(path, '{"n": 3}\n');
  assert.deepEqual(reader.refresh(), ['{"n": 3}']);
  assert.equal(reader.checkpoint?.gaps, 0);

  reader.restart();
  unlinkSync(path);
  writeFileSync(path, '{"n": 9}\n');
  assert.deepEqual(reader.refresh(), ['{"n": 9}']);
  assert.equal(reader.checkpoint?.gaps, 1);
});

test('the whole project copied elsewhere while stopped: reading goes on where it was', () => {
  const [from, to] = [newRoot(), newRoot()];
  const reader = new Reader(from);
  writeFileSync(join(from, OLD_LOG_NAME), '{"n": 1}\n');
  writeFileSync(join(from, LOG_NAME), '{"n": 2}\n');
  reader.refresh();
  for (const name of [OLD_LOG_NAME, LOG_NAME]) copyFileSync(join(from, name), join(to, name));
  appendFileSync(join(to, LOG_NAME), '{"n": 3}\n');
  const moved = new Reader(to);
  moved.texts = reader.texts;
  moved.checkpoint = reader.checkpoint;
  moved.restart();
  assert.deepEqual(moved.refresh(), ['{"n": 3}']);
  assert.equal(moved.checkpoint?.gaps, 0);
});

test('a folder, a dangling link and a vanished root are said, and reading goes on when they are mended', () => {
  const root = newRoot();
  const reader = new Reader(root);
  const path = join(root, LOG_NAME);
  mkdirSync(path);
  assert.deepEqual(reader.refresh(), []);
  assert.match(reader.log.status().unreadable ?? '', /no regular file/);
  rmSync(path, { recursive: true });
  symlinkSync(join(root, 'nowhere'), path);
  assert.deepEqual(reader.refresh(), []);
  assert.equal(reader.log.status().missing, true);
  unlinkSync(path);
  rmSync(root, { recursive: true });
  assert.deepEqual(reader.refresh(), []);
  mkdirSync(root);
  writeFileSync(path, '{"n": 1}\n');
  assert.deepEqual(reader.refresh(), ['{"n": 1}']);
});

test('a log of which nothing was read, copied to .old and cut in a stop: the copy comes first, and nothing twice', () => {
  for (const kept of [0, 1]) {
    const root = newRoot();
    const log = join(root, LOG_NAME);
    writeFileSync(log, '');
    const reader = new Reader(root);
    reader.refresh();
    const [first, second] = ['{"content": "first"}', '{"content": "second"}'];
    writeFileSync(log, `${first}\n`);
    copyFileSync(log, join(root, OLD_LOG_NAME));
    if (kept === 0) writeFileSync(log, '');
    appendFileSync(log, `${second}\n`);
    reader.restart();
    reader.refresh();
    assert.deepEqual(reader.texts, [first, second]);
    reader.refresh();
    appendFileSync(log, `${first}\n`);
    assert.deepEqual(reader.refresh(), [first], 'what is written again is no copy');
  }
});

test('a log that was copied to .old, cut and written on in a stop: the copy comes first, and nothing twice', () => {
  const root = newRoot();
  const log = join(root, LOG_NAME);
  const [first, second, third, bad] = ['{"n": 1}', '{"n": 2}', '{"n": 3}', '{"n": '];
  writeFileSync(log, `${first}\n`);
  const reader = new Reader(root);
  reader.refresh();
  writeFileSync(join(root, OLD_LOG_NAME), `${first}\n${second}\n`);
  appendFileSync(log, `${third}\n`);
  reader.restart();
  assert.deepEqual(reader.refresh(), [second, third]);
  appendFileSync(log, `${bad}\n${second}\n`);
  assert.deepEqual(reader.refresh(), [second], 'what is written again is no copy');
  assert.equal(reader.log.checkpoint().gaps, 0);
});
