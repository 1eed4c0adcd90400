import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { until } from '../../../test/support/until';
import type { OutgoingState } from '../../contract/action-schemas';
import { type Attempt, type Final, failed, type Letter, later, NotBegun, type Reach } from './delivery';
import { MessageRecord } from './message-record';
import { Outbox } from './outbox';
import { type KeptMessage, OutboxStore } from './outbox-store';
import { waitingDelivery } from './outgoing';

const DELIVERED: Attempt = { kind: 'final', outcome: 'delivered', via: 'session', detail: 'The session took it.' };
const REACH: Reach = {
  life: 'pid 1',
  gone: null,
  session: null,
  pane: null,
  transcript: null,
  runsClaude: true,
  claudePid: null,
};
let root = '';
let boxes: TestBox[] = [];

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'outbox-'));
  boxes = [];
});
afterEach(async () => {
  await Promise.all(boxes.map((box) => box.outbox.stop()));
  rmSync(root, { recursive: true, force: true });
});

/** What an agent does with a letter. */
type Deliver = (letter: Letter, text: string) => Promise<Attempt>;

const takes: Deliver = async (letter) => {
  await letter.begin('session');
  return DELIVERED;
};
const waits: Deliver = async () => later('It waits at a prompt (permission prompt).');

class TestBox {
  /** The texts that were sent, in order. */
  readonly sent: string[] = [];
  readonly faults: unknown[] = [];
  readonly outbox: Outbox;
  state: OutgoingState = { messages: [] };
  deliver: Deliver;
  /** Of every agent. */
  life = 'pid 1';

  constructor(deliver: Deliver, shownMs = 60_000) {
    this.deliver = deliver;
    this.outbox = new Outbox({
      store: new OutboxStore(join(root, 'outbox')),
      courier: {
        attempt: async (_, letter) => {
          const text = letter.text();
          const attempt = await this.deliver(letter, text);
          if (attempt.kind !== 'later') this.sent.push(text.replace(/^.*: /s, ''));
          return attempt;
        },
      },
      record: new MessageRecord(root, 'UTC'),
      reach: (id) => (id === 'gone' ? null : { ...REACH, life: this.life }),
      zone: 'UTC',
      publish: (state) => {
        this.state = state;
      },
      onFault: (error) => this.faults.push(error),
      times: { retryMs: 5, shownMs, adoptMs: 20 },
    });
    boxes.push(this);
  }

  deliveries(id: string) {
    return this.state.messages.find((one) => one.id === id)?.deliveries ?? {};
  }
}

function message(id: string, recipients: string[], more: Partial<KeptMessage> = {}): KeptMessage {
  const at = Date.now();
  return {
    ...{ id, at, expiresAt: at + 600_000, sender: 'operator', msgType: 'INFO', content: id },
    ...{ requiresAck: false, asCommand: false, msgId: `msg-${id}`, logged: 'no', logDetail: null },
    deliveries: Object.fromEntries(recipients.map((one) => [one, waitingDelivery('It waits for its turn.')])),
    ...more,
  };
}

function logLines(): Record<string, unknown>[] {
  try {
    return readFileSync(join(root, 'agent_messages.log'), 'utf8')
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
  } catch {
    return [];
  }
}

const kept = () =>
  readdirSync(join(root, 'outbox'), { recursive: true }).filter((name) => String(name).endsWith('.json'));
const isFinal = (box: TestBox, id: string) =>
  until(
    async () => box.outbox.find(id)?.describe().final,
    (final) => final === true,
  );

test('Outbox: each agent gets its messages in their order, one at a time; the line follows the last outcome', async () => {
  let busy = 0;
  const box = new TestBox(async (letter) => {
    busy += 1;
    assert.equal(busy, 1);
    await delay(2);
    busy -= 1;
    return takes(letter, '');
  });
  const ids = Array.from({ length: 20 }, (_, index) => `m${index}`);
  for (const id of ids) await box.outbox.send(message(id, ['a']));
  await isFinal(box, 'm19');
  assert.deepEqual(box.sent, ids);
  assert.deepEqual(
    logLines().map(({ content }) => content),
    ids,
  );
  await until(
    async () => kept(),
    (left) => left.length === 0,
  );
});

test('Outbox: a line in the log says who got it, with true only for delivered', async () => {
  const outcomes: Record<string, Attempt> = {
    a: DELIVERED,
    b: failed('It is dead.'),
    c: { kind: 'final', outcome: 'unknown', via: 'tmux', detail: 'Nothing confirms it.' },
  };
  const box = new TestBox(takes);
  const turns = Object.values(outcomes);
  box.deliver = async () => turns.shift() ?? later('never');
  await box.outbox.send(message('m', ['a', 'b', 'c']));
  await isFinal(box, 'm');
  const [line] = logLines();
  assert.deepEqual(line?.delivery_status, { a: true, b: false, c: false });
  assert.deepEqual([line?.success_count, line?.failure_count, line?.msg_id], [1, 2, 'msg-m']);
  assert.match(String(line?.timestamp), /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}$/);
});

test('Outbox: what waits is queued, and is delivered when nothing hinders it any more', async () => {
  const box = new TestBox(waits);
  const sent = await box.outbox.send(message('m', ['a']));
  await sent.tried;
  assert.deepEqual([box.deliveries('m').a?.outcome, box.deliveries('m').a?.expires_at === null], ['queued', false]);
  assert.deepEqual(logLines(), []);
  box.deliver = takes;
  await isFinal(box, 'm');
  assert.equal(box.deliveries('m').a?.outcome, 'delivered');
  assert.equal(logLines().length, 1);
});

test('Outbox: what still waits at its end fails, by the clock that is ahead', async () => {
  const box = new TestBox(waits);
  await box.outbox.send(message('m', ['a'], { expiresAt: Date.now() + 60 }));
  await isFinal(box, 'm');
  assert.equal(box.deliveries('m').a?.outcome, 'failed');
  assert.match(box.deliveries('m').a?.detail ?? '', /not delivered in time.*waits at a prompt/);
});

test('Outbox: a clock set back does not keep a message longer', async (context) => {
  const box = new TestBox(waits);
  await box.outbox.send(message('m', ['a'], { expiresAt: Date.now() + 100 }));
  const past = Date.now() - 3_600_000;
  context.mock.method(Date, 'now', () => past);
  await isFinal(box, 'm');
  assert.equal(box.deliveries('m').a?.outcome, 'failed');
});

test('Outbox: a withdrawn delivery never begins; a message that nobody got is not in the log', async () => {
  const box = new TestBox(waits);
  const sent = await box.outbox.send(message('m', ['a', 'b']));
  await sent.tried;
  assert.deepEqual(await box.outbox.withdraw(sent, ['a'], 'ada'), ['a']);
  assert.match(box.deliveries('m').a?.detail ?? '', /Withdrawn by ada/);
  assert.deepEqual(await box.outbox.withdraw(sent, ['a', 'b'], 'ada'), ['b']);
  box.deliver = takes;
  await isFinal(box, 'm');
  await delay(30);
  assert.deepEqual([box.sent, logLines(), kept()], [[], [], []]);
  assert.match(sent.describe().detail ?? '', /withdrawn before anybody got it/);
});

test('Outbox: what began can not be withdrawn, and what was withdrawn can not begin', async () => {
  let go = () => {};
  const began = new Promise<void>((resolve) => {
    go = resolve;
  });
  const box = new TestBox(async (letter) => {
    await letter.begin('tmux');
    await began;
    return DELIVERED;
  });
  const sent = await box.outbox.send(message('m', ['a']));
  await until(
    async () => sent.at('a').stage,
    (stage) => stage === 'begun',
  );
  assert.deepEqual(await box.outbox.withdraw(sent, ['a'], 'ada'), []);
  go();
  await isFinal(box, 'm');
  assert.equal(box.deliveries('m').a?.outcome, 'delivered');

  const other = new TestBox(async (letter) => {
    await other.outbox.withdraw(other.outbox.find('n') as never, ['a'], 'ada');
    await assert.rejects(letter.begin('tmux'), NotBegun);
    return later('It was withdrawn.');
  });
  await other.outbox.send(message('n', ['a']));
  await isFinal(other, 'n');
  assert.equal(other.deliveries('n').a?.outcome, 'failed');
});

test('Outbox: after a restart what waited is delivered, and what had begun is unknown and never repeated', async () => {
  const never = new Promise<never>(() => {});
  const first = new TestBox(async (letter, text) => {
    if (text.includes('began')) {
      await letter.begin('tmux');
      return never;
    }
    return later('It waits.');
  });
  await first.outbox.send(message('began', ['a']));
  const waited = await first.outbox.send(message('waited', ['b']));
  await waited.tried;
  await until(
    async () => first.outbox.find('began')?.at('a').stage,
    (stage) => stage === 'begun',
  );
  await first.outbox.stop();

  const [second, third] = [new TestBox(takes), new TestBox(takes)];
  second.outbox.start();
  third.outbox.start();
  const owner = await until(
    async () => [second, third].find((box) => box.outbox.find('began') && box.outbox.find('waited')),
    (box) => box !== undefined,
  );
  assert.ok(owner);
  await isFinal(owner, 'began');
  await isFinal(owner, 'waited');
  assert.equal(owner.deliveries('began').a?.outcome, 'unknown');
  assert.equal(owner.deliveries('waited').b?.outcome, 'delivered');
  await delay(60);
  // Only one of two dashboards took them.
  assert.deepEqual([...second.sent, ...third.sent], ['waited']);
  assert.deepEqual(
    logLines()
      .map(({ content }) => content)
      .sort(),
    ['began', 'waited'],
  );
});

test('Outbox: a dashboard that runs keeps its messages for itself', async () => {
  const first = new TestBox(waits);
  await (await first.outbox.send(message('m', ['a']))).tried;
  const second = new TestBox(takes);
  second.outbox.start();
  await delay(100);
  assert.equal(second.outbox.find('m'), null);
  assert.deepEqual(second.sent, []);
});

test('Outbox: a line whose writing began before a crash is written once', async () => {
  const record = new MessageRecord(root, 'UTC');
  for (const [id, isThere] of [
    ['there', true],
    ['missing', false],
  ] as const) {
    const delivery = {
      stage: 'final',
      outcome: 'delivered',
      via: 'tmux',
      detail: 'It took it.',
      life: null,
      withdrawn: false,
    } as const;
    const one = message(id, [], { deliveries: { a: delivery }, logged: 'begun' });
    if (isThere) await record.write(one, false);
    const store = new OutboxStore(join(root, 'outbox'));
    await store.save(one);
    await store.close();
  }
  const box = new TestBox(takes);
  box.outbox.start();
  await until(
    async () => logLines().length,
    (count) => count === 2,
  );
  await isFinal(box, 'there');
  await isFinal(box, 'missing');
  assert.deepEqual(
    logLines().map(({ msg_id }) => msg_id),
    ['msg-there', 'msg-missing'],
  );
});

test('Outbox: what the session has in its own queue lets the next message pass, and ends by its evidence', async () => {
  let read: (final: Final) => void = () => {};
  const end = new Promise<Final>((resolve) => {
    read = resolve;
  });
  const box = new TestBox(async (letter, text) => {
    await letter.begin('session');
    return text.includes('first') ? { kind: 'held', via: 'session', detail: 'The session has it.', end } : DELIVERED;
  });
  await box.outbox.send(message('first', ['a']));
  await box.outbox.send(message('second', ['a']));
  await isFinal(box, 'second');
  assert.equal(box.deliveries('first').a?.outcome, 'queued');
  read({ outcome: 'delivered', via: 'session', detail: 'The session took it.' });
  await isFinal(box, 'first');
  assert.equal(box.deliveries('first').a?.outcome, 'delivered');
});

test('Outbox: a fault of delivery ends in an outcome', async () => {
  const box = new TestBox(async (letter, text) => {
    if (text.includes('late')) await letter.begin('tmux');
    throw new Error('broken');
  });
  await box.outbox.send(message('early', ['a']));
  await box.outbox.send(message('late', ['b']));
  await isFinal(box, 'early');
  await isFinal(box, 'late');
  assert.equal(box.deliveries('early').a?.outcome, 'failed');
  assert.equal(box.deliveries('late').b?.outcome, 'unknown');
  assert.equal(box.faults.length, 2);
});

test('Outbox: what waits for an agent never reaches another one that gets its id', async () => {
  const box = new TestBox(waits);
  const sent = await box.outbox.send(message('m', ['a']));
  await sent.tried;
  box.deliver = takes;
  box.life = 'pid 2';
  await isFinal(box, 'm');
  assert.deepEqual([box.deliveries('m').a?.detail, box.sent], ['Another process has its id now.', []]);
});

test('Outbox: an agent that is not listed any more gets nothing', async () => {
  const box = new TestBox(takes);
  await box.outbox.send(message('m', ['gone']));
  await isFinal(box, 'm');
  assert.deepEqual([box.deliveries('m').gone?.outcome, box.sent], ['failed', []]);
});

test('Outbox: a final message is shown for a while and then forgotten', async () => {
  const box = new TestBox(takes, 30);
  await box.outbox.send(message('m', ['a']));
  await until(
    async () => box.outbox.find('m'),
    (found) => found === null,
  );
  assert.deepEqual(box.state.messages, []);
});
