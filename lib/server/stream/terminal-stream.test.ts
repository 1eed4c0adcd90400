import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { get, type IncomingMessage } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, mock, test } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import { FakeTerminals, NO_PANE, OPEN_STATE, outputOf } from '../../../test/support/fake-terminals';
import { contextFor, serveRoute } from '../../../test/support/serve-route';
import { SseParser } from '../../../test/support/sse-client';
import { until } from '../../../test/support/until';
import { TERMINAL_BY_QUERY_PATH, TERMINAL_PATH } from '../../contract/paths';
import { problem } from '../../contract/schemas';
import { endpoint } from '../api/endpoint';
import { TERMINAL_ENDPOINTS } from '../api/endpoints/terminals';
import { endTerminalStreams } from './terminal-stream';

const READER = 'r'.repeat(40);
const closing: (() => void)[] = [];
afterEach(() => {
  for (const close of closing.splice(0)) close();
});

interface Given {
  terminals?: FakeTerminals | null;
  settings?: Record<string, string>;
  path?: typeof TERMINAL_PATH | typeof TERMINAL_BY_QUERY_PATH;
}

async function serve({ terminals = new FakeTerminals(), settings = {}, path = TERMINAL_PATH }: Given = {}) {
  const context = contextFor({ terminals }, settings);
  const declared = TERMINAL_ENDPOINTS.filter((one) => one.path === path);
  const served = await serveRoute(endpoint(declared, context));
  closing.push(served.close);
  const at = (place: string) => `http://127.0.0.1:${served.port}${place}`;
  return { at, context, terminals: terminals as FakeTerminals };
}

/** Opens a stream, and collects its events. */
async function follow(url: string, headers: Record<string, string> = {}) {
  const request = get(url, { headers, agent: false });
  const [response] = (await once(request, 'response')) as [IncomingMessage];
  const events: { name: string; data: unknown; id: string }[] = [];
  const parser = new SseParser(({ name, data, lastEventId }) =>
    events.push({ name, data: JSON.parse(data), id: lastEventId }),
  );
  response.on('data', (bytes: Buffer) => parser.feed(bytes));
  response.on('error', () => {});
  const ended = new Promise((resolve) => response.on('close', resolve));
  closing.push(() => request.destroy());
  const reaches = (count: number) =>
    until(
      async () => events.length,
      (length) => length >= count,
    );
  return { response, events, reaches, ended, leave: () => request.destroy() };
}

async function refusal(url: string) {
  const response = await fetch(url);
  const body = problem.loose().parse(await response.json());
  return { status: response.status, code: body.type.replace(/.*:/, ''), body };
}

test('GET terminal: the state first, then what it shows, with the id to go on from', async () => {
  const { at, terminals } = await serve();
  const { events, reaches, response } = await follow(at('/api/agents/agent%2F1/terminal?mode=preview'), {
    'Last-Event-ID': 'e.4',
  });
  assert.equal(response.headers['content-type'], 'text/event-stream; charset=utf-8');
  await reaches(1);
  const { agentId, mode, lastId } = terminals.last;
  assert.deepEqual([agentId, mode, lastId], ['agent/1', 'preview', 'e.4']);
  terminals.last.publish(outputOf(5, 'line\r\nä\u001b[0m'), {
    ...{ event: 'view', id: null },
    data: { composer: 'empty', dialog: null },
  });
  await reaches(3);
  assert.deepEqual(events, [
    { name: 'state', data: OPEN_STATE, id: '' },
    { name: 'output', data: { content: 'line\r\nä\u001b[0m' }, id: 'e.5' },
    { name: 'view', data: { composer: 'empty', dialog: null }, id: 'e.5' },
  ]);
});

test('GET terminal: ids that no path can contain are given in the query', async () => {
  const { at, terminals } = await serve({ path: TERMINAL_BY_QUERY_PATH });
  const { reaches } = await follow(at('/api/agent/terminal?id=..&last_event_id=e.1'));
  await reaches(1);
  assert.deepEqual([terminals.last.agentId, terminals.last.lastId, terminals.last.mode], ['..', 'e.1', 'live']);
});

test('GET terminal: a client that leaves gives its cursor and its place back', async () => {
  const { at, terminals } = await serve({ settings: { LIMIT_STREAMS: '1' } });
  for (let visit = 0; visit < 3; visit += 1) {
    const { reaches, leave } = await follow(at('/api/agents/a/terminal'));
    await reaches(1);
    assert.equal((await refusal(at('/api/agents/a/terminal'))).code, 'too_many_streams');
    leave();
    while (!terminals.last.closed) await turn();
  }
  assert.equal(terminals.views.length, 3);
});

test('GET terminal: nothing more is taken for a client that does not read', async () => {
  const { at, terminals } = await serve();
  const { response, reaches, events } = await follow(at('/api/agents/a/terminal'));
  await reaches(1);
  response.pause();
  const total = 3000;
  const large = 'x'.repeat(10_000);
  terminals.last.publish(...Array.from({ length: total }, (_, seq) => outputOf(seq, large)));
  let before = -1;
  while (terminals.last.taken > before) {
    before = terminals.last.taken;
    for (let turns = 0; turns < 50; turns += 1) await turn();
  }
  assert.ok(before < total, `${before} of ${total} were taken`);
  response.resume();
  await reaches(total + 1);
  assert.deepEqual(
    events.slice(1).map(({ id }) => id),
    Array.from({ length: total }, (_, seq) => `e.${seq}`),
    'each once and in order',
  );
});

test('GET terminal: a comment comes every 5 s, and a client that does not read for 30 s is dropped', async () => {
  mock.timers.enable({ apis: ['setInterval'] });
  closing.push(() => mock.timers.reset());
  const { at, terminals } = await serve();
  const { response, reaches, ended } = await follow(at('/api/agents/a/terminal'));
  let received = '';
  response.on('data', (bytes: Buffer) => {
    received += bytes.toString();
  });
  await reaches(1);
  mock.timers.tick(5_000);
  while (!received.includes(': heartbeat\n\n')) await turn();
  response.pause();
  const large = 'x'.repeat(100_000);
  terminals.last.publish(...Array.from({ length: 300 }, (_, seq) => outputOf(seq, large)));
  let before = -1;
  while (terminals.last.taken > before) {
    before = terminals.last.taken;
    for (let turns = 0; turns < 50; turns += 1) await turn();
  }
  mock.timers.tick(25_000);
  assert.equal(terminals.last.closed, false);
  mock.timers.tick(5_000);
  assert.equal(terminals.last.closed, true);
  response.resume();
  await ended;
});

test('GET terminal: the stop of the server and a revoked token end it', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'terminal-stream-'));
  closing.push(() => rmSync(folder, { recursive: true }));
  const file = join(folder, 'tokens.yaml');
  writeFileSync(file, JSON.stringify([{ name: 'reader', scope: 'read', token: READER }]), { mode: 0o600 });
  const { at, terminals, context } = await serve({ settings: { DASHBOARD_TOKENS_FILE: file } });
  const headers = { Authorization: `Bearer ${READER}` };
  const first = await follow(at('/api/agents/a/terminal'), headers);
  await first.reaches(1);
  endTerminalStreams();
  await first.ended;
  assert.equal(terminals.last.closed, true);
  const second = await follow(at('/api/agents/a/terminal'), headers);
  await second.reaches(1);
  context.streams.endRevoked(() => false);
  await second.ended;
  assert.equal(terminals.last.closed, true);
});

test('GET terminal: text=1 is the plain screen, or the state as a problem', async () => {
  const screen = 'one\n  ❯ two\n';
  const { at } = await serve({ terminals: new FakeTerminals({ text: screen }) });
  const response = await fetch(at('/api/agents/a/terminal?text=1'));
  assert.equal(response.headers.get('content-type'), 'text/plain; charset=utf-8');
  assert.equal(response.headers.get('x-content-type-options'), 'nosniff');
  assert.equal(await response.text(), screen);
  const none = await serve();
  const { status, code, body } = await refusal(none.at('/api/agents/a/terminal?text=1'));
  assert.deepEqual([status, code, body.detail, body.state], [409, 'no_terminal', NO_PANE.detail, NO_PANE]);
});

test('GET terminal: refused where terminals are off, nothing is live, or the mode is none', async () => {
  const off = await serve({ settings: { TERMINALS: 'off' } });
  for (const query of ['', '?text=1']) {
    const { status, code, body } = await refusal(off.at(`/api/agents/a/terminal${query}`));
    assert.deepEqual([status, code], [403, 'terminals_off']);
    assert.match(body.detail, /the setting TERMINALS is off.*Start it with TERMINALS=on/);
  }
  assert.equal(off.terminals.views.length, 0);
  const past = await serve({ terminals: null });
  assert.equal((await refusal(past.at('/api/agents/a/terminal'))).code, 'not_live');
  const live = await serve();
  assert.equal((await refusal(live.at('/api/agents/a/terminal?mode=slow'))).code, 'invalid_parameter');
});
