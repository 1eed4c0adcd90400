import assert from 'node:assert/strict';
import {
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmdirSync,
  rmSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, beforeEach, test } from 'node:test';
import fc from 'fast-check';
import { samples } from '../../../test/support/samples';
import { PENDING_ACKS_FILE, PendingAcksReader, parsePendingAcks } from './pending-acks';

const folder = mkdtempSync(join(tmpdir(), 'acks-'));
after(() => rmSync(folder, { recursive: true, force: true }));

let root = '';
let now = 0;
beforeEach(() => {
  root = mkdtempSync(join(folder, 'root-'));
  now = Date.now() + 1000;
});

function write(text: string): void {
  writeFileSync(join(root, 'tmpabcdefgh'), text);
  renameSync(join(root, 'tmpabcdefgh'), join(root, PENDING_ACKS_FILE));
}

const acksJson = (...ids: string[]) => JSON.stringify({ version: 1, pending_acks: ids.map((msg_id) => ({ msg_id })) });

for (const { name, root: sample, expected } of samples()) {
  const { pending_acks: wanted } = expected;
  if (!wanted) continue;
  test(`sample ${name}`, () => {
    const parsed = parsePendingAcks(readFileSync(join(sample, PENDING_ACKS_FILE)), expected.host_timezone);
    assert.ok('acks' in parsed);
    assert.deepEqual(
      parsed.acks.map(({ msgId, sender, recipient, retryCount, nextRetryAt, orphan }) => ({
        msgId,
        sender,
        recipient,
        retryCount,
        nextRetryAt,
        orphan,
      })),
      wanted.entries.map((entry) => ({
        msgId: entry.msg_id,
        sender: entry.sender_id,
        recipient: entry.recipient_id,
        retryCount: entry.retry_count,
        nextRetryAt: Date.parse(entry.next_retry_at_utc),
        orphan: entry.orphan,
      })),
    );
    assert.deepEqual(parsed.skipped, []);
  });
}

test('parsePendingAcks(): skips only an entry without an id, and accepts fields of any type', () => {
  const entries = [{ msg_id: 'a', retry_count: '3', sent_at: 5, message: [] }, null, { msg_id: 7 }, { msg_id: 'b' }];
  const parsed = parsePendingAcks(Buffer.from(JSON.stringify({ pending_acks: entries })));
  assert.ok('acks' in parsed);
  assert.deepEqual(parsed.acks, [
    {
      msgId: 'a',
      sender: null,
      recipient: null,
      text: '',
      retryCount: 0,
      sentAt: null,
      nextRetryAt: null,
      orphan: false,
      folder: null,
    },
    { ...parsed.acks[0], msgId: 'b' },
  ]);
  assert.deepEqual(parsed.skipped, [{ reason: 'entry has no text as msg_id', count: 2, last: 'pending_acks[2]' }]);
});

test('parsePendingAcks(): keeps 1,000 entries and counts the others', () => {
  const ids = Array.from({ length: 1002 }, (_, index) => `id-${index}`);
  const parsed = parsePendingAcks(Buffer.from(acksJson(...ids)));
  assert.ok('acks' in parsed);
  assert.equal(parsed.acks.length, 1000);
  assert.deepEqual(parsed.skipped, [{ reason: 'beyond the first 1000 entries', count: 2, last: 'pending_acks[1001]' }]);
});

test('parsePendingAcks(): gives a list or a reason for any bytes', () => {
  fc.assert(
    fc.property(fc.oneof(fc.json(), fc.string()), (text) => {
      for (const bytes of [text, `{"pending_acks": ${text}}`, `{"pending_acks": [${text}]}`]) {
        const parsed = parsePendingAcks(Buffer.from(bytes), 'UTC');
        assert.ok('error' in parsed ? parsed.error !== '' : Array.isArray(parsed.acks));
      }
    }),
  );
});

test('refresh(): keeps the last good list while the file is broken, and once it is gone', () => {
  const reader = new PendingAcksReader(root, 'UTC', () => now);
  const ids = () => reader.acks.map(({ msgId }) => msgId);
  assert.equal(reader.refresh(), false);
  assert.equal(reader.status.state, 'missing');
  write(acksJson('a', 'b'));
  assert.equal(reader.refresh(), true);
  assert.deepEqual([ids(), reader.status.state], [['a', 'b'], 'ok']);
  assert.equal(reader.refresh(), false);
  write('{"pending_acks": [');
  assert.equal(reader.refresh(), true);
  assert.deepEqual([ids(), reader.status.state], [['a', 'b'], 'unreadable']);
  assert.match(
    reader.status.reason ?? '',
    /^PENDING_ACKS.json is unusable: invalid JSON; its last readable content is used\.$/,
  );
  unlinkSync(join(root, PENDING_ACKS_FILE));
  mkdirSync(join(root, PENDING_ACKS_FILE));
  assert.equal(reader.refresh(), true);
  assert.match(reader.status.reason ?? '', /is a folder, not a file/);
  rmdirSync(join(root, PENDING_ACKS_FILE));
  assert.equal(reader.refresh(), false, 'a short hole between two files is not seen');
  now += 200;
  assert.equal(reader.refresh(), true);
  assert.deepEqual([ids(), reader.status.state], [['a', 'b'], 'missing']);
  assert.notEqual(reader.status.keptFrom, null);
  write(acksJson('c'));
  assert.equal(reader.refresh(), true);
  assert.deepEqual([ids(), reader.status.state], [['c'], 'ok']);
});
