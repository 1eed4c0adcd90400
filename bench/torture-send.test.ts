import assert from 'node:assert/strict';
import { test } from 'node:test';
import { missingTmux } from '../test/support/fake-agents';
import { SHORT, tortureSend } from './torture-send';

const skip = missingTmux() ?? (process.platform === 'linux' ? false : 'it needs /proc');

test('tortureSend(): each message arrives once and whole, and none in a dialog', { skip }, async () => {
  const { outcomes, faults } = await tortureSend(SHORT);
  assert.deepEqual(faults, []);
  assert.equal(
    Object.values(outcomes).reduce((sum, count) => sum + count, 0),
    SHORT.messages,
  );
});
