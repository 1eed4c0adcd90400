import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Summary } from '../history/summary';
import { QueryRefused } from '../queries/questions';
import { MessageCounts } from './message-counts';

const summary = (total: number) => ({ total }) as unknown as Summary;

test('refresh(): asks only if a message was published after the last counts', async () => {
  let head = 7;
  const asked: number[] = [];
  const ask = async () => {
    asked.push(head);
    return summary(head);
  };
  const counts = new MessageCounts({ head: () => head, ask });
  assert.equal(counts.summary, null);
  counts.take(summary(7));
  await counts.refresh();
  assert.deepEqual(asked, []);
  head = 9;
  await counts.refresh();
  await counts.refresh();
  assert.deepEqual([asked, counts.summary], [[9], summary(9)]);
});

test('refresh(): without any message there is nothing to ask', async () => {
  const ask = () => assert.fail('nothing was published');
  const counts = new MessageCounts({ head: () => 0, ask });
  await counts.refresh();
  assert.equal(counts.summary, null);
});

test('refresh(): keeps the last counts while the recorder restarts, and asks again', async () => {
  let head = 1;
  let answer: () => Promise<Summary> = () => Promise.reject(new QueryRefused('unavailable', 'It restarts.'));
  const counts = new MessageCounts({ head: () => head, ask: () => answer() });
  counts.take(summary(1));
  head = 2;
  await counts.refresh();
  assert.deepEqual(counts.summary, summary(1));
  answer = async () => summary(2);
  await counts.refresh();
  assert.deepEqual(counts.summary, summary(2));
});

test('refresh(): any other fault is thrown', async () => {
  const fault = new Error('damaged');
  const counts = new MessageCounts({ head: () => 1, ask: () => Promise.reject(fault) });
  await assert.rejects(counts.refresh(), fault);
});
