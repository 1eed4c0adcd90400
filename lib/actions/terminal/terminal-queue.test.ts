import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ActionRefused } from '../action';
import { TerminalQueue } from './terminal-queue';

test('run(): the steps of one terminal keep their order, also after one that fails; others do not wait', async () => {
  const queue = new TerminalQueue();
  const done: string[] = [];
  let open = () => {};
  const first = queue.run('a', async () => {
    await new Promise<void>((resolve) => {
      open = resolve;
    });
    done.push('first');
    throw new Error('it failed');
  });
  const second = queue.run('a', async () => void done.push('second'));
  await queue.run('b', async () => void done.push('other'));
  assert.deepEqual(done, ['other']);
  open();
  await assert.rejects(first, /it failed/);
  await second;
  assert.deepEqual(done, ['other', 'first', 'second']);
});

test('run(): a limited number waits', async () => {
  const queue = new TerminalQueue();
  let open = () => {};
  const gate = new Promise<void>((resolve) => {
    open = resolve;
  });
  const waiting = Array.from({ length: 50 }, () => queue.run('a', () => gate));
  await assert.rejects(
    queue.run('a', async () => {}),
    (error) => error instanceof ActionRefused && error.code === 'unavailable',
  );
  open();
  await Promise.all(waiting);
  await queue.run('a', async () => {});
});
