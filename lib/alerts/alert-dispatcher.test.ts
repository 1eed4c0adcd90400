import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type TestContext, test } from 'node:test';
import type { KeptPost } from '../contract/alert-schemas';
import { UNKNOWN_ATTENTION_FACTS } from '../contract/defaults';
import { AlertDispatcher } from './alert-dispatcher';
import { AllowedHosts } from './allowed-hosts';

const EVIDENCE = { agents: [], locks: [], messages: [], sources: [] };
const RULE = { name: 'ops', kinds: null, severity: 'notice' as const, minimumAgeMs: 0, resolved: true };

function post(key: string, tries = 0): KeptPost {
  const entry = { id: key, kind: 'agent_dead' as const, severity: 'critical' as const, since: 'then', subject: key };
  const alerts = [
    {
      key,
      event: 'new' as const,
      at: 'now',
      entry: { ...UNKNOWN_ATTENTION_FACTS, ...entry, reason: key, evidence: EVIDENCE },
    },
  ];
  return { receiver: 'ops', key, alerts, leftOut: 0, tries, notBefore: 0 };
}

/** A teller with a receiver that answers when it is told to. */
async function scene(context: TestContext) {
  const asked: { key: unknown; response: ServerResponse }[] = [];
  let heard = () => {};
  const server = createServer((request, response) => {
    asked.push({ key: request.headers['idempotency-key'], response });
    request.resume();
    heard();
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  context.after(() => server.close().closeAllConnections());
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/secret`;
  const receiver = {
    rule: { ...RULE, limitPerMinute: 10 },
    url,
    format: 'json' as const,
    secret: null,
    timeoutMs: 5000,
  };
  const reported: string[] = [];
  const notes: string[] = [];
  const dispatcher = new AlertDispatcher({
    ...{ allowed: new AllowedHosts(['127.0.0.1']), swarm: 'x', page: null },
    report: ({ key, outcome }) => {
      reported.push(`${key} ${outcome.kind}`);
      heard();
    },
    note: (line) => notes.push(line),
  });
  dispatcher.setReceivers([receiver]);
  const until = async (condition: () => boolean) => {
    while (!condition()) {
      await new Promise<void>((resolve) => {
        heard = resolve;
      });
    }
  };
  return { dispatcher, receiver, asked, reported, notes, until };
}

test('one post at a time: the same one is not sent twice, another one waits for the end', async (context) => {
  const { dispatcher, asked, reported, until } = await scene(context);
  dispatcher.take([post('a')]);
  await until(() => asked.length === 1);
  dispatcher.take([post('a')]);
  dispatcher.take([post('b')]);
  asked[0]?.response.end();
  await until(() => asked.length === 2);
  assert.deepEqual(
    asked.map(({ key }) => key),
    ['a', 'b'],
  );
  asked[1]?.response.writeHead(500).end();
  await until(() => reported.length === 2);
  dispatcher.take([post('b', 1)]);
  await until(() => asked.length === 3);
  asked[2]?.response.writeHead(410).end();
  await until(() => reported.length === 3);
  assert.deepEqual(reported, ['a delivered', 'b failed', 'b refused']);
  await dispatcher.stop();
});

test('what was delivered is not sent again where the outbox had not read the report yet: it gets the report again', async (context) => {
  const { dispatcher, receiver, asked, reported, until } = await scene(context);
  const deliver = async (number: number) => {
    await until(() => asked.length === number);
    asked[number - 1]?.response.end();
  };
  dispatcher.take([post('a')]);
  await deliver(1);
  await until(() => reported.length === 1);
  dispatcher.take([post('a')]);
  await until(() => asked.length === 2 || reported.length === 2);
  assert.deepEqual([asked.length, reported], [1, ['a delivered', 'a delivered']]);
  // Of one that comes back nothing is known.
  dispatcher.setReceivers([]);
  dispatcher.setReceivers([receiver]);
  dispatcher.take([post('a')]);
  await deliver(2);
  await until(() => reported.length === 3);
  await dispatcher.stop();
});

test('a receiver that is removed gets nothing more, not even what was wanted; one that comes back starts afresh', async (context) => {
  const { dispatcher, receiver, asked, reported, notes, until } = await scene(context);
  dispatcher.take([post('a')]);
  await until(() => asked.length === 1);
  dispatcher.take([post('b')]);
  dispatcher.setReceivers([]);
  asked[0]?.response.end();
  await until(() => reported.length === 1);
  const failing = { since: 0, reason: 'it answered with status 500' };
  const state = { name: 'ops', delivered: 0, failed: 0, given_up: 3, left_out: 0, queued: 0, failing };
  for (const states of [[state], [], [{ ...state, given_up: 0, failing: null }]]) dispatcher.show(states);
  assert.deepEqual(notes, ['Alerts to ops fail: it answered with status 500. They are tried again.']);
  dispatcher.setReceivers([receiver]);
  dispatcher.take([post('c')]);
  await until(() => asked.length === 2);
  assert.equal(asked[1]?.key, 'c');
  asked[1]?.response.end();
  await dispatcher.stop();
  // Nothing that it could ever reach.
  dispatcher.setReceivers([{ ...receiver, url: 'http://10.0.0.1/' }]);
  assert.match(notes.at(-1) ?? '', /^Alerts to ops can't be posted: 10\.0\.0\.1/);
});

test('a stop does not wait for a receiver that hangs, and reports nothing of it', async (context) => {
  const { dispatcher, asked, reported, until } = await scene(context);
  dispatcher.take([post('a')]);
  await until(() => asked.length === 1);
  await dispatcher.stop();
  dispatcher.take([post('b')]);
  assert.deepEqual([asked.length, reported], [1, []]);
});

test('the log names the receiver, once when it begins to fail and once when it works again', async (context) => {
  const { dispatcher, notes } = await scene(context);
  const sound = { name: 'ops', delivered: 0, failed: 0, given_up: 0, left_out: 0, queued: 0, failing: null };
  const failing = { ...sound, failing: { since: 0, reason: 'it answered with status 500' } };
  for (const state of [sound, failing, { ...failing, given_up: 2 }, sound]) dispatcher.show([state]);
  assert.deepEqual(notes, [
    'Alerts to ops fail: it answered with status 500. They are tried again.',
    "2 alerts to ops can't be delivered and are given up.",
    'Alerts to ops are delivered again.',
  ]);
});
