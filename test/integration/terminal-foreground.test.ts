/** What happens to input while Claude Code is suspended and something else has its terminal, on a real tmux. */
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { ActionRefused } from '../../lib/actions/action';
import { TargetClaims } from '../../lib/actions/messages/target-claims';
import { createTerminalActions } from '../../lib/actions/terminal/terminal-actions';
import { TERMINAL_TIMES } from '../../lib/actions/terminal/terminal-options';
import type { TerminalState } from '../../lib/contract/terminal-schemas';
import { ProcPlaces } from '../../lib/sources/processes/process-places';
import { runTmux } from '../../lib/sources/tmux/run-tmux';
import { LiveTerminals } from '../../lib/swarms/live-terminals';
import { type FakeAgent, FakeAgents, missingTmux } from '../support/fake-agents';
import { TestViewer } from '../support/test-tmux';
import { until } from '../support/until';

const skip = missingTmux() ?? (process.platform === 'linux' ? false : 'it needs /proc');
const CALLER = { name: 'anna', client: '127.0.0.1' };
const ID = 'agent-0';
const stops: (() => Promise<void> | void)[] = [];
after(async () => {
  for (const stop of stops.reverse()) await stop();
});

/** A stand-in for Claude Code that was started in a shell with job control. */
async function startInShell() {
  const fakes = new FakeAgents();
  stops.push(() => fakes.stop());
  const agent = await fakes.start({ program: 'exec sh -i' });
  // C-j: Enter is no end of a line in the mode in which the stand-in leaves the terminal.
  const run = (line: string) => fakes.tmux('send-keys', '-t', agent.pane, line, 'C-j');
  run(`${process.execPath} ${join(fakes.folder, 'bin/claude')}`);
  await until(
    async () => agent.entries,
    (entries) => entries.some(({ started }) => started !== undefined),
  );
  const foreground = async (command: string) => {
    await until(
      async () => fakes.tmux('display-message', '-p', '-t', agent.pane, '#{pane_current_command}').trim(),
      (found) => found === command,
    );
  };
  await foreground('node');
  return { fakes, agent, run, foreground };
}

function actionsOf(fakes: FakeAgents, agent: FakeAgent) {
  const { type, press, interrupt } = createTerminalActions({
    ...{ run: runTmux, places: new ProcPlaces(), claudeFolder: fakes.claudeFolder, times: TERMINAL_TIMES },
    ...{ reach: () => agent.reach(), claims: new TargetClaims(join(fakes.folder, 'claims')) },
  });
  const text = { id: ID, text: 'x', submit: false, as_command: false, anywhere: true };
  return [
    () => type.run(text, CALLER),
    () => type.run({ ...text, anywhere: false, submit: true }, CALLER),
    () => press.run({ id: ID, keys: ['Enter'] }, CALLER),
    () => press.run({ id: ID, keys: ['1'], expected_option: 'Yes' }, CALLER),
    () => interrupt.run({ id: ID }, CALLER),
  ];
}

async function refusals(actions: readonly (() => Promise<unknown>)[]): Promise<ActionRefused[]> {
  const found: ActionRefused[] = [];
  for (const act of actions) {
    const error = await act().then(
      (answer) => assert.fail(`not refused: ${JSON.stringify(answer)}`),
      (reason: unknown) => reason,
    );
    if (!(error instanceof ActionRefused)) throw error;
    assert.equal(error.code, 'terminal_not_ready', error.message);
    found.push(error);
  }
  return found;
}

test('type, press, interrupt: while Claude Code is suspended, neither its shell nor another program gets anything', {
  skip,
}, async () => {
  const { fakes, agent, run, foreground } = await startInShell();
  const terminals = new LiveTerminals({
    reach: () => agent.reach(),
    places: new ProcPlaces(),
    onFault: (error) => assert.fail(String(error)),
  });
  stops.push(() => terminals.stop());
  const viewer = new TestViewer(terminals, ID).open();
  const shows = (expected: TerminalState['foreground']) =>
    until(
      async () => viewer.state,
      (state) => state?.foreground === expected,
    );
  const actions = actionsOf(fakes, agent);
  await shows('agent');

  const claude = agent.reach().claudePid ?? assert.fail('no process of Claude Code');
  process.kill(claude, 'SIGTSTP');
  await foreground('sh');
  for (const { message } of await refusals(actions)) assert.match(message, /shows a shell, .* Nothing was typed\.$/);
  await shows('shell');

  run('stty sane; clear; cat');
  await foreground('cat');
  for (const { message, recorded } of await refusals(actions)) {
    assert.match(
      message,
      /^Its process \d+ is suspended or in the background; the program in the foreground of its terminal is "cat"/,
    );
    assert.doesNotMatch(recorded, /cat/, 'the record does not name it');
  }
  assert.equal((await shows('other'))?.command, 'cat');
  assert.doesNotMatch(fakes.screen(agent), /\S/, 'nothing was typed into it');

  fakes.tmux('send-keys', '-t', agent.pane, 'C-c');
  await foreground('sh');
  run('fg');
  await foreground('node');
  await shows('agent');
  const [, , enter] = actions;
  assert.match(JSON.stringify(await enter?.()), /"outcome":"pressed"/);
});
