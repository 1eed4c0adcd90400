import assert from 'node:assert/strict';
import { test } from 'node:test';
import { reachPane } from '../../../test/support/test-tmux';
import type { RunTmux } from '../../sources/tmux/run-tmux';
import { Interrupts } from './interrupt';
import { TERMINAL_TIMES } from './terminal-options';

test('Interrupts: two at once press Escape once and get the same answer; a later one presses it again', async () => {
  let escapes = 0;
  const run: RunTmux = async (_socket, words) => {
    if (words[0] === 'display-message') return `%1 ${process.pid} 0 0 0 0 node\n`;
    assert.match(words.at(-1) ?? '', /^send-keys -t %1 Escape /);
    escapes += 1;
    return 'done\n';
  };
  const interrupts = new Interrupts({
    ...{ run, places: { ancestors: () => [], tmuxServer: () => '/a/socket' }, claudeFolder: null },
    ...{ times: TERMINAL_TIMES, reach: () => reachPane({ id: '%1', pid: process.pid }) },
  });
  const [first, second] = await Promise.all([interrupts.run('agent-0'), interrupts.run('agent-0')]);
  assert.equal(escapes, 1);
  assert.deepEqual([first.outcome, second], ['unknown', first]);
  await interrupts.run('agent-0');
  assert.equal(escapes, 2);
});

test('Interrupts: a refused one is not kept', async () => {
  const interrupts = new Interrupts({
    ...{ run: async () => '', places: { ancestors: () => [], tmuxServer: () => null }, claudeFolder: null },
    ...{ times: TERMINAL_TIMES, reach: () => null },
  });
  for (let round = 0; round < 2; round += 1) await assert.rejects(interrupts.run('nobody'), { code: 'not_found' });
});
