/** Typing into stand-ins for Claude Code in panes of a real tmux. */
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { type FakeAgent, FakeAgents, missingTmux } from '../../../test/support/fake-agents';
import { until } from '../../../test/support/until';
import type { TerminalInputBody, TerminalKeysBody } from '../../contract/terminal-requests';
import { ProcPlaces } from '../../sources/processes/process-places';
import { type RunTmux, runTmux } from '../../sources/tmux/run-tmux';
import { ActionRefused } from '../action';
import type { Reach } from '../messages/delivery';
import { TargetClaims } from '../messages/target-claims';
import { createTerminalActions, type TerminalActions } from './terminal-actions';
import { TERMINAL_TIMES } from './terminal-options';

const skip = missingTmux() ?? (process.platform === 'linux' ? false : 'it needs /proc');
const CALLER = { name: 'anna', client: '127.0.0.1' };
let fakes: FakeAgents;
let agent: FakeAgent;

before(async () => {
  if (skip) return;
  fakes = new FakeAgents();
  agent = await fakes.start();
});
after(() => fakes?.stop());

interface Given {
  run?: RunTmux;
  /** What happens while a text waits for a message that is being delivered. */
  meanwhile?: () => Promise<unknown>;
  reach?: Partial<Reach> | null;
  of?: FakeAgent;
}

function actionsFor({ run = runTmux, reach = {}, of = agent, meanwhile }: Given = {}): TerminalActions {
  const claims = new TargetClaims(join(fakes.folder, 'claims'));
  return createTerminalActions({
    ...{ run, places: new ProcPlaces(), claudeFolder: fakes.claudeFolder, times: { ...TERMINAL_TIMES, shownMs: 1000 } },
    reach: (id) => (id === 'agent-0' && reach !== null ? of.reach(reach) : null),
    claims: {
      claim: async (key) => {
        await meanwhile?.();
        return claims.claim(key);
      },
    },
  });
}

async function type(body: Partial<TerminalInputBody>, given?: Given) {
  const input = { id: 'agent-0', text: 'x', submit: false, as_command: false, anywhere: false, ...body };
  return (await actionsFor(given).type.run(input, CALLER)).answer;
}
async function press(keys: TerminalKeysBody['keys'], given?: Given, expected?: string) {
  const more = expected === undefined ? {} : { expected_option: expected };
  return (await actionsFor(given).press.run({ id: 'agent-0', keys, ...more }, CALLER)).answer;
}
const interrupt = async (given?: Given) => (await actionsFor(given).interrupt.run({ id: 'agent-0' }, CALLER)).answer;

async function refusal(work: Promise<unknown>, code: string): Promise<ActionRefused> {
  const error = await work.then(
    (answer) => assert.fail(`not refused: ${JSON.stringify(answer)}`),
    (reason: unknown) => reason,
  );
  if (!(error instanceof ActionRefused)) throw error;
  assert.equal(error.code, code, error.message);
  return error;
}

async function composer(): Promise<string | undefined> {
  await agent.control('composer');
  return agent.entries.at(-1)?.composer;
}
const violations = (of = agent) => of.entries.filter(({ violation }) => violation !== undefined);

test('type: a text goes into the composer without Enter, and is confirmed by the screen', { skip }, async () => {
  assert.deepEqual(await type({ text: 'half ' }), {
    outcome: 'typed',
    detail: 'The screen shows it.',
    pane: agent.pane,
  });
  assert.equal((await type({ text: 'a' })).outcome, 'typed');
  assert.equal((await type({ text: ' ' })).outcome, 'typed', 'a blank');
  assert.equal((await type({ text: 'a' })).outcome, 'typed', 'a letter that is there already');
  assert.equal(await composer(), 'half a a');
  assert.deepEqual(agent.got, []);
});

test('press: keys reach the program in their order', { skip }, async () => {
  const { outcome, pressed } = await press(['BSpace', 'BSpace', '7', 'Enter']);
  assert.deepEqual([outcome, pressed], ['pressed', 4]);
  await until(
    async () => agent.got,
    (got) => got.length > 0,
  );
  assert.deepEqual(agent.got, ['half a7']);
});

test('type: with submit it is one prompt, whatever characters it has', { skip }, async () => {
  for (const text of [
    'ends with ;',
    'ends with \\',
    '#{pane_id} $(id) `id` {}',
    'Zwei\nZeilen: ä 日本 👩‍🚀',
    '/cle',
    '!ls',
  ]) {
    const answer = await type({ text, submit: true });
    assert.equal(answer.outcome, 'submitted', `${text}: ${answer.detail}`);
    await until(
      async () => agent.got.at(-1),
      (got) => got === text.trim(),
    );
  }
  const begun = agent.entries.length;
  assert.equal((await type({ text: '/rename a', submit: true, as_command: true })).outcome, 'submitted');
  await until(
    async () => agent.entries.slice(begun),
    (entries) => entries.some(({ command }) => command === '/rename a'),
  );
});

test('type: a message that was waited for may have changed the composer, so `/` is plain text all the same', {
  skip,
}, async () => {
  await type({ text: 'x' });
  const [begun, got] = [agent.entries.length, agent.got.length];
  const meanwhile = async () => {
    await press(['BSpace']);
    await until(composer, (shown) => shown === '');
  };
  assert.equal((await type({ text: '/cle', submit: true }, { meanwhile })).outcome, 'submitted');
  const commands = () => agent.entries.slice(begun).filter(({ command }) => command !== undefined);
  await until(
    async () => commands().length + agent.got.length,
    (count) => count > got,
  );
  assert.deepEqual([commands(), agent.got.slice(got)], [[], ['/cle']]);
});

test('type: into a dialog nothing is typed; the refusal names its options', { skip }, async () => {
  await agent.control('dialog');
  for (const body of [{ submit: true }, { submit: false }]) {
    const { message, more } = await refusal(type({ text: 'yes', ...body }), 'terminal_not_ready');
    assert.match(message, /A dialog is open \(1\. Yes; 2\. No\)\. Answer with POST .*keys.* Nothing was typed\./);
    assert.deepEqual(more.dialog, {
      question: 'Do you want to proceed?',
      options: [
        { key: '1', label: 'Yes' },
        { key: '2', label: 'No' },
      ],
    });
  }
  const { message, recorded } = await refusal(
    type({ text: 'yes', submit: true }, { reach: { session: null } }),
    'terminal_not_ready',
  );
  assert.doesNotMatch(recorded, /Yes|No\b/, 'the record has nothing of the screen');
  assert.match(message, /A dialog is open/, 'without a session file the screen alone says so');
  assert.deepEqual(violations(), []);
});

test('press: a digit is pressed only for the option that was expected', { skip }, async () => {
  const { message, more, recorded } = await refusal(press(['2'], {}, 'Yes'), 'option_changed');
  assert.doesNotMatch(recorded, /Yes|"No"/, 'the record has nothing of the screen');
  assert.match(message, /^2 chooses "No" on the screen, not "Yes"; nothing was pressed/);
  assert.ok(more.dialog);
  await refusal(press(['3'], {}, 'Maybe'), 'option_changed');
  assert.equal((await press(['2'], {}, 'No')).outcome, 'pressed');
  await until(
    async () => agent.entries,
    (entries) => entries.some((entry) => (entry as { answered?: string }).answered === '2'),
  );
  await refusal(press(['2'], {}, 'No'), 'option_changed');
  assert.equal(await composer(), '');
  assert.deepEqual(violations(), []);
});

test('press: a dialog that changes after the look at it gets no key', { skip }, async () => {
  await agent.control('dialog');
  const run: RunTmux = async (socket, words, input) => {
    if (words.some((word) => word.startsWith('send-keys'))) {
      await agent.control('close');
      await until(
        async () => fakes.screen(agent),
        (screen) => !screen.includes('1. Yes'),
      );
    }
    return runTmux(socket, words, input);
  };
  const answer = await press(['1'], { run }, 'Yes');
  assert.deepEqual([answer.outcome, answer.pressed], ['not_pressed', 0]);
  assert.equal(await composer(), '');
});

test('press: Enter that is meant for the composer is not pressed at a dialog, and the other way round', {
  skip,
}, async () => {
  const pressFor = (expected_screen: 'composer' | 'dialog' | 'other', run: RunTmux = runTmux) =>
    actionsFor({ run }).press.run({ id: 'agent-0', keys: ['Enter'], expected_screen }, CALLER);
  await refusal(pressFor('dialog'), 'terminal_not_ready');
  await refusal(pressFor('other'), 'terminal_not_ready');
  const opensDialog: RunTmux = async (socket, words, input) => {
    if (words.some((word) => word.startsWith('send-keys'))) {
      await agent.control('dialog');
      await until(
        async () => fakes.screen(agent),
        (screen) => screen.includes('1. Yes'),
      );
    }
    return runTmux(socket, words, input);
  };
  assert.equal((await pressFor('composer', opensDialog)).answer.outcome, 'not_pressed');
  const { message, more, recorded } = await refusal(pressFor('composer'), 'terminal_not_ready');
  assert.match(message, /^The screen shows a dialog with options now, but the keys are meant for the composer/);
  assert.ok(more.dialog);
  assert.doesNotMatch(recorded, /Yes/, 'the record has nothing of the screen');
  assert.deepEqual(violations(), []);
  await agent.control('close');
  await until(
    async () => fakes.screen(agent),
    (screen) => !screen.includes('1. Yes'),
  );
  assert.equal((await pressFor('composer')).answer.outcome, 'pressed');
});

test('type: a screen that changes between check and paste gets nothing', { skip }, async () => {
  const run: RunTmux = async (socket, words, input) => {
    if (words[0] === 'load-buffer') {
      await agent.control('dialog');
      await until(
        async () => fakes.screen(agent),
        (screen) => screen.includes('1. Yes'),
      );
    }
    return runTmux(socket, words, input);
  };
  assert.equal((await type({ submit: true }, { run })).outcome, 'not_typed');
  await agent.control('close');
  assert.equal(await composer(), '');
  assert.deepEqual(violations(), []);
  assert.equal(fakes.tmux('list-buffers'), '', 'no text is left in a buffer of tmux');
});

test('interrupt: says by the session whether the agent stopped', { skip }, async () => {
  assert.equal((await interrupt()).outcome, 'not_working');
  await agent.control('busy');
  assert.equal((await interrupt()).outcome, 'stopped');
  assert.equal((await interrupt({ reach: { session: null } })).outcome, 'unknown');
  assert.deepEqual(violations(), []);
});

test('type: in the order of arrival, while each is confirmed by itself', { skip }, async () => {
  const actions = actionsFor();
  const texts = [...'abcdefghij'];
  const base = { id: 'agent-0', submit: false, as_command: true, anywhere: false };
  const answers = await Promise.all(texts.map((text) => actions.type.run({ ...base, text }, CALLER)));
  assert.deepEqual(new Set(answers.map(({ outcome }) => outcome)), new Set(['typed']));
  assert.equal(await composer(), 'abcdefghij');
  await press(['Enter']);
});

test('a pane that was replaced, is scrolled, dead or gone, or shows a shell, gets nothing', { skip }, async () => {
  const other = await fakes.start();
  const given = { of: other };
  fakes.tmux('copy-mode', '-t', other.pane);
  assert.match((await refusal(type({}, given), 'terminal_not_ready')).message, /Somebody scrolls/);
  assert.match((await refusal(press(['Enter'], given), 'terminal_not_ready')).message, /copy mode/);
  fakes.tmux('send-keys', '-t', other.pane, '-X', 'cancel');

  const replaced: RunTmux = async (socket, words, input) => {
    if (words[0] === 'load-buffer') fakes.tmux('respawn-pane', '-k', '-t', other.pane, 'exec cat');
    return runTmux(socket, words, input);
  };
  assert.equal((await type({ anywhere: true }, { ...given, run: replaced })).outcome, 'not_typed');
  assert.equal(fakes.screen(other).trim(), '');
  assert.match((await refusal(type({}, given), 'terminal_gone')).message, /Its process \d+ has just ended/);
  await refusal(press(['Enter'], given), 'terminal_gone');
  await refusal(interrupt(given), 'terminal_gone');

  const shell = await fakes.start({ program: 'exec sh' });
  const inShell = { of: shell, reach: { session: null } };
  assert.match((await refusal(type({ anywhere: true }, inShell), 'terminal_not_ready')).message, /shows a shell/);
  await refusal(press(['Enter'], inShell), 'terminal_not_ready');
  const killed: RunTmux = async (socket, words, input) => {
    if (words[0] === 'load-buffer') fakes.tmux('kill-pane', '-t', cat.pane);
    return runTmux(socket, words, input);
  };
  const cat = await fakes.start({ program: 'exec cat' });
  const inCat = { of: cat, reach: { session: null }, run: killed };
  assert.equal((await type({ anywhere: true }, inCat)).outcome, 'not_typed');
  assert.equal(fakes.tmux('list-buffers'), '', 'no text is left in a buffer of tmux');
  fakes.tmux('kill-pane', '-t', shell.pane);
  await refusal(press(['Enter'], inShell), 'terminal_gone');
});

test('an agent that is not listed, has left or has no terminal is refused with the reason', { skip }, async () => {
  await refusal(type({}, { reach: null }), 'not_found');
  assert.match(
    (await refusal(press(['Enter'], { reach: { gone: 'It is dead.' } }), 'terminal_gone')).message,
    /^It is dead\. Nothing was typed\.$/,
  );
  await refusal(interrupt({ reach: { pane: null } }), 'terminal_gone');
});

test('anywhere: another program gets one line, confirmed by the screen', { skip }, async () => {
  const cat = await fakes.start({ program: 'exec cat' });
  const given = { of: cat, reach: { session: null } };
  await refusal(type({ text: 'hello' }, given), 'terminal_not_ready');
  assert.equal((await type({ text: 'hello', anywhere: true }, given)).outcome, 'typed');
  assert.match(fakes.screen(cat), /hello/);
});
