import assert from 'node:assert/strict';
import { beforeEach, mock, test } from 'node:test';
import type { TerminalEvent, TerminalMode } from '../contract/terminal-schemas';
import type { Carrier, CarrierEvents } from './terminal-carriers';
import { NO_STATUS, TerminalLink, type TerminalStatus, type TerminalViewer } from './terminal-link';

class FakeCarrier implements Carrier {
  readonly asked: string[] = [];
  isClosed = false;

  constructor(
    readonly kind: 'socket' | 'streams',
    readonly events: CarrierEvents,
    readonly capacity: number,
  ) {}

  subscribe(agent: string, mode: TerminalMode, lastId: string | null): void {
    this.asked.push(`+${agent} ${mode} ${lastId}`);
  }

  unsubscribe(agent: string): void {
    this.asked.push(`-${agent}`);
  }

  command(): undefined {
    return undefined;
  }

  close(): void {
    this.isClosed = true;
  }
}

let carriers: FakeCarrier[] = [];
let link: TerminalLink;

beforeEach(() => {
  mock.timers.reset();
  mock.timers.enable({ apis: ['setTimeout'] });
  carriers = [];
  const open = (kind: FakeCarrier['kind'], capacity: number) => (events: CarrierEvents) => {
    const carrier = new FakeCarrier(kind, events, capacity);
    carriers.push(carrier);
    return carrier;
  };
  link = new TerminalLink({ openSocket: open('socket', 99), openStreams: open('streams', 2), random: () => 0 });
});

const last = () => carriers.at(-1) as FakeCarrier;
const screen = (id: string, content: string): TerminalEvent => ({
  event: 'screen',
  id,
  data: { columns: 80, rows: 24, title: '', alternate: false, content },
});
const output = (id: string, content: string): TerminalEvent => ({ event: 'output', id, data: { content } });

/** The server says something to the newest carrier. */
function say(agent: string, ...events: TerminalEvent[]): void {
  for (const event of events) {
    last().events.onHeard();
    last().events.onEvent(agent, event);
  }
}

function viewer(mode: TerminalMode = 'live') {
  const drawn: string[] = [];
  let status: TerminalStatus = NO_STATUS;
  const one: TerminalViewer = {
    mode,
    onStatus: (next) => {
      status = next;
    },
    onAct: (act) => drawn.push(act.kind === 'screen' ? `[${act.screen.content}]` : act.content),
  };
  return { ...one, drawn: () => drawn.join(''), status: () => status };
}

test('TerminalLink: one connection shows all terminals of the page, and ends with the last one', () => {
  const [one, two] = [viewer(), viewer('preview')];
  const leave = link.watch('agent-1', one);
  const leaveOther = link.watch('agent-2', two);
  assert.deepEqual(last().asked, ['+agent-1 live null', '+agent-2 preview null']);
  say('agent-1', screen('e.1', 'a'), output('e.2', 'b'));
  say('agent-2', screen('f.1', 'c'));
  assert.deepEqual([one.drawn(), two.drawn(), one.status().link], ['[a]b', '[c]', 'live']);
  leave();
  assert.deepEqual(last().asked.at(-1), '-agent-1');
  assert.equal(last().isClosed, false);
  leaveOther();
  assert.equal(last().isClosed, true);
  assert.equal(carriers.length, 1);
});

test('TerminalLink: after a drop it continues after the last id that it got', () => {
  const one = viewer();
  link.watch('agent-1', one);
  say('agent-1', screen('e.1', 'a'), output('e.7', 'b'));
  last().events.onEnd(null);
  assert.equal(one.status().link, 'reconnecting');
  mock.timers.tick(500);
  assert.deepEqual([carriers.length, last().asked], [2, ['+agent-1 live e.7']]);
  assert.equal(one.status().link, 'reconnecting', 'until the server is heard');
  say('agent-1', output('e.7', 'b'), output('e.8', 'c'));
  assert.deepEqual([one.drawn(), one.status().link], ['[a]bc', 'live']);
});

test('TerminalLink: what was certain from a screen is unknown after a drop until the view follows', () => {
  const one = viewer();
  const view: TerminalEvent = { event: 'view', id: null, data: { composer: 'empty', dialog: null } };
  link.watch('agent-1', one);
  say('agent-1', screen('e.1', 'a'), view);
  assert.equal(one.status().view?.composer, 'empty');
  last().events.onEnd(null);
  mock.timers.tick(500);
  say('agent-1', output('e.2', 'b'));
  assert.deepEqual([one.status().link, one.status().view], ['live', null]);
  say('agent-1', view);
  assert.equal(one.status().view?.composer, 'empty');
});

test('TerminalLink: a second viewer, and output that continues nothing, begin with the whole screen', () => {
  const one = viewer('preview');
  link.watch('agent-1', one);
  say('agent-1', screen('e.1', 'a'));
  const two = viewer('live');
  const leave = link.watch('agent-1', two);
  assert.deepEqual(last().asked, ['+agent-1 preview null', '-agent-1', '+agent-1 live null']);
  say('agent-1', screen('e.4', 'b'), output('x.5', 'lost'));
  assert.deepEqual([one.drawn(), two.drawn()], ['[a][b]', '[b]']);
  assert.deepEqual(last().asked.slice(-2), ['-agent-1', '+agent-1 live null']);
  leave();
  assert.deepEqual(last().asked.slice(-2), ['-agent-1', '+agent-1 preview null']);
});

test('TerminalLink: output on its way while the whole screen is asked for is not drawn, and nothing is asked again', () => {
  const one = viewer();
  link.watch('agent-1', one);
  say('agent-1', screen('e.1', 'a'));
  link.refresh('agent-1');
  const asked = ['+agent-1 live null', '-agent-1', '+agent-1 live null'];
  assert.deepEqual(last().asked, asked);
  say('agent-1', output('e.2', 'b'), output('e.3', 'c'));
  assert.deepEqual(last().asked, asked);
  say('agent-1', screen('e.3', 'abc'), output('e.4', 'd'));
  assert.deepEqual([one.drawn(), last().asked], ['[a][abc]d', asked]);
});

test('TerminalLink: where no socket gets through, streams are used, and the terminals beyond their number wait', () => {
  const shown = [viewer('preview'), viewer('preview'), viewer('live')];
  const leaves = shown.map((one, n) => link.watch(`agent-${n}`, one));
  last().events.onEnd(null);
  mock.timers.tick(500);
  last().events.onEnd(null);
  mock.timers.tick(1000);
  assert.deepEqual(
    carriers.map(({ kind }) => kind),
    ['socket', 'socket', 'streams'],
  );
  assert.deepEqual(last().asked, ['+agent-2 live null', '+agent-0 preview null']);
  assert.deepEqual(
    shown.map((one) => one.status().link),
    ['reconnecting', 'waiting', 'reconnecting'],
  );
  leaves[0]?.();
  assert.deepEqual(last().asked.slice(-2), ['-agent-0', '+agent-1 preview null']);
});

test('TerminalLink: while no server answers, sockets are tried again after streams', () => {
  link.watch('agent-1', viewer());
  for (let n = 0; n < 4; n += 1) {
    last().events.onEnd(null);
    mock.timers.tick(20_000);
  }
  assert.deepEqual(
    carriers.map(({ kind }) => kind),
    ['socket', 'socket', 'streams', 'socket', 'socket'],
  );
});

test('TerminalLink.pause(): the connection ends and what is drawn stays; resume() continues it', () => {
  const one = viewer();
  link.watch('agent-1', one);
  say('agent-1', screen('e.1', 'a'));
  link.pause();
  assert.deepEqual([last().isClosed, one.status().link], [true, 'paused']);
  link.watch('agent-2', viewer('preview'));
  assert.equal(carriers.length, 1);
  link.resume();
  assert.deepEqual(last().asked, ['+agent-1 live e.1', '+agent-2 preview null']);
  say('agent-1', output('e.2', 'b'));
  assert.equal(one.drawn(), '[a]b');
});

test('TerminalLink: a refusal is shown, and asked again much later', () => {
  const one = viewer();
  link.watch('agent-1', one);
  last().events.onEnd('The server refused the connection: the token was revoked.');
  assert.match(one.status().problem ?? '', /revoked/);
  mock.timers.tick(20_000);
  assert.equal(carriers.length, 1);
  mock.timers.tick(10_000);
  assert.equal(carriers.length, 2);
  last().events.onProblem('agent-1', 'Terminals are switched off.');
  assert.equal(one.status().problem, 'Terminals are switched off.');
});
