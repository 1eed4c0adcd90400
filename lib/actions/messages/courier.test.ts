/** Deliveries to stand-ins for Claude Code in panes of a real tmux. */
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { type FakeAgent, FakeAgents, missingTmux } from '../../../test/support/fake-agents';
import { Post, type Sending, sendTo } from '../../../test/support/test-post';
import { until } from '../../../test/support/until';
import { type RunTmux, runTmux } from '../../sources/tmux/run-tmux';
import type { HeardPrompt } from './confirmation';
import type { Attempt } from './delivery';

const skip = missingTmux() ?? (process.platform === 'linux' ? false : 'it needs /proc');
let fakes: FakeAgents;

before(() => {
  if (!skip) fakes = new FakeAgents();
});
after(() => fakes?.stop());

const send = (agent: FakeAgent, content: string, sending?: Sending) => sendTo(fakes, agent, content, sending);
const noViolation = (agent: FakeAgent) =>
  assert.deepEqual(
    agent.entries.filter(({ violation }) => violation !== undefined),
    [],
  );

test('Courier: by tmux an idle agent gets the text whole, confirmed by its transcript', { skip }, async () => {
  const agent = await fakes.start();
  for (const content of [
    ...['Hello.', 'ends with ;', 'ends with \\', '#{pane_id} $(id) `id` {}', 'Zwei\nZeilen: ä 日本 👩‍🚀'],
    ...['x'.repeat(700), 'y '.repeat(2000), Array.from({ length: 9 }, (_, line) => `line ${line}`).join('\n')],
  ]) {
    const { outcome, text, final, attempt } = await send(agent, content);
    assert.equal(outcome, 'delivered', JSON.stringify([content.slice(0, 20), attempt]));
    assert.match(final?.detail ?? '', /transcript/);
    assert.equal(agent.got.at(-1), text.trim());
  }
  assert.equal(agent.got.length, 8);
  noViolation(agent);
});

test('Courier: while the agent works, its own queue has the text until it is read', { skip }, async () => {
  const agent = await fakes.start();
  await agent.control('busy');
  const post = new Post(fakes);
  const attempt = await post.send(agent, 'Later.');
  assert.equal(attempt.kind, 'held');
  assert.deepEqual(agent.got, []);
  await agent.control('free');
  assert.equal((await (attempt as Extract<Attempt, { kind: 'held' }>).end).outcome, 'delivered');
  assert.deepEqual(agent.got, [post.text]);
});

test('Courier: nothing is typed into a dialog; the text follows when it is gone', { skip }, async () => {
  const agent = await fakes.start();
  await agent.control('dialog');
  const waiting = await send(agent, 'First.');
  assert.equal(waiting.attempt.kind, 'later');
  assert.equal(waiting.post.begun, 0);
  const sent = send(agent, 'Second.', { retry: true });
  await delay(200);
  await agent.control('close');
  assert.equal((await sent).outcome, 'delivered');
  assert.equal(agent.got.length, 1);
  noViolation(agent);
});

test('Courier: without a session file the screen alone says that a dialog is open', { skip }, async () => {
  const agent = await fakes.start();
  await agent.control('dialog');
  const { attempt } = await send(agent, 'x', { reach: { session: null } });
  assert.match((attempt as { detail: string }).detail, /no composer of Claude Code: a dialog/);
  noViolation(agent);
});

test('Courier: a half-typed draft is put aside and comes back', { skip }, async () => {
  const agent = await fakes.start();
  await agent.control('draft half a thought');
  const { outcome, text } = await send(agent, 'Hello.');
  assert.equal(outcome, 'delivered');
  assert.deepEqual(agent.got, [text]);
  await agent.control('composer');
  assert.equal(agent.entries.at(-1)?.composer, 'half a thought');
});

test('Courier: while somebody types, nothing is put aside or typed', { skip }, async () => {
  const agent = await fakes.start();
  await agent.control('draft half');
  const sent = send(agent, 'Hello.');
  await delay(100);
  await agent.control('draft  a thought');
  const { attempt, post } = await sent;
  assert.deepEqual([attempt.kind, post.begun], ['later', 0]);
  assert.match(fakes.screen(agent), /half a thought/);
  assert.deepEqual(agent.got, []);
});

test('Courier: a dialog that opens between paste and Enter gets no Enter; the text is submitted after it', {
  skip,
}, async () => {
  const agent = await fakes.start();
  const run: RunTmux = async (socket, words, input) => {
    const output = await runTmux(socket, words, input);
    if (words.some((word) => word.startsWith('paste-buffer'))) {
      await until(
        async () => fakes.screen(agent),
        (screen) => screen.includes('Between.'),
      );
      await agent.control('dialog');
      setTimeout(() => void agent.control('close'), 300);
    }
    return output;
  };
  const { outcome, post } = await send(agent, 'Between.', { run });
  assert.equal(outcome, 'delivered');
  assert.match(post.notes.join(), /is in its composer/);
  assert.equal(agent.got.length, 1);
  noViolation(agent);
});

test('Courier: a dialog that opens between the check and the paste gets nothing, and nothing has begun', {
  skip,
}, async () => {
  const agent = await fakes.start();
  const run: RunTmux = async (socket, words, input) => {
    if (words[0] === 'load-buffer') {
      await agent.control('dialog');
      await until(
        async () => fakes.screen(agent),
        (screen) => screen.includes('proceed'),
      );
    }
    return runTmux(socket, words, input);
  };
  const { attempt, post } = await send(agent, 'x', { run });
  assert.deepEqual([attempt.kind, post.begun], ['later', 0]);
  noViolation(agent);
  assert.equal(fakes.tmux('list-buffers'), '');
});

test('Courier: nothing is typed into a shell or another program', { skip }, async () => {
  const shell = await fakes.start({ program: 'exec sh' });
  const other = await fakes.start({ program: 'exec cat' });
  await delay(100);
  for (const agent of [shell, other]) {
    const { outcome, final, post } = await send(agent, 'touch here');
    assert.deepEqual([outcome, post.begun], ['failed', 0], final?.detail);
    assert.match(final?.detail ?? '', /Nothing was typed/);
    assert.doesNotMatch(fakes.screen(agent), /touch/);
  }
});

test('Courier: a shell that only waits for Claude Code is none that reads', { skip }, async () => {
  const agent = await fakes.start({ belowShell: true });
  assert.match(fakes.tmux('display-message', '-p', '-t', agent.pane, '#{pane_current_command}'), /^(?:sh|dash|bash)$/m);
  assert.equal((await send(agent, 'Hello.')).outcome, 'delivered');
  assert.equal((await send(agent, 'Hello.', { reach: { claudePid: null } })).outcome, 'later');
  assert.equal(agent.got.length, 1);
});

test('Courier: a pane that is gone, or belongs to another process, gets nothing', { skip }, async () => {
  const [agent, other] = [await fakes.start(), await fakes.start()];
  const moved = await send(agent, 'x', { reach: { pane: { id: other.pane, pid: agent.panePid, within: true } } });
  assert.match(moved.final?.detail ?? '', new RegExp(`runs in the pane ${agent.pane} now`));
  const foreign = await send(agent, 'x', { reach: { pane: { id: agent.pane, pid: process.pid, within: true } } });
  assert.equal(foreign.outcome, 'failed');
  const reach = agent.reach();
  fakes.tmux('kill-pane', '-t', agent.pane);
  const gone = await send(agent, 'x', { reach });
  assert.notEqual(gone.outcome, 'delivered');
  assert.deepEqual([gone.post.begun, agent.got, other.got], [0, [], []]);
});

test('Courier: a pane that goes between the check and the paste gets nothing, and nothing has begun', {
  skip,
}, async () => {
  const agent = await fakes.start();
  const run: RunTmux = async (socket, words, input) => {
    if (words[0] === 'load-buffer') fakes.tmux('kill-pane', '-t', agent.pane);
    return runTmux(socket, words, input);
  };
  const { attempt, post } = await send(agent, 'x', { run });
  assert.deepEqual([attempt.kind, post.begun], ['later', 0], JSON.stringify(attempt));
});

test('Courier: a text for a pane that is gone does not stay in the buffers of tmux', { skip }, async () => {
  const [agent] = [await fakes.start(), await fakes.start()];
  const run: RunTmux = async (socket, words, input) => {
    if (words.includes('if-shell')) fakes.tmux('kill-pane', '-t', agent.pane);
    return runTmux(socket, words, input);
  };
  assert.equal((await send(agent, 'x', { run })).attempt.kind, 'later');
  assert.equal(fakes.tmux('list-buffers'), '');
});

test('Courier: a text that somebody submits at the terminal is confirmed by its transcript, however late', {
  skip,
}, async () => {
  const agent = await fakes.start({ transcript: false });
  const post = new Post(fakes);
  const run: RunTmux = async (socket, words, input) => {
    const output = await runTmux(socket, words, input);
    if (words.some((word) => word.startsWith('paste-buffer'))) {
      await until(
        async () => fakes.screen(agent),
        (screen) => screen.includes('By hand.'),
      );
      fakes.tmux('send-keys', '-t', agent.pane, 'Enter');
      await until(
        async () => agent.got.length,
        (got) => got === 1,
      );
    }
    return output;
  };
  let looks = 0;
  const heard: HeardPrompt = {
    text: '',
    get at() {
      // Written only after it was looked for.
      if (looks++ === 0) setTimeout(() => agent.writePrompt(post.text), 200);
      return 0;
    },
  };
  const attempt = await post.send(agent, 'By hand.', { run, heard });
  assert.deepEqual(
    [attempt.kind === 'final' && attempt.outcome, agent.got.length],
    ['delivered', 1],
    JSON.stringify(attempt),
  );
});

test('Courier: a hook that reports a prompt while the agent works says that it is queued, not that it was read', {
  skip,
}, async () => {
  const agent = await fakes.start({ transcript: false });
  const idle = agent.reach();
  await agent.control('busy');
  const heard: HeardPrompt = { text: '', at: Date.now() + 60_000 };
  const post = new Post(fakes);
  // The swarm has read the session before it began to work.
  const sending = post.send(agent, 'Four, with some more words to compare.', {
    heard,
    reach: { session: idle.session },
  });
  heard.text = post.text;
  const attempt = await sending;
  assert.equal(attempt.kind, 'held');
  agent.writePrompt(post.text);
  assert.equal((await (attempt as Extract<Attempt, { kind: 'held' }>).end).outcome, 'delivered');
});

test('Courier: a pane that goes after the paste leaves the outcome unknown, after it nothing is tried', {
  skip,
}, async () => {
  const agent = await fakes.start();
  const run: RunTmux = async (socket, words, input) => {
    const output = await runTmux(socket, words, input);
    if (words.some((word) => word.startsWith('paste-buffer'))) fakes.tmux('kill-pane', '-t', agent.pane);
    return output;
  };
  const { outcome, final } = await send(agent, 'x', { run });
  assert.equal(outcome, 'unknown', final?.detail);
});

test('Courier: a tmux server that is gone is said, and nothing has begun', { skip }, async () => {
  const others = new FakeAgents();
  const agent = await others.start();
  const reach = agent.reach();
  // The process outlives its server, as one that was moved away does.
  const places = { ancestors: () => [], tmuxServer: () => join(others.folder, 'tmux') };
  others.stop();
  const { outcome, final, post } = await send(agent, 'x', { reach: { ...reach, session: null }, places });
  assert.deepEqual([outcome, post.begun], ['failed', 0]);
  assert.match(final?.detail ?? '', /The tmux server at .* is gone/);
});

test('Courier: a prompt of an earlier time is no evidence', { skip }, async () => {
  const agent = await fakes.start({ transcript: false });
  const run: RunTmux = async (socket, words, input) => {
    const output = await runTmux(socket, words, input);
    if (words.some((word) => word.startsWith('paste-buffer')))
      agent.writeTranscript('/rename ada', Date.now() - 60_000);
    return output;
  };
  assert.equal((await send(agent, '/rename ada', { asCommand: true, run })).outcome, 'unknown');
});

test('Courier: without transcript and hook the outcome is unknown; a hook confirms it', { skip }, async () => {
  const agent = await fakes.start({ transcript: false });
  const unread = await send(agent, 'One.', { claudeFolder: null, reach: { session: null, runsClaude: true } });
  assert.deepEqual([unread.outcome, agent.got.length], ['unknown', 1]);
  const silent = await send(agent, 'Two.');
  assert.deepEqual([silent.outcome, agent.got.length], ['unknown', 2]);
  const heard: HeardPrompt = { text: '', at: Date.now() + 60_000 };
  const post = new Post(fakes);
  const sending = post.send(agent, 'Three, with some more words to compare.', { heard });
  heard.text = post.text;
  const attempt = await sending;
  assert.equal(attempt.kind === 'final' && attempt.outcome, 'delivered');
});

test('Courier: a leading / or ! is text, unless it is sent as a command', { skip }, async () => {
  const agent = await fakes.start();
  assert.equal((await send(agent, '/clear')).outcome, 'delivered');
  assert.match(agent.got[0] ?? '', /\/clear$/);
  assert.equal((await send(agent, '/clear', { asCommand: true })).outcome, 'delivered');
  assert.equal(agent.entries.at(-1)?.command, '/clear');
});

test('Courier: by the socket the text arrives while idle and while busy, and leaves a draft alone', {
  skip,
}, async () => {
  const agent = await fakes.start({ socket: 'takes' });
  await agent.control('draft half a thought');
  const idle = await send(agent, 'Idle.');
  assert.equal(idle.outcome, 'delivered');
  assert.match(idle.final?.detail ?? '', /its id is in the transcript/);
  await agent.control('busy');
  const busy = send(agent, 'Busy.');
  await until(
    async () => agent.got.length,
    (got) => got === 1,
  );
  await delay(100);
  await agent.control('free');
  assert.equal((await busy).outcome, 'delivered');
  assert.deepEqual(agent.got, [idle.text, (await busy).text]);
  await agent.control('composer');
  assert.equal(agent.entries.at(-1)?.composer, 'half a thought');
});

test('Courier: a socket that accepts and drops leaves the outcome unknown, and the terminal is not tried', {
  skip,
}, async () => {
  const agent = await fakes.start({ socket: 'drops' });
  const { outcome, final } = await send(agent, 'x');
  assert.equal(outcome, 'unknown');
  assert.match(final?.detail ?? '', /sent once to the messaging socket/);
  assert.deepEqual(agent.got, []);
});

test('Courier: without its socket, the terminal takes the text', { skip }, async () => {
  const agent = await fakes.start();
  const reach = agent.reach();
  const session = reach.session && { ...reach.session, messagingSocketPath: join(fakes.folder, 'gone') };
  const { outcome, final } = await send(agent, 'x', { reach: { session } });
  assert.deepEqual([outcome, final?.via], ['delivered', 'tmux']);
});

test('Courier: two dashboards at once do not mix their texts', { skip }, async () => {
  const agent = await fakes.start();
  const sent = await Promise.all(
    Array.from({ length: 4 }, (_, index) => send(agent, `Text ${index}.`, { retry: true })),
  );
  assert.deepEqual(
    sent.map(({ outcome }) => outcome),
    ['delivered', 'delivered', 'delivered', 'delivered'],
  );
  assert.deepEqual([...agent.got].sort(), sent.map(({ text }) => text).sort());
});
