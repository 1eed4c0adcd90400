import assert from 'node:assert/strict';
import { existsSync, readdirSync, renameSync } from 'node:fs';
import { dirname } from 'node:path';
import { test } from 'node:test';
import { recorderTests } from '../../test/support/recorder-fixtures';
import type { History } from '../history/history';
import { HistoryFault } from '../history/history-fault';
import { HistoryKeeper } from './history-keeper';
import { HistorySlot } from './history-slot';

const { newSwarm } = recorderTests('history-keeper-');

/** A keeper, and each switch as [file before, file after]. `refuse` makes the next preparations fail. */
function newKeeper() {
  const { root, file } = newSwarm();
  let now = Date.now();
  const slot = new HistorySlot(
    { file, root, inFolder: false, adopt: false },
    () => null,
    () => now,
  );
  const switches: [string | undefined, string][] = [];
  const refusals: Error[] = [];
  const keeper = new HistoryKeeper(
    slot,
    (history: History) => {
      const refusal = refusals.shift();
      if (refusal) throw refusal;
      return (before) => {
        switches.push([before?.file, history.file]);
        if (before !== history) before?.close();
      };
    },
    () => now,
  );
  const close = () => {
    keeper.history.close();
    slot.release();
  };
  return {
    keeper,
    slot,
    file,
    switches,
    refuse: (error: Error) => refusals.push(error),
    pass: (ms: number) => (now += ms),
    close,
  };
}

const full = () => Object.assign(new Error('database or disk is full'), { code: 'SQLITE_FULL' });
const fail = (error: Error) => () => {
  throw error;
};

test('reopen(): opens the file, and memory where the preparation finds it unusable', () => {
  const { keeper, file, switches, refuse, close } = newKeeper();
  assert.equal(keeper.hasHistory, false);
  refuse(new HistoryFault('unusable', 'It is unusable.'));
  keeper.reopen();
  assert.deepEqual([switches, keeper.inMemory, keeper.fault], [[[undefined, ':memory:']], true, 'It is unusable.']);
  keeper.reopen();
  assert.deepEqual([switches.at(-1), keeper.fault], [[':memory:', file], null]);
  close();
});

test('reopen(): a file that the preparation finds damaged is moved aside and made again', () => {
  const { keeper, slot, file, switches, refuse, close } = newKeeper();
  refuse(new HistoryFault('corrupt', 'It is damaged.'));
  keeper.reopen();
  assert.deepEqual([switches, keeper.fault], [[[undefined, file]], null]);
  assert.ok(slot.movedTo && existsSync(slot.movedTo));
  close();
});

test('guard(): a fault of the database switches to memory; the file returns when it works again', () => {
  const { keeper, file, switches, pass, close } = newKeeper();
  keeper.reopen();
  assert.equal(
    keeper.guard(() => 7),
    7,
  );
  const checkpoint = JSON.stringify({ version: 1, current: null, generations: [], gaps: 3, skipped: {} });
  keeper.history.append([{ text: '{"n":1}', fields: { n: 1 } }], checkpoint, Date.now());
  assert.equal(keeper.guard(fail(full())), undefined);
  assert.deepEqual([switches.at(-1), keeper.inMemory], [[file, ':memory:'], true]);
  assert.deepEqual([keeper.history.checkpoint(), keeper.history.head()], [checkpoint, 1], 'memory continues there');
  assert.match(keeper.fault ?? '', /disk is full/);
  pass(2000);
  keeper.check();
  assert.deepEqual([switches.at(-1), keeper.fault], [[':memory:', file], null]);
  close();
});

test('guard(): an error that is not of the database is thrown, and so is every error in memory', () => {
  const { keeper, switches, close } = newKeeper();
  keeper.reopen();
  assert.throws(() => keeper.guard(fail(new TypeError('no'))), TypeError);
  keeper.guard(fail(full()));
  assert.throws(() => keeper.guard(fail(full())), /full/);
  assert.equal(switches.length, 2);
  close();
});

test('reportDamage(): moves the file aside and begins another one at once', () => {
  const { keeper, slot, file, switches, close } = newKeeper();
  keeper.reopen();
  const { epoch } = keeper.history;
  keeper.reportDamage();
  assert.deepEqual(switches.slice(1), [
    [file, ':memory:'],
    [':memory:', file],
  ]);
  assert.notEqual(keeper.history.epoch, epoch);
  assert.ok(slot.movedTo && existsSync(slot.movedTo));
  close();
});

test('check(): opens the file again once it was removed, at most about once a second', () => {
  const { keeper, file, switches, pass, close } = newKeeper();
  keeper.reopen();
  keeper.check();
  for (const name of readdirSync(dirname(file))) {
    if (!name.endsWith('.lock')) renameSync(`${dirname(file)}/${name}`, `${dirname(file)}/gone-${name}`);
  }
  keeper.check();
  assert.equal(switches.length, 1);
  pass(900);
  keeper.check();
  assert.deepEqual(switches.slice(1), [[file, file]]);
  close();
});

test('restart(): uses the open history again without closing it', () => {
  const { keeper, file, switches, close } = newKeeper();
  keeper.reopen();
  const { history } = keeper;
  keeper.restart();
  assert.deepEqual(switches.at(-1), [file, file]);
  assert.equal(keeper.history, history);
  close();
});
