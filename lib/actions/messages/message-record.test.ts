import assert from 'node:assert/strict';
import {
  closeSync,
  mkdtempSync,
  openSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, test } from 'node:test';
import { releaseFlock, tryFlock } from '../../platform/flock';
import { appendToLog } from '../../sources/claudeswarm/log-appender';
import { LOG_NAME, OLD_LOG_NAME } from '../../sources/claudeswarm/message-log';
import { parsePendingAcks } from '../../sources/claudeswarm/pending-acks';
import { LogLockedError } from '../../sources/claudeswarm/writer';
import { logLine, MessageRecord } from './message-record';
import type { KeptMessage } from './outbox-store';

let root = '';
let log = '';
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'record-'));
  log = join(root, LOG_NAME);
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

const AT = Date.UTC(2026, 1, 3, 9, 1, 2, 345);

function message(more: Partial<KeptMessage> = {}): KeptMessage {
  const delivery = (outcome: 'delivered' | 'failed' | 'unknown', withdrawn = false) =>
    ({ stage: 'final', outcome, via: null, detail: '', life: null, withdrawn }) as const;
  return {
    ...{
      id: 'm',
      at: AT,
      expiresAt: AT + 600_000,
      sender: 'operator',
      msgType: 'QUESTION',
      content: 'Wie heißt\n"das"?',
    },
    ...{
      requiresAck: false,
      asCommand: false,
      msgId: '6f1c2a0e-9d9c-4d0c-8a3e-1a8a6f0d2b11',
      parentMsgId: null,
      logged: 'no',
      logDetail: null,
    },
    deliveries: {
      'agent-1': delivery('delivered'),
      'agent-2': delivery('unknown'),
      'agent-3': delivery('failed', true),
    },
    ...more,
  };
}

test('MessageRecord: the line is exactly what the tool of the swarm writes, in the zone of the agents', async (context) => {
  context.mock.method(Date, 'now', () => AT);
  const result = await new MessageRecord(root, 'Europe/Berlin').write(message(), false);
  assert.deepEqual(result, { logged: 'yes', detail: null });
  assert.equal(
    readFileSync(log, 'utf8'),
    '{"sender": "operator", "timestamp": "2026-02-03T10:01:02.345000", "msg_type": "QUESTION", ' +
      '"content": "Wie hei\\u00dft\\n\\"das\\"?", "recipients": ["agent-1", "agent-2"], ' +
      '"msg_id": "6f1c2a0e-9d9c-4d0c-8a3e-1a8a6f0d2b11", "delivery_status": {"agent-1": true, "agent-2": false}, ' +
      '"success_count": 1, "failure_count": 1}\n',
  );
});

test('MessageRecord: requires_ack adds an entry for each that may have got it, under a higher version', async () => {
  const file = join(root, 'PENDING_ACKS.json');
  writeFileSync(file, '{"version": 7, "pending_acks": []}');
  const acked = message({ requiresAck: true, content: '[REQUIRES-ACK] Hello.' });
  assert.deepEqual(await new MessageRecord(root, 'UTC').write(acked, false), { logged: 'yes', detail: null });
  const text = readFileSync(file, 'utf8');
  const { version, pending_acks } = JSON.parse(text);
  // By two: the tool, which read the same version, would write 8.
  assert.equal(version, 9);
  const keys = ['msg_id', 'sender_id', 'recipient_id', 'message', 'sent_at', 'retry_count', 'next_retry_at'];
  for (const ack of pending_acks) assert.deepEqual(Object.keys(ack), keys);
  const parsed = parsePendingAcks(Buffer.from(text), 'UTC');
  assert.ok('acks' in parsed);
  assert.deepEqual(
    parsed.acks.map(({ recipient, orphan }) => [recipient, orphan]),
    [
      ['agent-1', false],
      ['agent-2', false],
    ],
  );
  assert.equal(statSync(file).mode & 0o777, 0o600);
});

test('MessageRecord: acknowledgements that can not be kept are said, and the file stays as it is', async () => {
  const file = join(root, 'PENDING_ACKS.json');
  for (const text of ['{"version": 7, "pend', '[]', '{"version": "x", "pending_acks": []}']) {
    writeFileSync(file, text);
    const { logged, detail } = await new MessageRecord(root, 'UTC').write(message({ requiresAck: true }), false);
    assert.equal(logged, 'yes');
    assert.match(detail ?? '', /nothing waits for its acknowledgement/);
    assert.equal(readFileSync(file, 'utf8'), text);
  }
});

test('MessageRecord: a log that another process has locked for 2 s is said, and the event loop stays free', async () => {
  writeFileSync(log, '');
  const descriptor = openSync(log, 'r');
  assert.ok(tryFlock(descriptor, log));
  let turns = 0;
  const timer = setInterval(() => {
    turns += 1;
  }, 10);
  const { logged, detail } = await new MessageRecord(root, 'UTC').write(message(), false);
  clearInterval(timer);
  assert.equal(logged, 'failed');
  assert.match(detail ?? '', /sent, but not logged.*stayed locked by another process/);
  assert.ok(turns > 10, `${turns}`);
  assert.equal(statSync(log).size, 0);
  releaseFlock(descriptor);
  closeSync(descriptor);
  assert.equal((await new MessageRecord(root, 'UTC').write(message(), false)).logged, 'yes');
});

test('MessageRecord: a full disk is said', { skip: process.platform !== 'linux' }, async () => {
  symlinkSync('/dev/full', log);
  const { logged, detail } = await new MessageRecord(root, 'UTC').write(message(), false);
  assert.deepEqual([logged, detail], ['failed', 'It was sent, but not logged: the disk is full (ENOSPC).']);
});

test('MessageRecord: what nobody got is not called sent where it can not be logged', {
  skip: process.platform !== 'linux',
}, async () => {
  symlinkSync('/dev/full', log);
  const sent = message();
  for (const id of Object.keys(sent.deliveries)) Object.assign(sent.deliveries[id] as object, { outcome: 'failed' });
  const { detail } = await new MessageRecord(root, 'UTC').write(sent, false);
  assert.equal(detail, 'Nobody got it, and it was not logged: the disk is full (ENOSPC).');
});

test('appendToLog(): waits for a lock that is released in time, and rotates as the tool does', async () => {
  writeFileSync(log, 'x');
  truncateSync(log, 10_485_761);
  const descriptor = openSync(log, 'r');
  assert.ok(tryFlock(descriptor, log));
  const appended = appendToLog(root, logLine(message(), 'UTC'));
  setTimeout(() => closeSync(descriptor), 50);
  await appended;
  assert.equal(statSync(join(root, OLD_LOG_NAME)).size, 10_485_761);
  assert.match(readFileSync(log, 'utf8'), /^\{"sender": "operator"/);
});

test('appendToLog(): the error names the lock', async () => {
  writeFileSync(log, '');
  const descriptor = openSync(log, 'r');
  assert.ok(tryFlock(descriptor, log));
  await assert.rejects(appendToLog(root, {}, 30), LogLockedError);
  closeSync(descriptor);
});

test('logLine(): an answer names the message that it answers, and others have no such field', () => {
  const named = logLine(message({ parentMsgId: 'asked-1' }), 'UTC') as Record<string, unknown>;
  assert.equal(named.parent_msg_id, 'asked-1');
  assert.ok(!('parent_msg_id' in logLine(message(), 'UTC')));
});
