import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { actionRecord } from '../../test/support/action-records';
import { actionRows } from '../history/action-rows';
import { History } from '../history/history';
import { ActionsFeed } from './actions-feed';

const folder = mkdtempSync(join(tmpdir(), 'actions-feed-'));
after(() => rmSync(folder, { recursive: true, force: true }));

let now = Date.parse('2026-02-03T09:30:00Z');
const pass = (milliseconds: number) => {
  now += milliseconds;
};
const outcomes = (history: History) => actionRows(history.db, { limit: 100 }).rows.map(({ outcome }) => outcome);

function feedOn(history: History, file: string | null, process: string): ActionsFeed {
  const feed = new ActionsFeed({ file, process }, () => now);
  feed.begin(history);
  return feed;
}

test('reviewSometimes(): what a living process runs is still running, and unknown once that process has ended', () => {
  const file = join(folder, 'two.sqlite');
  const [one, two] = [new History(file), new History(file)];
  const [running, other] = [feedOn(one, file, 'one'), feedOn(two, file, 'two')];
  running.take('start', actionRecord(), null);
  other.reviewSometimes();
  assert.deepEqual(outcomes(two), ['started']);
  running.stop();
  other.reviewSometimes();
  assert.deepEqual(outcomes(two), ['started'], 'once a second');
  pass(1000);
  other.reviewSometimes();
  assert.deepEqual(outcomes(two), ['unknown']);
  other.stop();
  one.close();
  two.close();
});

test('begin(): commands of an earlier start are unknown from the first answer on', () => {
  const file = join(folder, 'restart.sqlite');
  const before = new History(file);
  const feed = feedOn(before, file, 'before');
  feed.take('start', actionRecord(), null);
  feed.stop();
  before.close();
  const after = new History(file);
  feedOn(after, file, 'after');
  assert.deepEqual(outcomes(after), ['unknown']);
  after.close();
});

test('take(): memory in place of the file takes nothing; memory that a setting asks for does', () => {
  const file = join(folder, 'outage.sqlite');
  const first = new History(file);
  const feed = feedOn(first, file, 'p');
  const record = actionRecord();
  feed.take('start', record, null);
  const memory = new History(':memory:');
  feed.begin(memory);
  first.close();
  const full = 'The disk is full.';
  const ended = { ...record, outcome: 'released', endedAt: now };
  assert.throws(() => feed.take('start', actionRecord(), full), { name: 'HistoryFault', message: full });
  assert.throws(() => feed.take('end', ended, full), { name: 'HistoryFault', message: full });
  assert.deepEqual(outcomes(memory), []);
  const again = new History(file);
  feed.begin(again);
  assert.deepEqual(outcomes(again), ['started'], 'this process still runs it');
  feed.take('end', ended, null);
  assert.deepEqual(outcomes(again), ['released']);
  feed.stop();
  again.close();

  const chosen = feedOn(memory, null, 'p');
  chosen.take('start', actionRecord(), null);
  assert.deepEqual(outcomes(memory), ['started']);
});

test('take(): a key of a process that has just ended is known to be lost at once', () => {
  const file = join(folder, 'keys.sqlite');
  const [one, two] = [new History(file), new History(file)];
  const [first, other] = [feedOn(one, file, 'one'), feedOn(two, file, 'two')];
  first.take('start', actionRecord({ key: 'k' }), null);
  assert.equal(other.take('start', actionRecord({ key: 'k' }), null)?.outcome, 'started');
  first.stop();
  assert.equal(other.take('start', actionRecord({ key: 'k' }), null)?.outcome, 'unknown');
  other.stop();
  one.close();
  two.close();
});
