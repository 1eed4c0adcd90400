import assert from 'node:assert/strict';
import { test } from 'node:test';
import { safeError } from './safe-error';

const MARKER = 'planted-marker';

function thrownBy(action: () => unknown): unknown {
  try {
    return action();
  } catch (error) {
    return error;
  }
}

test('the words of a foreign error are left out, its name, code and frames stay', () => {
  const quoting = thrownBy(() => JSON.parse(`{"content": ${MARKER}}`)) as Error;
  assert.match(quoting.message, /planted/, 'what this protects from');
  const safe = safeError(quoting);
  assert.equal(safe.name, 'SyntaxError');
  assert.match(safe.frames[1] ?? '', /safe-error\.test\.ts/);
  assert.doesNotMatch(JSON.stringify(safe), /planted/);
  assert.equal(safeError(Object.assign(new Error('x'), { code: 'EACCES' })).code, 'EACCES');
});

test('a message that poses as frames, or that is no longer in the stack, gives none of it away', () => {
  const posing = new Error(`first\n    at ${MARKER} (file.ts:1:1)`);
  assert.doesNotMatch(JSON.stringify(safeError(posing)), /planted/);
  const changed = new Error(`\n    at ${MARKER}`);
  assert.match(changed.stack ?? '', /planted/);
  changed.message = 'another';
  assert.deepEqual(safeError(changed).frames, []);
  const named = Object.assign(new Error('x'), { name: `${MARKER} with spaces`, code: `${MARKER} ${MARKER}` });
  assert.doesNotMatch(JSON.stringify(safeError(named)), /planted/);
});

test('sentences of our own stay; what a thread made safe is taken as it is; anything else is told by its type', () => {
  const own = Object.assign(new Error('The history h is damaged.'), { name: 'HistoryFault' });
  assert.equal(safeError(own).message, 'The history h is damaged.');
  const described = safeError(own);
  assert.equal(safeError(described), described);
  assert.deepEqual(safeError(MARKER), { name: 'thrown string', frames: [] });
  assert.deepEqual(safeError(null), { name: 'thrown object', frames: [] });
});
