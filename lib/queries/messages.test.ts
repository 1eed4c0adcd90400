import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { MessagesAnswer } from '../contract/schemas';
import { History } from '../history/history';
import type { OpenQuestion } from '../rules/unresolved-messages';
import { messagesPage } from './messages';
import type { MessageQuery } from './questions';

const QUERY: MessageQuery = { limit: 10, filter: { only: ['unanswered'] } };

function historyOf(contents: readonly string[]): History {
  const history = new History(':memory:', { readTime: () => null });
  const lines = contents.map((content) => ({ text: JSON.stringify({ content }), fields: { content } }));
  history.append(lines, '{}', 0);
  return history;
}

test('messagesPage(): unanswered questions are those that the live swarm knows as open, with their retries', () => {
  const history = historyOf(['a', 'b', 'c', 'd']);
  const question = (seqs: number[]) => ({ seqs }) as OpenQuestion;
  const open = { epoch: history.epoch, questions: [question([1, 3]), question([4])] };
  const { messages } = JSON.parse(messagesPage(history, { ...QUERY, open })) as MessagesAnswer;
  assert.deepEqual(
    messages.map(({ seq }) => seq),
    [1, 3, 4],
  );
  history.close();
});

test('messagesPage(): unanswered questions are refused where they are not known', () => {
  const history = historyOf(['a']);
  assert.throws(() => messagesPage(history, QUERY), { name: 'QueryRefused', code: 'not_live' });
  const open = { epoch: 'other', questions: [] };
  assert.throws(() => messagesPage(history, { ...QUERY, open }), { name: 'QueryRefused', code: 'unavailable' });
  history.close();
});
