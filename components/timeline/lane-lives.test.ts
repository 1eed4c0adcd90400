import assert from 'node:assert/strict';
import { test } from 'node:test';
import { livesOf } from './lane-lives';

const span = (life: string, since: number, until = Number.POSITIVE_INFINITY) => ({ life, since, until });

test('livesOf(): another process with an id is a boundary, another health of the same process is not', () => {
  assert.deepEqual(livesOf([span('1@%1', 0, 5), span('1@%1', 5, 9), span('2@%2', 9)]), [
    { at: 9, life: '2@%2', late: false },
  ]);
  assert.deepEqual(livesOf([span('1@%1', 0, 5), span('1@%1#12:00', 5)]).length, 1, 'pid and pane were reused');
  assert.deepEqual(livesOf([]), []);
});

test('livesOf(): after an unknown time the later process is reported as seen late', () => {
  assert.deepEqual(livesOf([span('1@%1', 0, 5), span('2@%2', 9)]), [{ at: 9, life: '2@%2', late: true }]);
  assert.deepEqual(livesOf([span('1@%1#12:00', 0, 5), span('1@%1', 9)]), [], 'the server was started again');
});

test('livesOf(): an unknown process is no evidence of another one', () => {
  assert.deepEqual(livesOf([span('', 0, 5), span('1@%1', 5, 6), span('', 6)]), []);
});

test('livesOf(): an id that is listed twice has no boundaries', () => {
  const twice = [span('1@%1', 0, 5), span('2@%2', 0, 9), span('1@%1', 5, 9), span('1@%1', 12), span('2@%2', 12)];
  assert.deepEqual(livesOf(twice), []);
  assert.deepEqual(livesOf([span('1@%1', 0, 9), span('3@%3', 9, 9), span('2@%2', 9)]), [
    { at: 9, life: '2@%2', late: false },
  ]);
});
