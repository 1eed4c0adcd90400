import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { TalkPair } from '@/lib/contract/past-schemas';
import { meaningsOf, moveInGrid, talkMatrix, talkWords } from './talk';

const pair = (sender: string, recipient: string, types: Record<string, number>, unanswered = 0): TalkPair => ({
  sender,
  recipient,
  count: Object.values(types).reduce((sum, count) => sum + count, 0),
  types,
  unanswered,
  first_unanswered: unanswered > 0 ? 'e.1' : null,
});

test('talkMatrix(): rows, columns and totals; broadcasts to all come last', () => {
  const matrix = talkMatrix([
    pair('agent-10', 'all', { INFO: 3 }),
    pair('agent-10', 'agent-2', { INFO: 1, QUESTION: 1 }, 1),
    pair('agent-2', 'agent-10', { ACK: 4 }),
  ]);
  assert.deepEqual(matrix.senders, ['agent-2', 'agent-10']);
  assert.deepEqual(matrix.recipients, ['agent-2', 'agent-10', 'all']);
  assert.deepEqual(
    [...matrix.sent],
    [
      ['agent-10', 5],
      ['agent-2', 4],
    ],
  );
  assert.equal(matrix.received.get('all'), 3);
  assert.deepEqual([matrix.total, matrix.unanswered, matrix.most], [9, 1, 4]);
  assert.equal(matrix.cell('agent-2', 'agent-10')?.count, 4);
  assert.equal(matrix.cell('agent-2', 'all'), undefined);
});

test('talkMatrix(): of many agents the busiest come first', () => {
  const pairs = Array.from({ length: 16 }, (_, index) => pair(`a${index}`, 'x', { INFO: index + 1 }));
  assert.deepEqual(talkMatrix(pairs).senders.slice(0, 2), ['a15', 'a14']);
  assert.deepEqual(talkMatrix(pairs.slice(0, 14)).senders.slice(0, 2), ['a0', 'a1']);
});

test('talkWords(), meaningsOf(): a cell in words and by meaning', () => {
  assert.equal(talkWords(undefined), 'nothing');
  const talk = pair('a', 'b', { INFO: 1, QUESTION: 12, '': 2, BLOCKED: 1 }, 1);
  assert.equal(talkWords(talk), '16 messages: 12 QUESTION, 2 without type, 1 BLOCKED, 1 INFO; 1 question unanswered');
  assert.deepEqual(meaningsOf(talk), [
    { meaning: 'trouble', count: 1 },
    { meaning: 'asks', count: 12 },
    { meaning: 'tells', count: 3 },
  ]);
});

test('moveInGrid(): keys move within the grid', () => {
  assert.deepEqual(moveInGrid('ArrowDown', [1, 1], [2, 3]), [1, 1]);
  assert.deepEqual(moveInGrid('ArrowUp', [1, 1], [2, 3]), [0, 1]);
  assert.deepEqual(moveInGrid('End', [0, 0], [2, 3]), [0, 2]);
  assert.deepEqual(moveInGrid('PageDown', [0, 2], [2, 3]), [1, 2]);
  assert.equal(moveInGrid('x', [0, 0], [2, 3]), null);
});
