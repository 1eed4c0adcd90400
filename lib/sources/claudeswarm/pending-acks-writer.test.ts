import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import { PROJECT } from '../../../test/support/production-server';
import { scratchFolder } from '../../../test/support/scratch-folder';
import { PENDING_ACKS_FILE } from './pending-acks';
import { AcksUnwritable, addPendingAcks, type NewPendingAck, removePendingAck } from './pending-acks-writer';

const scratch = scratchFolder('acks-writer-');
const newFolder = () => mkdtempSync(join(scratch, 'root-'));

function entry(msg_id: string, recipient_id = 'agent-1'): NewPendingAck {
  return {
    ...{ msg_id, sender_id: 'operator', recipient_id, message: { content: 'Is it done?' } },
    ...{ sent_at: '2026-02-03T09:00:00.000000', retry_count: 0, next_retry_at: '2026-02-03T09:00:30.000000' },
  };
}

interface Content {
  version?: number;
  pending_acks: { msg_id: string; recipient_id: string }[];
}

const contentOf = (folder: string) => JSON.parse(readFileSync(join(folder, PENDING_ACKS_FILE), 'utf8')) as Content;
const idsOf = (folder: string) => contentOf(folder).pending_acks.map(({ msg_id }) => msg_id);

test('addPendingAcks(): creates the file for this user alone, then adds to it under the next version', async () => {
  const folder = newFolder();
  assert.equal(await addPendingAcks(folder, [entry('a', 'agent-1'), entry('a', 'agent-2')]), 1);
  assert.equal(await addPendingAcks(folder, [entry('b')]), 3);
  assert.deepEqual(contentOf(folder), {
    version: 3,
    pending_acks: [entry('a', 'agent-1'), entry('a', 'agent-2'), entry('b')],
  });
  assert.equal(statSync(join(folder, PENDING_ACKS_FILE)).mode & 0o777, 0o600);
  assert.deepEqual(readdirSync(folder), [PENDING_ACKS_FILE], 'no temporary file is left');
});

test('addPendingAcks(): additions at the same time all arrive', async () => {
  const folder = newFolder();
  const ids = Array.from({ length: 20 }, (_, number) => `id-${number}`);
  await Promise.all(ids.map((id) => addPendingAcks(folder, [entry(id)])));
  assert.deepEqual(idsOf(folder).sort(), ids.toSorted());
  assert.equal(contentOf(folder).version, 39);
});

test('removePendingAck(): removes the entry of one recipient, in the version that was seen', async () => {
  const folder = newFolder();
  await addPendingAcks(folder, [entry('a', 'agent-1'), entry('a', 'agent-2'), entry('b')]);
  const removed = await removePendingAck(folder, { msgId: 'a', recipient: 'agent-2', version: 1 });
  assert.deepEqual(removed, { outcome: 'removed', version: 3, count: 1 });
  assert.deepEqual(contentOf(folder), { version: 3, pending_acks: [entry('a', 'agent-1'), entry('b')] });
});

test('removePendingAck(): changes nothing in another version, and names it', async () => {
  const folder = newFolder();
  await addPendingAcks(folder, [entry('a')]);
  const before = readFileSync(join(folder, PENDING_ACKS_FILE));
  assert.deepEqual(await removePendingAck(folder, { msgId: 'a', recipient: 'agent-1', version: 7 }), {
    outcome: 'changed',
    version: 1,
  });
  assert.deepEqual(await removePendingAck(folder, { msgId: 'x', recipient: 'agent-1', version: 1 }), {
    outcome: 'absent',
    version: 1,
  });
  assert.deepEqual(readFileSync(join(folder, PENDING_ACKS_FILE)), before);
  assert.deepEqual(await removePendingAck(newFolder(), { msgId: 'a', recipient: 'agent-1', version: 1 }), {
    outcome: 'changed',
    version: null,
  });
});

test("addPendingAcks() and removePendingAck(): leave a file that they can't read as it is", async () => {
  const folder = newFolder();
  for (const text of ['', '{"pending_acks": [', '{"version": "x", "pending_acks": []}', '[]']) {
    writeFileSync(join(folder, PENDING_ACKS_FILE), text);
    await assert.rejects(addPendingAcks(folder, [entry('a')]), AcksUnwritable);
    await assert.rejects(removePendingAck(folder, { msgId: 'a', recipient: 'b', version: null }), AcksUnwritable);
    assert.equal(readFileSync(join(folder, PENDING_ACKS_FILE), 'utf8'), text);
  }
  const other = newFolder();
  mkdirSync(join(other, PENDING_ACKS_FILE));
  await assert.rejects(addPendingAcks(other, [entry('a')]), AcksUnwritable);
  await assert.rejects(addPendingAcks(join(other, 'missing'), [entry('a')]), AcksUnwritable);
});

test("addPendingAcks() and removePendingAck(): lose nothing that the swarm's tool adds at the same time", async () => {
  const folder = newFolder();
  const count = 400;
  await addPendingAcks(folder, [entry('first')]);
  const script = join(PROJECT, 'test/support/acks-tool.ts');
  const tool = spawn(process.execPath, ['--import', 'tsx', script, folder, String(count)], {
    cwd: PROJECT,
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  const ended = once(tool, 'exit');
  let runs = 0;
  for (; tool.exitCode === null; runs++) {
    await addPendingAcks(folder, [entry(`own-${runs}`)]);
    const { version = null } = contentOf(folder);
    await removePendingAck(folder, { msgId: `own-${runs}`, recipient: 'agent-1', version });
    await turn();
  }
  assert.deepEqual(await ended, [0, null]);
  const kept = new Set(idsOf(folder));
  const lost = Array.from({ length: count }, (_, number) => `tool-${number}`).filter((id) => !kept.has(id));
  assert.deepEqual(lost, [], `of ${count}, beside ${runs} own changes`);
});
