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

test('safeError(): leaves out the message of a foreign error, keeps name, code and frames', () => {
  const quoting = thrownBy(() => JSON.parse(`{"content": ${MARKER}}`)) as Error;
  assert.match(quoting.message, /planted/, 'what this protects from');
  const safe = safeError(quoting);
  assert.equal(safe.name, 'SyntaxError');
  assert.match(safe.frames[1] ?? '', /safe-error\.test\.ts/);
  assert.doesNotMatch(JSON.stringify(safe), /planted/);
  assert.equal(safeError(Object.assign(new Error('x'), { code: 'EACCES' })).code, 'EACCES');
});

test('safeError(): a message that looks like frames, or that is not in the stack, is not shown', () => {
  const posing = new Error(`first\n    at ${MARKER} (file.ts:1:1)`);
  assert.doesNotMatch(JSON.stringify(safeError(posing)), /planted/);
  const changed = new Error(`\n    at ${MARKER}`);
  assert.match(changed.stack ?? '', /planted/);
  changed.message = 'another';
  assert.deepEqual(safeError(changed).frames, []);
  const named = Object.assign(new Error('x'), { name: `${MARKER} with spaces`, code: `${MARKER} ${MARKER}` });
  assert.doesNotMatch(JSON.stringify(safeError(named)), /planted/);
});

test('safeError(): keeps messages of this project and safe errors of threads; other values give their type', () => {
  const own = Object.assign(new Error('The history h is damaged.'), { name: 'HistoryFault' });
  assert.equal(safeError(own).message, 'The history h is damaged.');
  const described = safeError(own);
  assert.equal(safeError(described), described);
  assert.deepEqual(safeError(MARKER), { name: 'thrown string', frames: [] });
  assert.deepEqual(safeError(null), { name: 'thrown object', frames: [] });
});
