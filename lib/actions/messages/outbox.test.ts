import assert from 'node:assert/strict';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { DELIVERED, keptMessage, OutboxFolder, takes, waits } from '../../../test/support/test-outbox';
import { until } from '../../../test/support/until';
import { type Attempt, type Final, failed, later, NotBegun } from './delivery';
import { OutboxStore } from './outbox-store';
import { withdrawMessage } from './withdraw-message';

let folder: OutboxFolder;
beforeEach(() => {
  folder = new OutboxFolder();
});
afterEach(() => folder.remove());

test('Outbox: each agent gets its messages in their order, one at a time; the line follows the last outcome', async () => {
  let busy = 0;
  const box = folder.box(async (letter) => {
    busy += 1;
    assert.equal(busy, 1);
    await delay(2);
    busy -= 1;
    return takes(letter, '');
  });
  const ids = Array.from({ length: 20 }, (_, index) => `m${index}`);
  for (const id of ids) await box.outbox.send(keptMessage(id, ['a']));
  await box.isFinal('m19');
  assert.deepEqual(box.sent, ids);
  assert.deepEqual(
    folder.logLines().map(({ content }) => content),
    ids,
  );
  await until(
    async () => folder.kept(),
    (left) => left.length === 0,
  );
});

test('Outbox: a line in the log says who got it, with true only for delivered', async () => {
  const outcomes: Record<string, Attempt> = {
    a: DELIVERED,
    b: failed('It is dead.'),
    c: { kind: 'final', outcome: 'unknown', via: 'tmux', detail: 'Nothing confirms it.' },
  };
  const box = folder.box(takes);
  const turns = Object.values(outcomes);
  box.deliver = async () => turns.shift() ?? later('never');
  await box.outbox.send(keptMessage('m', ['a', 'b', 'c']));
  await box.isFinal('m');
  const [line] = folder.logLines();
  assert.deepEqual(line?.delivery_status, { a: true, b: false, c: false });
  assert.deepEqual([line?.success_count, line?.failure_count, line?.msg_id], [1, 2, 'msg-m']);
  assert.match(String(line?.timestamp), /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}$/);
});

test('Outbox: what waits is queued, and is delivered when nothing hinders it any more', async () => {
  const box = folder.box(waits);
  const sent = await box.outbox.send(keptMessage('m', ['a']));
  await sent.tried;
  assert.deepEqual([box.deliveries('m').a?.outcome, box.deliveries('m').a?.expires_at === null], ['queued', false]);
  assert.deepEqual(folder.logLines(), []);
  box.deliver = takes;
  await box.isFinal('m');
  assert.equal(box.deliveries('m').a?.outcome, 'delivered');
  assert.equal(folder.logLines().length, 1);
});

test('Outbox: what still waits at its end fails, by the clock that is ahead', async () => {
  const box = folder.box(waits);
  await box.outbox.send(keptMessage('m', ['a'], { expiresAt: Date.now() + 60 }));
  await box.isFinal('m');
  assert.equal(box.deliveries('m').a?.outcome, 'failed');
  assert.match(box.deliveries('m').a?.detail ?? '', /not delivered in time.*waits at a prompt/);
});

test('Outbox: a clock set back does not keep a message longer', async (context) => {
  const box = folder.box(waits);
  await box.outbox.send(keptMessage('m', ['a'], { expiresAt: Date.now() + 100 }));
  const past = Date.now() - 3_600_000;
  context.mock.method(Date, 'now', () => past);
  await box.isFinal('m');
  assert.equal(box.deliveries('m').a?.outcome, 'failed');
});

test('Outbox: a withdrawn delivery never begins; a message that nobody got is not in the log', async () => {
  const box = folder.box(waits);
  const sent = await box.outbox.send(keptMessage('m', ['a', 'b']));
  await sent.tried;
  assert.deepEqual(await box.outbox.withdraw(sent, ['a'], 'ada'), { withdrawn: ['a'], unkept: null });
  assert.match(box.deliveries('m').a?.detail ?? '', /Withdrawn by ada/);
  assert.deepEqual(await box.outbox.withdraw(sent, ['a', 'b'], 'ada'), { withdrawn: ['b'], unkept: null });
  box.deliver = takes;
  await box.isFinal('m');
  await delay(30);
  assert.deepEqual([box.sent, folder.logLines(), folder.kept()], [[], [], []]);
  assert.match(sent.describe().detail ?? '', /withdrawn before anybody got it/);
});

test('Outbox: what began can not be withdrawn, and what was withdrawn can not begin', async () => {
  let go = () => {};
  const began = new Promise<void>((resolve) => {
    go = resolve;
  });
  const box = folder.box(async (letter) => {
    await letter.begin('tmux');
    await began;
    return DELIVERED;
  });
  const sent = await box.outbox.send(keptMessage('m', ['a']));
  await until(
    async () => sent.at('a').stage,
    (stage) => stage === 'begun',
  );
  assert.deepEqual(await box.outbox.withdraw(sent, ['a'], 'ada'), { withdrawn: [], unkept: null });
  go();
  await box.isFinal('m');
  assert.equal(box.deliveries('m').a?.outcome, 'delivered');

  const other = folder.box(async (letter) => {
    await other.outbox.withdraw(other.outbox.find('n') as never, ['a'], 'ada');
    await assert.rejects(letter.begin('tmux'), NotBegun);
    return later('It was withdrawn.');
  });
  await other.outbox.send(keptMessage('n', ['a']));
  await other.isFinal('n');
  assert.equal(other.deliveries('n').a?.outcome, 'failed');
});

test('Outbox: what the session has in its own queue lets the next message pass, and ends by its evidence', async () => {
  let read: (final: Final) => void = () => {};
  const end = new Promise<Final>((resolve) => {
    read = resolve;
  });
  const box = folder.box(async (letter, text) => {
    await letter.begin('session');
    return text.includes('first') ? { kind: 'held', via: 'session', detail: 'The session has it.', end } : DELIVERED;
  });
  await box.outbox.send(keptMessage('first', ['a']));
  await box.outbox.send(keptMessage('second', ['a']));
  await box.isFinal('second');
  assert.equal(box.deliveries('first').a?.outcome, 'queued');
  read({ outcome: 'delivered', via: 'session', detail: 'The session took it.' });
  await box.isFinal('first');
  assert.equal(box.deliveries('first').a?.outcome, 'delivered');
});

test('Outbox: a fault of delivery ends in an outcome', async () => {
  const box = folder.box(async (letter, text) => {
    if (text.includes('late')) await letter.begin('tmux');
    throw new Error('broken');
  });
  await box.outbox.send(keptMessage('early', ['a']));
  await box.outbox.send(keptMessage('late', ['b']));
  await box.isFinal('early');
  await box.isFinal('late');
  assert.equal(box.deliveries('early').a?.outcome, 'failed');
  assert.equal(box.deliveries('late').b?.outcome, 'unknown');
  assert.equal(box.faults.length, 2);
});

test('Outbox: an agent that is not listed any more gets nothing', async () => {
  const box = folder.box(takes);
  await box.outbox.send(keptMessage('m', ['gone']));
  await box.isFinal('m');
  assert.deepEqual([box.deliveries('m').gone?.outcome, box.sent], ['failed', []]);
});

test('Outbox: a final message is shown for a while and then forgotten', async () => {
  const box = folder.box(takes, 30);
  await box.outbox.send(keptMessage('m', ['a']));
  await until(
    async () => box.outbox.find('m'),
    (found) => found === null,
  );
  assert.deepEqual(box.state.messages, []);
});

test('withdraw_message: a withdrawal that can not be kept says that it may not survive the process', async (context) => {
  const box = folder.box(waits);
  const sent = await box.outbox.send(keptMessage('m', ['a', 'b']));
  await sent.tried;
  const full = Object.assign(new Error('ENOSPC: no space left on device'), { code: 'ENOSPC' });
  context.mock.method(OutboxStore.prototype, 'save', async () => Promise.reject(full));
  const ada = { name: 'ada', client: '192.0.2.7' };
  const { answer, outcome, detail } = await withdrawMessage(box.outbox).run({ id: 'm', recipient: 'a' }, ada);
  assert.deepEqual([outcome, answer.withdrawn], ['withdrawn', ['a']]);
  assert.match(answer.detail ?? '', /could not be kept \(ENOSPC: .*delivered after its restart/);
  assert.match(detail ?? '', /^Withdrawn from a\. That could not be kept/);
});

test('Outbox: who waits for the first attempts is answered when the dashboard ends', async () => {
  const box = folder.box(async (letter) => {
    await letter.begin('tmux');
    return new Promise<never>(() => {});
  });
  const sent = await box.outbox.send(keptMessage('m', ['a', 'b']));
  await until(
    async () => sent.at('a').stage,
    (stage) => stage === 'begun',
  );
  const stopped = box.outbox.stop();
  await sent.tried;
  assert.deepEqual(
    [sent.describe().deliveries.a?.outcome, sent.describe().deliveries.a?.detail],
    ['queued', 'It is just being delivered.'],
  );
  await stopped;
});

test('OutboxStore: a folder that somebody removed is created again, once for many messages', async () => {
  const box = folder.box(waits);
  await box.outbox.send(keptMessage('before', ['a']));
  rmSync(join(folder.root, 'outbox'), { recursive: true });
  await Promise.all(['one', 'two', 'three'].map((id) => box.outbox.send(keptMessage(id, ['a']))));
  assert.deepEqual(
    folder
      .kept()
      .map((path) => path.replace(/^.*\//, ''))
      .sort(),
    ['one.json', 'three.json', 'two.json'],
  );
  // It is locked again: nobody else takes them.
  assert.deepEqual(await new OutboxStore(join(folder.root, 'outbox')).adopt(), []);
});

test('Outbox: of very many messages on their way a part is listed, and the others are counted', async () => {
  const box = folder.box(waits);
  for (let index = 0; index < 53; index += 1) await box.outbox.send(keptMessage(`m${index}`, ['a']));
  assert.deepEqual([box.state.messages.length, box.state.left_off], [50, 3]);
  const [first] = box.state.messages;
  const found = box.outbox.find(first?.id ?? '');
  assert.ok(found);
  await box.outbox.withdraw(found, ['a'], 'ada');
  assert.equal(box.state.left_off, 2);
});
