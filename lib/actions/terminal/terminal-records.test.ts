/** What is recorded of commands for terminals, and how repeated ones are compared. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ActionRecord } from '../../contract/action-record';
import { ActionRunner, type RecordAction } from '../runner';
import { createTerminalActions } from './terminal-actions';
import { TERMINAL_TIMES } from './terminal-options';

const CALLER = { name: 'anna', client: '127.0.0.1' };

/** No agent is listed, so each command is refused before it looks for a terminal. */
function newActions() {
  return createTerminalActions({
    run: async () => assert.fail('tmux was asked'),
    places: { ancestors: () => [], tmuxServer: () => null },
    ...{ claudeFolder: null, times: TERMINAL_TIMES, reach: () => null, claims: { claim: async () => null } },
  });
}

function newRunner() {
  const rows: ActionRecord[] = [];
  const record: RecordAction = async (step, row) => {
    const first = rows.find(({ key }) => key !== null && key === row.key);
    if (step === 'start' && first) return first;
    if (step === 'end') rows.push(row);
    return null;
  };
  return { runner: new ActionRunner({ groups: ['terminal'], record }), rows };
}

test('records: a text only by its length, keys only by their count', () => {
  const { type, press } = newActions();
  const input = { id: 'agent-0', text: 'secret', submit: true, as_command: false, anywhere: false };
  const all = [type.subject(input), press.subject({ id: 'agent-0', keys: ['1', '2'] })];
  assert.doesNotMatch(JSON.stringify(all), /secret/);
  assert.deepEqual(all[0], {
    ...{ target: null, agentId: 'agent-0' },
    request: { characters: 6, submit: true, as_command: false, anywhere: false },
  });
  assert.deepEqual(press.subject({ id: 'agent-0', keys: ['1', '2'] }).request, { keys: 2 });
  const chosen = press.subject({ id: 'agent-0', keys: ['1'], expected_option: 'Yes, for secret' });
  assert.deepEqual(chosen.request, { keys: 1, as_expected_option: true });
});

test('type, press: under the same key, another text or other keys of the same length are refused', async () => {
  const { runner, rows } = newRunner();
  const { type, press } = newActions();
  const input = { id: 'agent-0', submit: true, as_command: false, anywhere: false };
  const sendText = (text: string) => runner.run(type, { ...input, text }, CALLER, { key: 'text' });
  const sendKey = (key: '1' | '2') => runner.run(press, { id: 'agent-0', keys: [key] }, CALLER, { key: 'key' });
  await assert.rejects(sendText('yes'), { code: 'not_found' });
  await assert.rejects(sendText('yes'), { code: 'not_found' });
  await assert.rejects(sendText('no!'), { code: 'key_reused' });
  await assert.rejects(sendKey('1'), { code: 'not_found' });
  await assert.rejects(sendKey('2'), { code: 'key_reused' });
  assert.doesNotMatch(JSON.stringify(rows), /yes|no!/);
});
