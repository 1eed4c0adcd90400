import assert from 'node:assert/strict';
import { test } from 'node:test';
import { History } from './history';
import { Journal } from './journal';
import { taskMarks } from './task-marks';

const MINUTE = 60_000;
const SPAN = { since: 0, until: 60 * MINUTE };

function historyWithTasks(): History {
  const history = new History(':memory:');
  const journal = new Journal(history.db, { aliveAt: null, reason: '', now: 0 });
  for (const [minute, status] of ['pending', 'working', 'review'].entries()) {
    const body = JSON.stringify({ objective: 'x'.repeat(300), status, assigned_to: 'agent-1' });
    journal.record({ at: 10 * MINUTE + minute * 1000, changed: [['task', 'task:a', body]], complete: ['task'] });
  }
  return history;
}

test('taskMarks(): finds the changes by an index alone, which a history without it does not need', () => {
  const { db } = historyWithTasks();
  const plan = () =>
    db
      .prepare(
        "EXPLAIN QUERY PLAN SELECT id, at, subject FROM journal WHERE kind = 'task' AND at BETWEEN ? AND ? ORDER BY at",
      )
      .all(0, 1)
      .map((step) => (step as { detail: string }).detail)
      .join();
  assert.match(plan(), /COVERING INDEX journal_tasks/);
  const marks = taskMarks(db, SPAN, 100, 10);
  db.exec('DROP INDEX journal_tasks');
  assert.doesNotMatch(plan(), /journal_tasks/);
  assert.deepEqual(taskMarks(db, SPAN, 100, 10), marks);
  assert.deepEqual(
    marks.map(({ status, count }) => [status, count]),
    [
      ['pending', 1],
      ['working', 1],
      ['review', 1],
    ],
  );
});

test('taskMarks(): changes of one task within a step are one mark with the first and the last time', () => {
  const { db } = historyWithTasks();
  const [mark, ...others] = taskMarks(db, SPAN, MINUTE, 10);
  assert.deepEqual(others, []);
  assert.deepEqual(mark, {
    ...{ agent: 'agent-1', at: 10 * MINUTE, lastAt: 10 * MINUTE + 2000, count: 3, key: 'task:a', status: 'pending' },
    ...{ objective: 'x'.repeat(200), listed: true },
  });
});
