import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import type { PendingAck } from './pending-acks';
import { mergeAcks, PendingAcksPlaces } from './pending-acks-places';

const linux = { skip: process.platform !== 'linux' && 'reads /proc' };

function folders(context: TestContext): { root: string; sub: string } {
  const root = realpathSync(mkdtempSync(join(tmpdir(), 'acks-places-')));
  context.after(() => rmSync(root, { recursive: true, force: true }));
  const sub = join(root, 'packages', 'web');
  mkdirSync(sub, { recursive: true });
  return { root, sub };
}

const list = (folder: string, ...ids: string[]) =>
  writeFileSync(
    join(folder, 'PENDING_ACKS.json'),
    JSON.stringify({ pending_acks: ids.map((msg_id) => ({ msg_id, sender_id: 'a', recipient_id: 'b', message: {} })) }),
  );

/** A shell of this user in a folder, with a child in another one. */
async function shellIn(context: TestContext, folder: string, childFolder: string): Promise<number> {
  const script = `cd "$0" && sleep 60 & cd . && echo ready && wait`;
  const shell: ChildProcess = spawn('sh', ['-c', script, childFolder], { cwd: folder, detached: true });
  context.after(() => process.kill(-(shell.pid as number), 'SIGKILL'));
  await once(shell.stdout as NodeJS.ReadableStream, 'data');
  return shell.pid as number;
}

test(
  'refresh(): files in the working folders of the listed processes and of those below them',
  linux,
  async (context) => {
    const { root, sub } = folders(context);
    list(root, 'of the root');
    list(sub, 'one', 'two');
    const pid = await shellIn(context, root, sub);
    let now = 1_000_000;
    const places = new PendingAcksPlaces({ root, zone: null, pids: () => [pid, 4_200_000, -1], now: () => now });
    // The child may not have changed its folder yet.
    while (!places.refresh()) now += 5000;
    assert.deepEqual(
      places.acks.map(({ msgId, folder }) => [msgId, folder]),
      [
        ['one', sub],
        ['two', sub],
      ],
    );
  },
);

test('refresh(): the folders are asked for at most once in 5 s, the files each time', linux, async (context) => {
  const { root, sub } = folders(context);
  const pid = await shellIn(context, sub, sub);
  let [now, asked] = [1_000_000, 0];
  const pids = () => {
    asked += 1;
    return [pid];
  };
  const places = new PendingAcksPlaces({ root, zone: null, pids, now: () => now });
  assert.equal(places.refresh(), false);
  list(sub, 'one');
  now += 4999;
  assert.equal(places.refresh(), false);
  assert.equal(asked, 1);
  now += 1;
  assert.equal(places.refresh(), true);
  assert.equal(asked, 2);
  list(sub, 'one', 'two');
  assert.equal(places.refresh(), true);
  assert.deepEqual([places.acks.length, asked], [2, 2]);
});

test('mergeAcks(): each message and recipient once, as the root has it', () => {
  const ack = (msgId: string, recipient: string, folder: string | null) => ({ msgId, recipient, folder }) as PendingAck;
  const own = [ack('m', 'a', null)];
  assert.equal(mergeAcks(own, []), own);
  const merged = mergeAcks(own, [ack('m', 'a', '/x'), ack('m', 'b', '/x'), ack('m', 'b', '/y')]);
  assert.deepEqual(merged, [ack('m', 'a', null), ack('m', 'b', '/x')]);
});
