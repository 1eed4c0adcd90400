import assert from 'node:assert/strict';
import { afterEach, beforeEach, mock, test } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import { dataOf } from '../../test/support/event-data';
import type { StateKind, States } from '../contract/state';
import { Hub, type HubEvent, type PublishedMessage, type Subscriber } from './hub';
import type { MessageSource } from './message-feed';

const EMPTY: MessageSource = { after: async () => [] };

beforeEach(() => mock.timers.enable({ apis: ['setTimeout', 'setInterval', 'Date'], now: Date.UTC(2026, 0, 30) }));
afterEach(() => mock.timers.reset());

function rows(from: number, to: number, size = 0): PublishedMessage[] {
  return Array.from({ length: to - from + 1 }, (_, index) => ({
    seq: from + index,
    json: Buffer.from(JSON.stringify({ seq: from + index, pad: 'x'.repeat(size) })),
  }));
}

function openHub(options: Partial<ConstructorParameters<typeof Hub>[0]> = {}, newest = rows(1, 3), oldest = 1): Hub {
  // Timers are mocked with the date, monotonic time is not.
  const hub = new Hub({ source: EMPTY, ticks: () => Date.now(), ...options });
  hub.open('e', newest, oldest);
  return hub;
}

/** The hub compares values and never reads them, so a few fields suffice. */
function setState(hub: Hub, kind: StateKind, value: object): boolean {
  return hub.setState(kind, value as States[StateKind]);
}

function stats(fields: { agent_count: number; uptime_seconds: number }): States['stats'] {
  return fields as States['stats'];
}

/** A client that reads as fast as it can. */
class Reader {
  readonly events: HubEvent[] = [];
  reason: string | null = null;
  constructor(readonly subscriber: Subscriber) {
    subscriber.onEnd = (reason) => {
      this.reason = reason;
    };
    void this.#read();
  }
  async #read(): Promise<void> {
    for (;;) {
      const event = await this.subscriber.next();
      if (!event) return;
      this.events.push(event);
    }
  }
  /** Their data since the last call. */
  async take(name?: string): Promise<unknown[]> {
    await turn();
    const taken = this.events.splice(0).filter((event) => !name || event.name === name);
    return taken.map((event) => JSON.parse(dataOf(event)));
  }
  async names(): Promise<string[]> {
    await turn();
    return this.events.splice(0).map((event) => event.name);
  }
}

async function next(subscriber: Subscriber): Promise<HubEvent> {
  const event = await subscriber.next();
  assert.ok(event);
  return event;
}

const seqsOf = (event: HubEvent) =>
  (JSON.parse(dataOf(event)) as { messages: { seq: number }[] }).messages.map(({ seq }) => seq);
const whole = (event?: HubEvent) => event && { ...event, json: dataOf(event) };
const parsed = (event: HubEvent) => JSON.parse(dataOf(event)) as Record<string, unknown>;

test('subscribe(): a new client gets connected, each state in its order, then the newest messages', async () => {
  const hub = openHub({}, rows(1, 80));
  for (const kind of ['attention', 'stats', 'locks', 'agents', 'sources'] as const) setState(hub, kind, { kind });
  const subscriber = hub.subscribe(null);
  const events: HubEvent[] = [];
  for (let index = 0; index < 7; index++) events.push(await next(subscriber));
  assert.deepEqual(
    events.map((event) => event.name),
    ['connected', 'sources', 'agents', 'locks', 'stats', 'attention', 'messages'],
  );
  assert.deepEqual(parsed(events[0] as HubEvent), {
    status: 'connected',
    timestamp: '2026-01-30T00:00:00.000+00:00',
    epoch: 'e',
    resumed: false,
    gap: false,
  });
  const messages = events[6] as HubEvent;
  assert.deepEqual(
    seqsOf(messages),
    rows(31, 80).map(({ seq }) => seq),
  );
  assert.equal(messages.id, 'e.80');
  assert.ok(events.every((event) => event.name === 'messages' || event.id === undefined));
  hub.close();
});

test('subscribe(): the first messages event comes even without messages, with the id of the newest one', async () => {
  const empty = openHub({}, [], 1);
  const fresh = new Reader(empty.subscribe(null));
  await turn();
  assert.deepEqual(whole(fresh.events.at(-1)), { name: 'messages', json: '{"messages":[],"count":0}', id: 'e.0' });
  empty.close();

  const hub = openHub();
  const current = new Reader(hub.subscribe('e.3'));
  await turn();
  assert.equal(parsed(current.events[0] as HubEvent).resumed, true);
  assert.deepEqual(whole(current.events.at(-1)), { name: 'messages', json: '{"messages":[],"count":0}', id: 'e.3' });
  hub.close();
});

test('subscribe(): an id that cannot be continued from is a gap: another epoch, no id, the future, pruned', async () => {
  const hub = openHub({}, rows(10, 20), 10);
  for (const id of ['other.15', 'nonsense', 'e.21', 'e.8', 'e.-1']) {
    const reader = new Reader(hub.subscribe(id));
    const [connected] = (await reader.take('connected')) as [Record<string, unknown>];
    assert.deepEqual([connected.resumed, connected.gap], [false, true], id);
    reader.subscriber.close('done');
  }
  for (const id of ['e.9', 'e.20']) {
    const reader = new Reader(hub.subscribe(id));
    const [connected] = (await reader.take('connected')) as [Record<string, unknown>];
    assert.deepEqual([connected.resumed, connected.gap], [true, false], id);
  }
  hub.close();
});

test('setState(): a state that was not known yet is sent when it comes', async () => {
  const hub = openHub();
  const reader = new Reader(hub.subscribe(null));
  assert.deepEqual(await reader.names(), ['connected', 'messages']);
  setState(hub, 'agents', { agents: [] });
  assert.deepEqual(await reader.names(), ['agents']);
  hub.close();
});

test('setState(): an equal state is not a change, nor is the uptime of the stats alone', async () => {
  const hub = openHub();
  const reader = new Reader(hub.subscribe(null));
  assert.equal(setState(hub, 'locks', { locks: [] }), true);
  assert.equal(setState(hub, 'locks', { locks: [] }), false);
  assert.equal(setState(hub, 'stats', { agent_count: 1, uptime_seconds: 1 }), true);
  assert.equal(setState(hub, 'stats', { agent_count: 1, uptime_seconds: 2 }), false);
  mock.timers.tick(500);
  assert.deepEqual(await reader.names(), ['connected', 'messages', 'locks', 'stats']);
  assert.equal(setState(hub, 'stats', { agent_count: 2, uptime_seconds: 2 }), true);
  assert.deepEqual(await reader.take('stats'), [{ agent_count: 2, uptime_seconds: 2 }]);
  hub.close();
});

test('setState(): the first change of a burst is sent at once, the last one always', async () => {
  const hub = openHub();
  const reader = new Reader(hub.subscribe(null));
  await reader.names();
  setState(hub, 'agents', { version: 0 });
  assert.deepEqual(await reader.take(), [{ version: 0 }]);
  for (let version = 1; version <= 5; version++) setState(hub, 'agents', { version });
  assert.deepEqual(await reader.take(), []);
  assert.deepEqual(hub.state('agents')?.value, { version: 5 }, 'REST sees it at once');
  mock.timers.tick(120);
  assert.deepEqual(await reader.take(), [{ version: 5 }]);
  mock.timers.tick(500);
  assert.deepEqual(await reader.take('agents'), []);
  hub.close();
});

test('setState(): no client gets more than 10 events of a kind in a second, its first state included', async () => {
  const hub = openHub();
  const times: number[] = [];
  setState(hub, 'agents', { version: 0 });
  mock.timers.tick(119);
  const reader = new Reader(hub.subscribe(null));
  for (let version = 1; version <= 5_000; version++) {
    setState(hub, 'agents', { version });
    times.push(...(await reader.take('agents')).map(() => Date.now()));
    mock.timers.tick(1);
  }
  const most = Math.max(...times.map((start) => times.filter((time) => time >= start && time < start + 1_000).length));
  assert.ok(most <= 10, `${most} in a second`);
  assert.ok(times.length >= 40, `${times.length} in 5 s`);
  hub.close();
});

test('setState(): single changes, nine a second, are never delayed', async () => {
  const hub = openHub();
  const reader = new Reader(hub.subscribe(null));
  mock.timers.tick(1_000);
  await reader.names();
  for (let version = 1; version <= 30; version++) {
    setState(hub, 'locks', { version });
    assert.deepEqual(await reader.take(), [{ version }]);
    mock.timers.tick(110);
    await reader.take('heartbeat');
  }
  hub.close();
});

test('publish(): states wait while messages are on their way to many clients, but not for ever', async () => {
  const hub = openHub();
  const readers = Array.from({ length: 500 }, () => new Reader(hub.subscribe(null)));
  await turn();
  for (const { events } of readers) events.splice(0);
  hub.publish(rows(4, 4), 4);
  for (const kind of ['agents', 'stats'] as const) setState(hub, kind, {});
  assert.deepEqual(await readers[0]?.names(), ['messages']);
  mock.timers.tick(9);
  hub.publish(rows(5, 5), 5);
  assert.deepEqual(await readers[0]?.names(), ['messages']);
  mock.timers.tick(1);
  assert.deepEqual(await readers[499]?.names(), ['messages', 'messages', 'agents', 'stats']);
  hub.close();
});

test('publish(): all clients get the same event object, so that it is encoded once', async () => {
  const hub = openHub();
  const readers = [1, 2, 3].map(() => new Reader(hub.subscribe(null)));
  await turn();
  const first = readers.map((reader) => reader.events.at(-1));
  setState(hub, 'agents', {});
  hub.publish(rows(4, 6), 6);
  await turn();
  mock.timers.tick(1_000);
  await turn();
  for (const name of ['agents', 'messages', 'heartbeat']) {
    const events = readers.map((reader) => reader.events.findLast((event) => event.name === name));
    assert.ok(events[0]);
    assert.equal(new Set(events).size, 1, name);
  }
  assert.equal(new Set(first).size, 1, 'the newest messages of a fresh start');
  hub.close();
});

test('everySecond: a state set before the heartbeat leaves in the same turn; the runtime decides when', async () => {
  const listeners = new Set<() => void>();
  const hub = openHub({
    everySecond: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  });
  const given: string[] = [];
  const subscriber = hub.subscribe(null);
  const give = (event: HubEvent | null) => {
    if (event === null) return;
    given.push(event.name);
    subscriber.ask(give);
  };
  subscriber.ask(give);
  for (let seconds = 1; seconds <= 3; seconds++) {
    given.length = 0;
    mock.timers.tick(1_000);
    setState(hub, 'agents', { seconds });
    for (const listener of listeners) listener();
    assert.deepEqual(given, ['agents', 'heartbeat']);
  }
  subscriber.close('gone');
  assert.equal(listeners.size, 0, 'no subscriber is left');
});

test('Hub: a heartbeat every second, and stats at least every 5 s with a fresh uptime', async () => {
  const started = Date.now();
  const hub = openHub({ freshStats: () => stats({ agent_count: 1, uptime_seconds: (Date.now() - started) / 1000 }) });
  setState(hub, 'stats', { agent_count: 1, uptime_seconds: 0 });
  mock.timers.tick(60_000);
  const reader = new Reader(hub.subscribe(null));
  assert.deepEqual(await reader.take('stats'), [{ agent_count: 1, uptime_seconds: 60 }], 'fresh for the first client');
  const heartbeats: unknown[] = [];
  const uptimes: number[] = [];
  for (let second = 0; second < 20; second++) {
    for (let part = 0; part < 10; part++) mock.timers.tick(100);
    await turn();
    heartbeats.push(...reader.events.filter((event) => event.name === 'heartbeat').map(parsed));
    uptimes.push(...(await reader.take('stats')).map((stats) => (stats as { uptime_seconds: number }).uptime_seconds));
  }
  assert.equal(heartbeats.length, 20);
  assert.deepEqual(heartbeats[0], { timestamp: '2026-01-30T00:01:01.000+00:00' });
  assert.equal(uptimes.length, 4);
  uptimes.forEach((uptime, index) => {
    assert.ok(uptime - (uptimes[index - 1] ?? 60) <= 5);
  });
  hub.close();
});

test('freshStats(): a change that it shows is still published by the next setState()', async () => {
  let agents = 1;
  const hub = openHub({ freshStats: () => stats({ agent_count: agents, uptime_seconds: 9 }) });
  setState(hub, 'stats', { agent_count: 1, uptime_seconds: 0 });
  const reader = new Reader(hub.subscribe(null));
  await reader.names();
  agents = 2;
  assert.equal(hub.freshStats(), '{"agent_count":2,"uptime_seconds":9}');
  mock.timers.tick(200);
  assert.equal(setState(hub, 'stats', { agent_count: 2, uptime_seconds: 9 }), true);
  assert.equal((await reader.take('stats')).length, 1);
  hub.close();
});

test('setState(): a slow client has one pending event of a kind, the latest', async () => {
  const hub = openHub();
  const subscriber = hub.subscribe(null);
  for (let version = 0; version < 20; version++) {
    setState(hub, 'agents', { version });
    setState(hub, 'locks', { version });
    mock.timers.tick(200);
  }
  const events: HubEvent[] = [];
  for (let index = 0; index < 4; index++) events.push(await next(subscriber));
  assert.deepEqual(
    events.map((event) => event.name),
    ['connected', 'messages', 'agents', 'locks'],
  );
  assert.deepEqual(events.slice(2).map(parsed), [{ version: 19 }, { version: 19 }]);
  hub.close();
});

test('Subscriber: messages and changed states take turns, and no kind of state delays another', async () => {
  const hub = openHub();
  for (const kind of ['sources', 'agents', 'locks', 'stats'] as const) setState(hub, kind, { version: 0 });
  const subscriber = hub.subscribe('e.0');
  const names: string[] = [];
  for (let version = 1; version <= 12; version++) {
    setState(hub, 'agents', { version });
    setState(hub, 'locks', { version });
    hub.publish(rows(3 + version, 3 + version), 3 + version);
    mock.timers.tick(150);
    names.push((await next(subscriber)).name);
  }
  assert.deepEqual(names.slice(0, 5), ['connected', 'sources', 'agents', 'locks', 'stats']);
  assert.deepEqual(names.slice(5), ['messages', 'agents', 'messages', 'locks', 'messages', 'agents', 'messages']);
  hub.close();
});

test('publish(): a burst is split into events of at most 500 messages and 4 MB', async () => {
  const hub = openHub({}, [], 1);
  const reader = new Reader(hub.subscribe(null));
  await reader.names();
  hub.publish(rows(1, 900), 900);
  await turn();
  assert.deepEqual(
    reader.events.splice(0).map((event) => seqsOf(event).length),
    [500, 400],
  );
  hub.publish(rows(901, 907, 1_000_000), 907);
  await turn();
  const events = reader.events.splice(0);
  assert.deepEqual(
    events.flatMap(seqsOf),
    rows(901, 907).map(({ seq }) => seq),
  );
  assert.ok(events.length > 1 && events.every((event) => dataOf(event).length < 4.2 * 2 ** 20));
  hub.close();
});

test('publish(): after a burst larger than the memory all clients share the reads', async () => {
  const all = rows(1, 5_000);
  let reads = 0;
  const after: MessageSource['after'] = async (seq, { messages }) => {
    reads++;
    return all.filter((row) => row.seq > seq).slice(0, messages);
  };
  const hub = openHub({ source: { after } }, all.slice(0, 10));
  const readers = Array.from({ length: 20 }, () => new Reader(hub.subscribe('e.10')));
  await turn();
  hub.publish(all.slice(4_500), 5_000);
  for (let index = 0; index < 30; index++) await turn();
  for (const reader of readers) {
    assert.deepEqual(
      reader.events.filter((event) => event.name === 'messages').flatMap(seqsOf),
      all.slice(10).map(({ seq }) => seq),
    );
  }
  assert.equal(reads, 9);
  hub.close();
});

test('subscribe(): clients that come one after the other share pages, until none has come for 10 s', async () => {
  const all = rows(1, 100);
  let reads = 0;
  const after: MessageSource['after'] = async (seq, { messages }) => {
    reads++;
    return all.filter((row) => row.seq > seq).slice(0, messages);
  };
  const hub = openHub({ source: { after } }, all.slice(40));
  const visit = async () => {
    const reader = new Reader(hub.subscribe('e.10'));
    await turn();
    assert.deepEqual(
      reader.events.filter((event) => event.name === 'messages').flatMap(seqsOf),
      all.slice(10).map(({ seq }) => seq),
    );
    reader.subscriber.close('left');
  };
  for (let visits = 0; visits < 3; visits++) {
    await visit();
    mock.timers.tick(9_900);
  }
  assert.equal(reads, 1);
  mock.timers.tick(100);
  await visit();
  assert.equal(reads, 2);
  hub.close();
});

test('newest(): memory is bounded by count and by size; null where it does not reach far enough', () => {
  const hub = openHub({}, rows(1, 10));
  assert.equal(hub.newest(1_000)?.length, 10, 'it reaches the oldest message');
  hub.publish(rows(11, 2_000), 2_000);
  assert.equal(hub.newest(1_000)?.length, 1_000);
  assert.equal(hub.newest(1_001), null);
  hub.publish(rows(2_001, 2_300, 100_000), 2_300);
  assert.equal(hub.newest(100), null, 'no more than 8 MB');
  assert.deepEqual(
    hub.newest(2)?.map(({ seq }) => seq),
    [2_299, 2_300],
  );
  hub.publish(rows(2_301, 2_370, 1_000_000), 2_370);
  assert.equal(hub.newest(50)?.length, 50, 'but always what a new client gets');
  hub.publish([], 2_400);
  assert.equal(hub.newest(1), null, 'a commit without messages leaves no hole');
  assert.deepEqual(hub.head(), { epoch: 'e', seq: 2_400 });
});

test('setOldest(): pruned messages leave memory', () => {
  const hub = openHub({}, rows(1, 20));
  hub.setOldest(16);
  assert.deepEqual(
    hub.newest(50)?.map(({ seq }) => seq),
    [16, 17, 18, 19, 20],
  );
});

test('open(): another epoch ends every subscriber, the same one none', async () => {
  const hub = openHub();
  const reader = new Reader(hub.subscribe(null));
  await reader.names();
  hub.open('e', rows(2, 4), 1);
  assert.deepEqual(await reader.take('messages'), [{ messages: [{ seq: 4, pad: '' }], count: 1 }]);
  hub.open('f', rows(1, 1), 1);
  await turn();
  assert.equal(reader.reason, 'another history');
  assert.equal(await reader.subscriber.next(), null);
  assert.equal(hub.subscriberCount, 0);
  assert.deepEqual(hub.head(), { epoch: 'f', seq: 1 });
});

test('subscribe(): a source that fails ends the subscriber, and its next attempt reads again', async () => {
  const all = rows(1, 200);
  let broken = true;
  const after = async (seq: number) => {
    if (broken) throw new Error('disk');
    return all.filter((row) => row.seq > seq);
  };
  const hub = openHub({ source: { after } }, all.slice(100));
  const failing = new Reader(hub.subscribe('e.7'));
  await turn();
  assert.equal(failing.reason, 'its messages can not be read');
  broken = false;
  const reader = new Reader(hub.subscribe('e.7'));
  await turn();
  assert.deepEqual(
    reader.events.filter((event) => event.name === 'messages').flatMap(seqsOf),
    all.slice(7).map(({ seq }) => seq),
  );
  hub.close();
});

test('Hub: a clock that is set ahead drops no client', async () => {
  const hub = openHub({ ticks: () => 0 });
  const waiting = hub.subscribe(null);
  await next(waiting);
  mock.timers.tick(1_000);
  mock.timers.setTime(Date.now() + 86_400_000);
  mock.timers.tick(1_000);
  assert.equal(hub.subscriberCount, 1);
  hub.close();
});

test('Hub: a client that reads nothing for 30 s is dropped, one that reads stays', async () => {
  const hub = openHub();
  const reader = new Reader(hub.subscribe(null));
  const stalled = hub.subscribe(null);
  let reason: string | null = null;
  stalled.onEnd = (given) => {
    reason = given;
  };
  await next(stalled);
  for (let second = 0; second < 31; second++) {
    assert.equal(reason, null);
    mock.timers.tick(1_000);
    await turn();
  }
  mock.timers.tick(1_000);
  assert.equal(reason, 'stalled');
  assert.equal(await stalled.next(), null);
  assert.equal(reader.reason, null);
  assert.equal(hub.subscriberCount, 1);
  hub.close();
});

test('close(): ends all subscribers, later ones too, and stops the timers', async () => {
  const hub = openHub();
  const reader = new Reader(hub.subscribe(null));
  await turn();
  hub.close();
  await turn();
  assert.equal(reader.reason, 'the server stops');
  assert.equal(await hub.subscribe(null).next(), null);
  assert.equal(hub.subscriberCount, 0);
});

test('subscribe(): throws without a history', () => {
  const hub = new Hub({ source: EMPTY });
  assert.throws(() => hub.subscribe(null), /no history/);
  assert.equal(hub.newest(5), null);
});

test('reaching(): a client ahead of a follower waits for its message, so that it sees no gap', async () => {
  const hub = new Hub({ source: { after: async () => [] } });
  hub.open('e', [{ seq: 1, json: Buffer.from('{}') }], 1);
  assert.equal(hub.reaching('e.1'), null);
  assert.equal(hub.reaching('other.9'), null);
  assert.equal(hub.reaching('e.999999999'), null, 'no message is so far ahead');
  const waiting = hub.reaching('e.2');
  assert.ok(waiting);
  hub.publish([{ seq: 2, json: Buffer.from('{}') }], 2);
  await waiting;
  const subscriber = hub.subscribe('e.2');
  const connected = await subscriber.next();
  assert.match(String(connected?.json[0]), /"resumed":true,"gap":false/);
  hub.close();
});
