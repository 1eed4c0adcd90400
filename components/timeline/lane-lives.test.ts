import assert from 'node:assert/strict';
import { test } from 'node:test';
import { laneLives } from './lane-lives';

const span = (life: string, since: number, until = Number.POSITIVE_INFINITY) => ({ life, since, until });

test('laneLives(): another process with an id is a boundary, another health of the same process is not', () => {
  assert.deepEqual(laneLives([span('1@%1', 0, 5), span('1@%1', 5, 9), span('2@%2', 9)]), [
    { at: 9, life: '2@%2', late: false },
  ]);
  assert.deepEqual(laneLives([span('1@%1', 0, 5), span('1@%1#12:00', 5)]).length, 1, 'pid and pane were reused');
  assert.deepEqual(laneLives([]), []);
});

test('laneLives(): after an unknown time the later process is reported as seen late', () => {
  assert.deepEqual(laneLives([span('1@%1', 0, 5), span('2@%2', 9)]), [{ at: 9, life: '2@%2', late: true }]);
  assert.deepEqual(laneLives([span('1@%1#12:00', 0, 5), span('1@%1', 9)]), [], 'the server was started again');
});

test('laneLives(): an unknown process is not evidence of another one', () => {
  assert.deepEqual(laneLives([span('', 0, 5), span('1@%1', 5, 6), span('', 6)]), []);
});

test('laneLives(): an id that is listed twice has no boundaries', () => {
  const twice = [span('1@%1', 0, 5), span('2@%2', 0, 9), span('1@%1', 5, 9), span('1@%1', 12), span('2@%2', 12)];
  assert.deepEqual(laneLives(twice), []);
  assert.deepEqual(laneLives([span('1@%1', 0, 9), span('3@%3', 9, 9), span('2@%2', 9)]), [
    { at: 9, life: '2@%2', late: false },
  ]);
});
