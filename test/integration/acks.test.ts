/** Pending acknowledgements over HTTP, with the production server: the list, and removing an entry. */
import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { type AcksAnswer, ackRemoved, acksAnswer } from '../../lib/contract/acks-schemas';
import { formatNaiveLocal } from '../../lib/sources/claudeswarm/written-form';
import { commandHeaders } from '../support/commands';
import { ProductionServer } from '../support/production-server';
import { scratchFolder } from '../support/scratch-folder';
import { until } from '../support/until';

const SENT = Date.now() - 60_000;

function pendingEntry(msg_id: string, recipient_id = 'agent-1') {
  const message = {
    sender_id: 'agent-0',
    msg_type: 'QUESTION',
    content: '[REQUIRES-ACK] Done?',
    recipients: [recipient_id],
    msg_id,
  };
  return {
    ...{ msg_id, sender_id: 'agent-0', recipient_id, message, retry_count: 1, extra: 1.5 },
    ...{ sent_at: formatNaiveLocal(SENT), next_retry_at: formatNaiveLocal(Date.now() + 3_600_000) },
  };
}

async function start(context: TestContext, settings: Record<string, string> = {}) {
  const root = scratchFolder('acks-http-');
  const agents = ['agent-0', 'agent-1'].map((id, index) => ({
    ...{ id, pane_index: `main:0.${index}`, pid: 4_194_400 + index, status: 'active', session_name: 'main' },
    ...{ last_seen: new Date().toISOString(), tmux_pane_id: `%${index}` },
  }));
  const registry = { session_name: 'main', updated_at: new Date().toISOString(), agents };
  writeFileSync(join(root, 'ACTIVE_AGENTS.json'), JSON.stringify(registry));
  const file = join(root, 'PENDING_ACKS.json');
  const write = (version: number, ...pending_acks: object[]) =>
    writeFileSync(file, JSON.stringify({ version, pending_acks, note: 'kept' }, null, 2));
  write(7, pendingEntry('m-1'), pendingEntry('m-2'));
  const server = await ProductionServer.started({ CLAUDESWARM_ROOT: root, SWARM_HISTORY: 'off', ...settings });
  context.after(() => server.abandon());
  const list = async () => acksAnswer.parse(await server.get<AcksAnswer>('/api/acks'));
  return { server, list, write, content: () => JSON.parse(readFileSync(file, 'utf8')) };
}

async function remove(server: ProductionServer, body: unknown, headers: Record<string, string> = {}) {
  const response = await fetch(`${server.url}/api/acks/remove`, {
    method: 'POST',
    headers: { Origin: server.origin, 'Content-Type': 'application/json', ...commandHeaders(server), ...headers },
    body: JSON.stringify(body),
  });
  const answer = await response.json();
  return { status: response.status, answer, code: String(answer.type).replace(/.*:/, '') };
}

test('GET /api/acks lists every entry with its state and the version of its file', async (context) => {
  const { list } = await start(context);
  const { acks, faults } = await until(list, (answer) => answer.acks.length === 2);
  assert.deepEqual(
    acks.map(({ msg_id, sender_id, recipient_id, text, retry_count, state, version, folder }) => [
      ...[msg_id, sender_id, recipient_id, text, retry_count, state, version, folder],
    ]),
    ['m-1', 'm-2'].map((id) => [id, 'agent-0', 'agent-1', 'Done?', 1, 'waiting', 7, null]),
  );
  assert.equal(Date.parse(acks[0]?.sent_at ?? ''), SENT);
  assert.deepEqual(faults, []);
});

test('POST /api/acks/remove removes one entry, keeps the others, and the list follows at once', async (context) => {
  const { server, list, content } = await start(context);
  await until(list, (answer) => answer.acks.length === 2);
  const kept = content().pending_acks[1];
  const { status, answer } = await remove(server, { msg_id: 'm-1', recipient_id: 'agent-1', version: 7 });
  assert.equal(status, 200, JSON.stringify(answer));
  assert.deepEqual(ackRemoved.parse(answer), { outcome: 'removed', count: 1, version: 9 });
  assert.deepEqual(content(), { version: 9, pending_acks: [kept], note: 'kept' });
  assert.deepEqual(
    (await list()).acks.map(({ msg_id, version }) => [msg_id, version]),
    [['m-2', 9]],
  );
});

test('POST /api/acks/remove refuses with the present version if the file changed', async (context) => {
  const { server, list, write, content } = await start(context);
  await until(list, (answer) => answer.acks.length === 2);
  write(10, pendingEntry('m-1'), pendingEntry('m-3'));
  const body = { msg_id: 'm-1', recipient_id: 'agent-1', version: 7 };
  const changed = await remove(server, body);
  assert.deepEqual([changed.status, changed.code, changed.answer.version], [409, 'acks_changed', 10]);
  assert.equal(content().pending_acks.length, 2);
  assert.equal((await list()).acks[0]?.version, 10, 'the list has been read again');
  assert.equal((await remove(server, { ...body, version: 10 })).status, 200);
  const gone = await remove(server, { ...body, version: 12 });
  assert.deepEqual([gone.status, gone.code], [404, 'not_found']);
});

test('POST /api/acks/remove refuses bad bodies, other folders and other origins without an effect', async (context) => {
  const { server, list, content } = await start(context);
  await until(list, (answer) => answer.acks.length === 2);
  const body = { msg_id: 'm-1', recipient_id: 'agent-1', version: 7 };
  for (const bad of [{}, { ...body, version: '7' }, { ...body, msg_id: '' }, { ...body, recipient_id: 5 }, []]) {
    assert.equal((await remove(server, bad)).status, 422, JSON.stringify(bad));
  }
  assert.equal((await remove(server, { ...body, folder: '/tmp' })).status, 404);
  assert.equal((await remove(server, body, { Origin: 'http://evil.example' })).code, 'cross_origin');
  assert.equal(content().version, 7);
});

test('POST /api/acks/remove is off where ACTIONS does not list messages; the list stays', async (context) => {
  const { server, list, content } = await start(context, { ACTIONS: 'locks' });
  await until(list, (answer) => answer.acks.length === 2);
  const refused = await remove(server, { msg_id: 'm-1', recipient_id: 'agent-1', version: 7 });
  assert.deepEqual([refused.status, refused.code], [403, 'actions_off']);
  assert.equal(content().version, 7);
});
