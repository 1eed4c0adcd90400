import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, afterEach, before, test } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import { FakeTerminals, OPEN_STATE, outputOf } from '../../../test/support/fake-terminals';
import { contextFor } from '../../../test/support/serve-route';
import { TestSocket } from '../../../test/support/socket-client';
import { type Action, ActionRefused } from '../../actions/action';
import { ActionRunner } from '../../actions/runner';
import type { ActionRecord } from '../../contract/action-record';
import { NO_AGENTS } from '../../contract/defaults';
import { WEBSOCKET_PATH } from '../../contract/paths';
import { Hub } from '../../hub/hub';
import type { SwarmActions } from '../../swarms/swarm-actions';
import { keepOrdinary, serveUpgrades } from '../front/upgrades';
import { watchConnections } from '../http/request-connection';
import { MAX_SUBSCRIPTIONS } from '../websocket/terminal-channel';
import { directSocket } from './direct-socket';

const WRITER = 'w'.repeat(40);
const READER = 'r'.repeat(40);
const folder = mkdtempSync(join(tmpdir(), 'socket-terminals-'));
const tokens = join(folder, 'tokens.yaml');
const closing: (() => void)[] = [];
before(() => {
  watchConnections();
  const all = [
    { name: 'writer', scope: 'write', token: WRITER },
    { name: 'reader', scope: 'read', token: READER },
  ];
  writeFileSync(tokens, JSON.stringify(all), { mode: 0o600 });
});
afterEach(() => {
  for (const close of closing.splice(0)) close();
});
after(() => rmSync(folder, { recursive: true }));

/** The commands as they arrived. */
const taken: { name: string; body: object }[] = [];

function fakeActions(rows: ActionRecord[]): SwarmActions {
  const action = (name: string, answer: object): Action<never, never> => ({
    ...{ name, group: 'terminal', outcomes: ['done'] },
    subject: () => ({ target: null, agentId: null, request: null }),
    run: async (body: { id: string }) => {
      taken.push({ name, body });
      if (body.id === 'gone') throw new ActionRefused('terminal_gone', 'Its pane is gone.', { seen: 1 });
      return { answer: answer as never, outcome: 'done', detail: null };
    },
  });
  const record = async (_: unknown, row: ActionRecord) => {
    rows.push(row);
    return null;
  };
  const terminal = {
    type: action('type_text', { outcome: 'typed', detail: 'x', pane: '%1' }),
    press: action('press_keys', { outcome: 'pressed', pressed: 1, detail: 'x', pane: '%1' }),
    interrupt: action('interrupt', { outcome: 'stopped', detail: 'x', pane: '%1' }),
  };
  return { runner: new ActionRunner({ groups: ['terminal'], record }), terminal } as unknown as SwarmActions;
}

async function serve(settings: Record<string, string> = {}, terminals: FakeTerminals | null = new FakeTerminals()) {
  taken.length = 0;
  const rows: ActionRecord[] = [];
  const hub = new Hub({ source: { after: async () => [] } });
  hub.open('e', [{ seq: 1, json: Buffer.from('{"seq":1}') }], 1);
  const actions = terminals === null ? null : fakeActions(rows);
  const context = contextFor({ hub, terminals, actions }, settings);
  const direct = directSocket(context);
  const routes = { [WEBSOCKET_PATH]: direct.answer };
  const server = createServer();
  const peers: Socket[] = [];
  serveUpgrades(server, routes, { development: false });
  server.on('connection', (socket) => {
    peers.push(socket);
    keepOrdinary(socket, routes, () => false);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  closing.push(() => {
    for (const peer of peers) peer.destroy();
    server.close();
    hub.close();
  });
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/api/ws`;
  return { url, hub, rows, terminals: terminals as FakeTerminals, context, peers };
}

const WITH_TOKENS = { DASHBOARD_TOKENS_FILE: tokens };
const asWriter = (url: string) => TestSocket.greeted(url, { authorization: `Bearer ${WRITER}` });
const codeOf = (problem: { type: string } | null) => problem?.type.replace(/.*:/, '') ?? null;

/** Sends a message about a terminal, and waits for its answer. */
async function say(client: TestSocket, message: object) {
  const requestId = String(Math.random());
  client.send({ ...message, request_id: requestId });
  const { data } = await client.next('answer');
  assert.equal(data.request_id, requestId);
  const { request_id: _, type: __, agent: ___, ...rest } = data;
  return rest as { status: number; answer: object | null; problem: { type: string; seen?: number } | null };
}

const subscribe = (client: TestSocket, agent: string, more: object = {}) =>
  say(client, { type: 'subscribe', channel: 'terminal', agent, ...more });

test('subscribe: the events of a terminal come beside those of the swarm, until unsubscribe', async () => {
  const { url, hub, terminals } = await serve();
  const client = await TestSocket.greeted(url);
  // Before the events of the swarm, without waiting for them.
  assert.deepEqual(await subscribe(client, 'agent-1', { mode: 'preview', last_event_id: 'e.4' }), {
    ...{ status: 200, answer: null, problem: null },
  });
  const { agentId, mode, lastId } = terminals.last;
  assert.deepEqual([agentId, mode, lastId], ['agent-1', 'preview', 'e.4']);
  const state = { event: 'state', id: null, data: OPEN_STATE };
  assert.deepEqual(await client.next('terminal'), { event: 'terminal', agent: 'agent-1', id: null, data: state });
  terminals.last.publish(outputOf(5, 'hello'));
  const output = { event: 'terminal', agent: 'agent-1', id: 'e.5', data: outputOf(5, 'hello') };
  assert.deepEqual(await client.next('terminal'), output);
  hub.setState('agents', NO_AGENTS);
  await client.next('agents');
  await say(client, { type: 'unsubscribe', channel: 'terminal', agent: 'agent-1' });
  assert.equal(terminals.last.closed, true);
});

test('hello: with events: false only signs of life come beside the terminals', async () => {
  const { url, hub } = await serve();
  hub.setState('agents', NO_AGENTS);
  const client = await TestSocket.greeted(url, { events: false });
  await client.next('connected');
  await subscribe(client, 'agent-1');
  hub.setState('agents', NO_AGENTS);
  await client.next('heartbeat');
  assert.deepEqual(
    client.events.filter(({ event }) => !['heartbeat', 'terminal'].includes(event)),
    [],
  );
});

test('subscribe: again replaces the subscription; a client that leaves ends all', async () => {
  const { url, terminals } = await serve();
  const client = await TestSocket.greeted(url);
  await subscribe(client, 'agent-1');
  await subscribe(client, 'agent-1', { last_event_id: 'e.9' });
  await subscribe(client, 'agent-2');
  assert.deepEqual(
    terminals.views.map(({ closed }) => closed),
    [true, false, false],
  );
  client.socket.terminate();
  while (!terminals.views.every(({ closed }) => closed)) await turn();
});

test(`subscribe: at most ${MAX_SUBSCRIPTIONS} terminals for each connection`, async () => {
  const { url, terminals } = await serve();
  const client = await TestSocket.greeted(url);
  for (let index = 0; index < MAX_SUBSCRIPTIONS; index += 1) {
    assert.equal((await subscribe(client, `agent-${index}`)).status, 200);
  }
  assert.equal(codeOf((await subscribe(client, 'one-more')).problem), 'too_many_streams');
  assert.equal(terminals.views.length, MAX_SUBSCRIPTIONS);
});

test('subscribe: refused where terminals are off, nothing is live, or the message is faulty', async () => {
  const off = await serve({ TERMINALS: 'off' });
  const client = await TestSocket.greeted(off.url);
  const refused = await subscribe(client, 'agent-1');
  assert.deepEqual([refused.status, codeOf(refused.problem)], [403, 'terminals_off']);
  assert.equal(off.terminals.views.length, 0);
  for (const faulty of [
    { channel: 'messages' },
    { channel: 'terminal', mode: 'slow' },
    { channel: 'terminal', agent: 7 },
  ]) {
    const answer = await say(client, { type: 'subscribe', agent: 'agent-1', ...faulty });
    assert.equal(codeOf(answer.problem), 'invalid_parameter', JSON.stringify(faulty));
  }
  const past = await serve({}, null);
  const other = await TestSocket.greeted(past.url);
  assert.equal(codeOf((await subscribe(other, 'agent-1')).problem), 'not_live');
});

test('subscribe: the terminals of one client take turns, and none is taken while it does not read', async () => {
  const { url, hub, terminals, peers } = await serve();
  const client = await TestSocket.greeted(url);
  await subscribe(client, 'loud');
  await subscribe(client, 'quiet');
  const [loud, quiet] = terminals.views;
  client.socket.pause();
  const large = 'x'.repeat(50_000);
  loud?.publish(...Array.from({ length: 2000 }, (_, seq) => outputOf(seq, large)));
  quiet?.publish(outputOf(1, 'short'));
  let before = -1;
  while ((loud?.taken ?? 0) > before) {
    before = loud?.taken ?? 0;
    for (let turns = 0; turns < 50; turns += 1) await turn();
  }
  assert.ok(before < 2000, `${before} were taken`);
  assert.ok((peers[0]?.writableLength ?? 0) < 300_000, 'little waits in this process');
  hub.setState('agents', NO_AGENTS);
  client.socket.resume();
  const seen: string[] = [];
  const names = () => client.events.map(({ event, ...rest }) => ('agent' in rest ? String(rest.agent) : event));
  while (!names().includes('agents') || !names().includes('quiet')) await turn();
  seen.push(...names());
  const loudBefore = seen.slice(0, seen.indexOf('agents')).filter((name) => name === 'loud').length;
  assert.ok(loudBefore <= before + 1, 'an event of the swarm waits for no terminal event that was not written before');
  while (names().filter((name) => name === 'loud').length < 2000) await turn();
});

test('commands: run for the caller and are answered by a message that names them', async () => {
  const { url, rows } = await serve(WITH_TOKENS);
  const client = await asWriter(url);
  const input = await say(client, { type: 'input', agent: 'agent-1', text: 'hello', submit: false });
  assert.deepEqual([input.status, input.answer], [200, { outcome: 'typed', detail: 'x', pane: '%1' }]);
  await say(client, { type: 'keys', agent: 'agent-1', keys: ['1'], expected_option: 'Yes' });
  await say(client, { type: 'interrupt', agent: '..' });
  assert.deepEqual(taken, [
    { name: 'type_text', body: { id: 'agent-1', text: 'hello', submit: false, as_command: false, anywhere: false } },
    { name: 'press_keys', body: { id: 'agent-1', keys: ['1'], expected_option: 'Yes' } },
    { name: 'interrupt', body: { id: '..' } },
  ]);
  assert.deepEqual(new Set(rows.map(({ principal }) => principal)), new Set(['writer']));
  const refused = await say(client, { type: 'interrupt', agent: 'gone' });
  assert.deepEqual([refused.status, codeOf(refused.problem), refused.problem?.seen], [409, 'terminal_gone', 1]);
});

test('commands: without the scope write nothing is typed, and the refusal is recorded', async () => {
  const { url, rows } = await serve(WITH_TOKENS);
  const client = await TestSocket.greeted(url, { authorization: `Bearer ${READER}` });
  for (const message of [{ type: 'input', text: 'x' }, { type: 'keys', keys: ['Enter'] }, { type: 'interrupt' }]) {
    const { status, problem } = await say(client, { ...message, agent: 'agent-1' });
    assert.deepEqual([status, codeOf(problem)], [403, 'write_scope_required']);
  }
  assert.deepEqual(taken, []);
  assert.deepEqual(
    rows.map(({ action, outcome, principal }) => [action, outcome, principal]),
    ['type_text', 'press_keys', 'interrupt'].map((action) => [action, 'refused', 'reader']),
  );
  const open = await serve();
  const anonymous = await TestSocket.greeted(open.url);
  const { problem } = await say(anonymous, { type: 'interrupt', agent: 'agent-1' });
  assert.equal(codeOf(problem), 'operator_key_required');
  assert.deepEqual([taken, open.rows], [[], []]);
});

test('commands: a token that was revoked since the hello types nothing', async () => {
  const { url, context } = await serve(WITH_TOKENS);
  const client = await asWriter(url);
  await say(client, { type: 'interrupt', agent: 'agent-1' });
  const find = context.tokens?.find;
  closing.push(() => Object.assign(context.tokens ?? {}, { find }));
  Object.assign(context.tokens ?? {}, { find: () => null });
  const { status } = await say(client, { type: 'interrupt', agent: 'agent-1' });
  assert.equal(status, 401);
  assert.equal(taken.length, 1);
});

test('commands: faulty ones are refused and recorded; a limit holds for typing and one for the others', async () => {
  const limits = { LIMIT_TERMINAL_PER_MINUTE: '3', LIMIT_COMMANDS_PER_MINUTE: '1' };
  const { url, rows } = await serve({ ...WITH_TOKENS, ...limits });
  const client = await asWriter(url);
  const codes: (string | null)[] = [];
  for (const message of [
    ...[
      { type: 'keys', keys: ['F1'] },
      { type: 'input', text: 'a\nb', submit: false, anywhere: true },
    ],
    ...[{ type: 'keys', keys: ['Up'] }, { type: 'keys', keys: ['Up'] }, { type: 'interrupt' }, { type: 'interrupt' }],
  ]) {
    codes.push(codeOf((await say(client, { ...message, agent: 'agent-1' })).problem));
  }
  const expected = ['invalid_parameter', 'invalid_parameter', null, 'too_many_requests', null, 'too_many_requests'];
  assert.deepEqual(codes, expected);
  assert.equal(rows.filter(({ outcome }) => outcome === 'refused').length, 4);
});

test('commands: sent right after the hello they wait until it was checked', async () => {
  const { url } = await serve(WITH_TOKENS);
  const client = new TestSocket(url);
  await client.open();
  client.send({ type: 'hello', authorization: `Bearer ${WRITER}` });
  client.send({ type: 'interrupt', agent: 'agent-1', request_id: 'first' });
  assert.equal((await client.next('answer')).data.request_id, 'first');
});
