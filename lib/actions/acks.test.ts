import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { scratchFolder } from '../../test/support/scratch-folder';
import { createAckActions } from './acks';
import { ActionRefused } from './action';

const scratch = scratchFolder('ack-actions-');
const CALLER = { name: 'ana', client: '127.0.0.1' };
const FILE = JSON.stringify({ version: 4, pending_acks: [{ msg_id: 'a', recipient_id: 'agent-1' }, { msg_id: 'b' }] });

function newSwarm(text = FILE) {
  const [root, other] = [mkdtempSync(join(scratch, 'root-')), mkdtempSync(join(scratch, 'other-'))];
  for (const folder of [root, other]) writeFileSync(join(folder, 'PENDING_ACKS.json'), text);
  let refreshed = 0;
  const files = {
    ackFolders: new Set([other]),
    refreshFiles: async () => {
      refreshed += 1;
    },
  };
  const { remove } = createAckActions({ root, files: () => files });
  const ids = (folder: string) =>
    JSON.parse(readFileSync(join(folder, 'PENDING_ACKS.json'), 'utf8')).pending_acks.map(
      (one: { msg_id: string }) => one.msg_id,
    );
  return { root, other, remove, ids, refreshes: () => refreshed };
}

const body = { msg_id: 'a', recipient_id: 'agent-1', version: 4 };

async function refused(run: Promise<unknown>): Promise<ActionRefused> {
  const error = await run.then(
    () => null,
    (reason: unknown) => reason,
  );
  assert.ok(error instanceof ActionRefused, String(error));
  return error;
}

test('remove_ack: removes the entry from the file of the root, and has the files read again', async () => {
  const { root, other, remove, ids, refreshes } = newSwarm();
  assert.equal(remove.group, 'messages');
  assert.deepEqual(remove.subject(body), { target: 'a', agentId: 'agent-1', request: body });
  const { answer, outcome } = await remove.run(body, CALLER);
  assert.deepEqual([answer, outcome], [{ outcome: 'removed', count: 1, version: 6 }, 'removed']);
  assert.deepEqual([ids(root), ids(other), refreshes()], [['b'], ['a', 'b'], 1]);
});

test('remove_ack: removes it from the file of a listed folder, and touches no other file', async () => {
  const { root, other, remove, ids } = newSwarm();
  await remove.run({ ...body, folder: other }, CALLER);
  assert.deepEqual([ids(root), ids(other)], [['a', 'b'], ['b']]);
  const { code } = await refused(remove.run({ ...body, version: 6, folder: root }, CALLER));
  assert.equal(code, 'not_found');
  assert.deepEqual(ids(root), ['a', 'b']);
});

test('remove_ack: refuses another version with the present one, and an entry that is not listed', async () => {
  const { root, remove, ids } = newSwarm();
  const changed = await refused(remove.run({ ...body, version: 3 }, CALLER));
  assert.deepEqual([changed.code, changed.more], ['acks_changed', { version: 4 }]);
  assert.equal((await refused(remove.run({ ...body, msg_id: 'x' }, CALLER))).code, 'not_found');
  assert.deepEqual(ids(root), ['a', 'b']);
});

test("remove_ack: refuses a file that it can't read, with a sentence", async () => {
  const { remove } = newSwarm('{"pending_acks": [');
  const { code, message } = await refused(remove.run(body, CALLER));
  assert.equal(code, 'acks_unwritable');
  assert.match(message, /was left as it is: it is not JSON\. Repair it/);
});
