/** What becomes of messages when a dashboard ends, is killed, or runs beside another one. */
import assert from 'node:assert/strict';
import { mkdirSync, renameSync, rmdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { keptMessage, OutboxFolder, takes, waits } from '../../../test/support/test-outbox';
import { until } from '../../../test/support/until';
import { later } from './delivery';
import { MessageRecord } from './message-record';
import { OutboxStore } from './outbox-store';

let folder: OutboxFolder;
beforeEach(() => {
  folder = new OutboxFolder();
});
afterEach(() => folder.remove());

test('Outbox: after a restart what waited is delivered, and what had begun is unknown and never repeated', async () => {
  const never = new Promise<never>(() => {});
  const first = folder.box(async (letter, text) => {
    if (text.includes('began')) {
      await letter.begin('tmux');
      return never;
    }
    return later('It waits.');
  });
  await first.outbox.send(keptMessage('began', ['a']));
  const waited = await first.outbox.send(keptMessage('waited', ['b']));
  await waited.tried;
  await until(
    async () => first.outbox.find('began')?.at('a').stage,
    (stage) => stage === 'begun',
  );
  await first.outbox.stop();

  const [second, third] = [folder.box(takes), folder.box(takes)];
  second.outbox.start();
  third.outbox.start();
  const owner = await until(
    async () => [second, third].find((box) => box.outbox.find('began') && box.outbox.find('waited')),
    (box) => box !== undefined,
  );
  assert.ok(owner);
  await owner.isFinal('began');
  await owner.isFinal('waited');
  assert.equal(owner.deliveries('began').a?.outcome, 'unknown');
  assert.equal(owner.deliveries('waited').b?.outcome, 'delivered');
  await delay(60);
  // Only one of two dashboards took them.
  assert.deepEqual([...second.sent, ...third.sent], ['waited']);
  assert.deepEqual(
    folder
      .logLines()
      .map(({ content }) => content)
      .sort(),
    ['began', 'waited'],
  );
});

test('Outbox: a dashboard that runs keeps its messages for itself', async () => {
  const first = folder.box(waits);
  await (await first.outbox.send(keptMessage('m', ['a']))).tried;
  const second = folder.box(takes);
  second.outbox.start();
  await delay(100);
  assert.equal(second.outbox.find('m'), null);
  assert.deepEqual(second.sent, []);
});

test('Outbox: a line whose writing began before a crash is written once', async () => {
  const record = new MessageRecord(folder.root, 'UTC');
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
    const one = keptMessage(id, [], { deliveries: { a: delivery }, logged: 'begun' });
    if (isThere) await record.write(one, false);
    const store = new OutboxStore(join(folder.root, 'outbox'));
    await store.save(one);
    await store.close();
  }
  const box = folder.box(takes);
  box.outbox.start();
  await until(
    async () => folder.logLines().length,
    (count) => count === 2,
  );
  await box.isFinal('there');
  await box.isFinal('missing');
  assert.deepEqual(
    folder.logLines().map(({ msg_id }) => msg_id),
    ['msg-there', 'msg-missing'],
  );
});

test('Outbox: what waits for an agent never reaches another one that gets its id', async () => {
  const box = folder.box(waits);
  const sent = await box.outbox.send(keptMessage('m', ['a']));
  await sent.tried;
  box.deliver = takes;
  box.life = 'pid 2';
  await box.isFinal('m');
  assert.deepEqual([box.deliveries('m').a?.detail, box.sent], ['Another process has its id now.', []]);
});

test('Outbox: what waits does not reach another process that got the id while the dashboard was stopped', async () => {
  const first = folder.box(waits);
  await (await first.outbox.send(keptMessage('m', ['a']))).tried;
  await first.outbox.stop();
  const second = folder.box(takes);
  second.life = 'pid 2';
  second.outbox.start();
  await until(
    async () => second.outbox.find('m')?.isFinal,
    (isFinal) => isFinal === true,
  );
  assert.deepEqual([second.deliveries('m').a?.detail, second.sent], ['Another process has its id now.', []]);
});

test('OutboxStore: what can not be read just now is left for the next time, and the others are taken over', async () => {
  const first = new OutboxStore(join(folder.root, 'outbox'));
  for (const id of ['one', 'two']) await first.save(keptMessage(id, ['a']));
  await first.close();
  const [name = ''] = folder.kept().filter((path) => path.endsWith('one.json'));
  const path = join(folder.root, 'outbox', name);
  // Reading a folder fails, as reading a file does where too many are open.
  renameSync(path, `${path}.aside`);
  mkdirSync(path);
  const next = new OutboxStore(join(folder.root, 'outbox'));
  assert.deepEqual(
    (await next.adopt()).map(({ id }) => id),
    ['two'],
  );
  rmdirSync(path);
  renameSync(`${path}.aside`, path);
  assert.deepEqual(
    (await next.adopt()).map(({ id }) => id),
    ['one'],
  );
  await next.close();
});

test('Outbox: a command that a former process has kept is not typed where such commands are off', async () => {
  const first = folder.box(waits);
  await (await first.outbox.send(keptMessage('m', ['a'], { asCommand: true, content: '/clear' }))).tried;
  await first.outbox.stop();
  const second = folder.box(takes, 60_000, false);
  second.outbox.start();
  await until(
    async () => second.outbox.find('m')?.isFinal,
    (isFinal) => isFinal === true,
  );
  assert.deepEqual([second.deliveries('m').a?.outcome, second.sent], ['failed', []]);
  assert.match(second.deliveries('m').a?.detail ?? '', /switched off, so it was not typed/);
});
