import assert from 'node:assert/strict';
import { test } from 'node:test';
import { recorderTests } from '../../test/support/recorder-fixtures';
import { History } from '../history/history';
import { committedCheckpoint, seedMemory } from './checkpoint';

const { newSwarm, start } = recorderTests('checkpoint-');

test('committedCheckpoint(): null before the first commit, damage where it is no checkpoint', () => {
  const history = new History(':memory:');
  assert.equal(committedCheckpoint(history), null);
  for (const text of ['{', '{}', '"text"']) {
    history.append([], text, Date.now());
    assert.throws(() => committedCheckpoint(history), { name: 'HistoryFault', kind: 'corrupt' }, text);
  }
});

test('seedMemory(): copies the checkpoint and the newest messages, so that reading continues there', async () => {
  const { root, file, say } = newSwarm();
  say(...Array.from({ length: 1200 }, (_, n) => n + 1));
  const { recorder } = start({ root, file });
  await recorder.refresh();
  const memory = new History(':memory:');
  seedMemory(memory, recorder.history, Date.now());
  assert.deepEqual(committedCheckpoint(memory), committedCheckpoint(recorder.history));
  const lines = (history: History, limit: number) => history.newestRows(limit).map(({ line }) => line);
  assert.deepEqual(lines(memory, 2000), lines(recorder.history, 1000));
});

test('seedMemory(): leaves the memory empty where nothing can be read', () => {
  const closed = new History(':memory:');
  closed.append([{ text: '{"n":1}', fields: { n: 1 } }], '{}', Date.now());
  closed.close();
  const memory = new History(':memory:');
  seedMemory(memory, closed, Date.now());
  assert.deepEqual([memory.head(), memory.checkpoint()], [0, null]);
});

test('seedMemory(): leaves the memory empty where the checkpoint is invalid, so that it can be used', () => {
  const damaged = new History(':memory:');
  damaged.append([{ text: '{"n":1}', fields: { n: 1 } }], '{', Date.now());
  const memory = new History(':memory:');
  seedMemory(memory, damaged, Date.now());
  assert.deepEqual([memory.head(), committedCheckpoint(memory)], [0, null]);
});
