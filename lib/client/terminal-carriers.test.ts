import assert from 'node:assert/strict';
import { beforeEach, mock, test } from 'node:test';
import { WEBSOCKET_PROTOCOL } from '../contract/websocket';
import {
  type CarrierEvents,
  type PageSocket,
  type PageStream,
  SocketCarrier,
  StreamCarrier,
} from './terminal-carriers';

let said: unknown[];
let events: CarrierEvents;

beforeEach(() => {
  mock.timers.reset();
  mock.timers.enable({ apis: ['setTimeout'] });
  said = [];
  events = {
    onHeard: () => {},
    onEvent: (agent, event) => said.push([agent, event.event, event.id]),
    onProblem: (agent, detail) => said.push([agent, detail]),
    onEnd: (refused) => said.push(['end', refused]),
  };
});

const closed = (code: number, reason = '') => Object.assign(new Event('close'), { code, reason, wasClean: true });

class FakeSocket implements PageSocket {
  readonly sent: Record<string, unknown>[] = [];
  isClosed = false;
  onopen: PageSocket['onopen'] = null;
  onmessage: PageSocket['onmessage'] = null;
  onclose: PageSocket['onclose'] = null;

  send(text: string): void {
    this.sent.push(JSON.parse(text));
  }

  close(): void {
    this.isClosed = true;
  }

  says(message: object): void {
    this.onmessage?.(new MessageEvent('message', { data: JSON.stringify(message) }));
  }
}

function openedSocket(authorization: string | null = null) {
  const socket = new FakeSocket();
  const protocols: string[] = [];
  const open = (protocol: string) => {
    protocols.push(protocol);
    return socket;
  };
  const carrier = new SocketCarrier({ open, authorization: () => authorization }, events);
  return { socket, carrier, protocols };
}

test('SocketCarrier: says hello first, then what was asked for meanwhile', () => {
  const { socket, carrier, protocols } = openedSocket('Bearer k');
  carrier.subscribe('agent-1', 'live', 'e.7');
  assert.deepEqual([socket.sent, protocols], [[], [WEBSOCKET_PROTOCOL]]);
  socket.onopen?.(new Event('open'));
  carrier.unsubscribe('agent-1');
  assert.deepEqual(socket.sent, [
    { type: 'hello', authorization: 'Bearer k', events: false },
    { type: 'subscribe', channel: 'terminal', agent: 'agent-1', mode: 'live', last_event_id: 'e.7' },
    { type: 'unsubscribe', channel: 'terminal', agent: 'agent-1' },
  ]);
});

test('SocketCarrier: events of terminals are passed on, those of the page are not, and refusals name their agent', () => {
  const { socket } = openedSocket();
  socket.onopen?.(new Event('open'));
  const output = { event: 'output', id: 'e.8', data: { content: 'x' } };
  socket.says({ event: 'agents', data: { agents: [] } });
  socket.says({ event: 'terminal', agent: 'agent-1', id: 'e.8', data: output });
  const refusal = { request_id: null, type: 'subscribe', agent: 'agent-2', status: 403, answer: null };
  socket.says({ event: 'answer', data: { ...refusal, problem: { detail: 'Terminals are off.' } } });
  socket.says({ event: 'error', data: { detail: 'The message is not JSON.' } });
  assert.deepEqual(said, [
    ['agent-1', 'output', 'e.8'],
    ['agent-2', 'Terminals are off.'],
    [null, 'The message is not JSON.'],
  ]);
});

test('SocketCarrier.command(): each answer reaches its command; without the right credentials it is not sent', async () => {
  const { socket, carrier } = openedSocket('Bearer k');
  const command = { type: 'keys' as const, agent: 'agent-1', keys: ['Enter'] };
  assert.equal(carrier.command(command, 'Bearer k'), undefined, 'not open yet');
  socket.onopen?.(new Event('open'));
  assert.equal(carrier.command(command, 'Bearer other'), undefined);
  const [one, two, cut] = [1, 2, 3].map(() => carrier.command(command, 'Bearer k'));
  const answer = (request_id: string) => ({
    event: 'answer',
    data: { request_id, type: 'keys', agent: 'agent-1', status: 200, answer: { n: request_id }, problem: null },
  });
  socket.says(answer('2'));
  socket.says(answer('1'));
  socket.onclose?.(closed(1006));
  const answers = await Promise.all([one, two, cut]);
  assert.deepEqual(
    answers.map((answered) => answered?.answer ?? null),
    [{ n: '1' }, { n: '2' }, null],
  );
});

test('SocketCarrier: silence after heartbeats ends it, and a refusal says so', () => {
  const { socket } = openedSocket();
  socket.onopen?.(new Event('open'));
  socket.says({ event: 'heartbeat', data: {} });
  mock.timers.tick(9000);
  socket.says({ event: 'terminal', agent: 'a', data: { event: 'view', id: null, data: {} } });
  mock.timers.tick(9999);
  assert.equal(socket.isClosed, false);
  mock.timers.tick(1);
  assert.deepEqual([socket.isClosed, said.at(-1)], [true, ['end', null]]);
  const refused = openedSocket();
  refused.socket.onclose?.(closed(1008, 'Unauthorized'));
  assert.deepEqual(said.at(-1), ['end', 'The server refused the connection: Unauthorized.']);
});

test('StreamCarrier: a stream for each terminal; a fault of one ends all, so that none is shown as live that is not', () => {
  const opened: { agent: string; lastId: string | null; stream: FakeStream }[] = [];
  class FakeStream implements PageStream {
    isClosed = false;
    onerror: PageStream['onerror'] = null;
    readonly listeners = new Map<string, (event: MessageEvent<string>) => void>();
    addEventListener(name: string, listener: (event: MessageEvent<string>) => void): void {
      this.listeners.set(name, listener);
    }
    close(): void {
      this.isClosed = true;
    }
  }
  const carrier = new StreamCarrier((agent, _mode, lastId) => {
    const stream = new FakeStream();
    opened.push({ agent, lastId, stream });
    return stream;
  }, events);
  carrier.subscribe('agent-1', 'live', 'e.3');
  carrier.subscribe('agent-2', 'preview', null);
  const [one, two] = opened;
  one?.stream.listeners.get('output')?.(new MessageEvent('output', { data: '{"content":"x"}', lastEventId: 'e.4' }));
  two?.stream.listeners.get('state')?.(new MessageEvent('state', { data: '{}' }));
  assert.deepEqual(said, [
    ['agent-1', 'output', 'e.4'],
    ['agent-2', 'state', null],
  ]);
  assert.deepEqual([one?.lastId, one?.stream.isClosed], ['e.3', false]);
  one?.stream.onerror?.(new Event('error'));
  assert.deepEqual(said.at(-1), ['end', null]);
  assert.equal(two?.stream.isClosed, true);
});
