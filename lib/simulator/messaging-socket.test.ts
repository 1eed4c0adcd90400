import assert from 'node:assert/strict';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, test } from 'node:test';
import { FakeSession } from '../../test/support/fake-session';
import { until } from '../../test/support/until';
import { readFrame, socketPath } from './messaging-socket';

let folder: string;
let session: FakeSession;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'socket-'));
  session = new FakeSession({ folder, cwd: '/home/u/proj' });
  await until(async () => existsSync(session.socketPath), Boolean);
});
afterEach(() => {
  session.close();
  rmSync(folder, { recursive: true });
});

const frame = (msg_id: string, content: string) =>
  `${JSON.stringify({ msgV: 1, msg_id, type: 'user', message: { role: 'user', content }, priority: 'next' })}\n`;
const wrapped = (text: string) =>
  `<cross-session-message from="dashboard" from-name="ada">\n${text}\n</cross-session-message>`;

async function send(...pieces: string[]): Promise<void> {
  const socket = connect(session.socketPath);
  const closed = new Promise((resolve) => socket.once('close', resolve));
  socket.on('error', () => {});
  await once(socket, 'connect');
  for (const piece of pieces) socket.write(piece);
  socket.end();
  socket.resume();
  await closed;
}

const lines = () =>
  readFileSync(session.transcriptPath, 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));

test('MessagingSocket: a message reaches an idle session, and its transcript has the msg_id', async () => {
  assert.equal(statSync(session.socketPath).mode & 0o777, 0o600);
  await send('{"type":"auth","token":"x"}\n', frame('m1', wrapped('hello\nworld')));
  await until(
    async () => session.read.length,
    (count) => count === 1,
  );
  assert.deepEqual(session.read[0], {
    msgId: 'm1',
    name: 'ada',
    content: wrapped('hello\nworld'),
    body: 'hello\nworld',
  });
  const [queued, taken, prompt] = lines().slice(-3);
  assert.deepEqual([queued.operation, taken.operation], ['enqueue', 'dequeue']);
  assert.deepEqual([prompt.type, prompt.origin.kind, prompt.origin.msg_id], ['user', 'peer', 'm1']);
});

test('MessagingSocket: messages wait while the session is at a dialog', async () => {
  session.become('waiting');
  await send(frame('m1', wrapped('one')), frame('m2', wrapped('two')));
  await until(
    async () => session.arrived.length,
    (count) => count === 2,
  );
  assert.equal(session.read.length, 0);
  assert.ok(!lines().some(({ origin }) => origin !== undefined));
  session.become('idle');
  assert.deepEqual(
    session.read.map(({ msgId }) => msgId),
    ['m1', 'm2'],
  );
});

test('MessagingSocket: the same text twice is dropped, one beyond the limit breaks the connection', async () => {
  await send(frame('m1', 'x'), frame('m2', 'x'), frame('m3', 'y'));
  await until(
    async () => session.arrived.length,
    (count) => count === 3,
  );
  assert.deepEqual(
    session.read.map(({ msgId }) => msgId),
    ['m1', 'm3'],
  );
  await send('z'.repeat(1_200_000));
  assert.equal(session.arrived.length, 3);
});

test('readFrame(): anything but a message is ignored', () => {
  for (const line of [
    '',
    '{',
    'null',
    '7',
    '{"type":"user"}',
    '{"type":"user","msg_id":"a","message":{"content":[]}}',
  ]) {
    assert.equal(readFrame(line), null, line);
  }
  assert.equal(readFrame('{"type":"user","msg_id":"a","message":{"content":"b"}}')?.body, 'b');
});

test('socketPath(): none where the system could not use it', () => {
  assert.equal(socketPath('/tmp/x', 7), '/tmp/x/7.sock');
  assert.equal(socketPath(`/tmp/${'x'.repeat(100)}`, 7), null);
});
