/** Typing into stand-ins for Claude Code in panes of a real tmux, over HTTP and over the WebSocket. */
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import type { ActionsAnswer } from '../../lib/contract/action-schemas';
import type { AgentsAnswer, Problem } from '../../lib/contract/schemas';
import type { TerminalEvent } from '../../lib/contract/terminal-schemas';
import { commandHeaders } from '../support/commands';
import { type FakeAgent, FakeAgents, missingTmux } from '../support/fake-agents';
import { ProductionServer } from '../support/production-server';
import { TestSocket } from '../support/socket-client';
import { until } from '../support/until';

const skip = missingTmux() ?? (process.platform === 'linux' ? false : 'it needs /proc');
const SECRET = 'correct horse battery';
let fakes: FakeAgents;
let server: ProductionServer;
let [agent, shell] = [] as unknown as [FakeAgent, FakeAgent];

before(async () => {
  if (skip) return;
  fakes = new FakeAgents();
  agent = await fakes.start();
  shell = await fakes.start({ program: 'exec sh' });
  fakes.writeRegistry();
  server = await ProductionServer.started({
    CLAUDESWARM_ROOT: fakes.root,
    CLAUDE_CONFIG_DIR: fakes.claudeFolder,
    XDG_STATE_HOME: join(fakes.folder, 'state'),
    SWARM_HISTORY: join(fakes.folder, 'history.sqlite'),
  });
  await server.until<AgentsAnswer>('/api/agents', ({ agents }) => agents.some(({ session }) => session));
});
after(async () => {
  await server?.stop();
  fakes?.stop();
});

interface Answer extends Partial<Problem> {
  outcome?: string;
  pressed?: number;
  dialog?: { options: object[] };
}

async function command(path: string, body: object = {}): Promise<{ status: number; answer: Answer }> {
  const headers = { ...commandHeaders(server), 'content-type': 'application/json' };
  const response = await fetch(`${server.url}${path}`, { method: 'POST', headers, body: JSON.stringify(body) });
  return { status: response.status, answer: (await response.json()) as Answer };
}

const became = (state: string) =>
  server.until<AgentsAnswer>('/api/agents', ({ agents }) => agents.some(({ activity }) => activity.state === state));

test('POST input: one prompt, confirmed by the screen', { skip }, async () => {
  const { status, answer } = await command('/api/agents/agent-0/input', { text: SECRET });
  assert.deepEqual([status, answer.outcome], [200, 'submitted'], JSON.stringify(answer));
  await until(
    async () => agent.got,
    (got) => got.at(-1) === SECRET,
  );
});

test('POST input and keys: at a dialog a text is refused, and a digit chooses the expected option', {
  skip,
}, async () => {
  await agent.control('dialog');
  await became('waiting');
  const refused = await command('/api/agents/agent-0/input', { text: 'yes' });
  assert.deepEqual(
    [refused.status, refused.answer.type],
    [409, 'urn:claude-swarm-dashboard:problem:terminal_not_ready'],
  );
  assert.equal(refused.answer.dialog?.options.length, 2);
  const other = await command('/api/agents/agent-0/keys', { keys: ['1'], expected_option: 'No' });
  assert.deepEqual([other.status, other.answer.type], [409, 'urn:claude-swarm-dashboard:problem:option_changed']);
  const { status, answer } = await command('/api/agent/keys?id=agent-0', { keys: ['1'], expected_option: 'Yes' });
  assert.deepEqual([status, answer.outcome, answer.pressed], [200, 'pressed', 1]);
  await until(
    async () => agent.entries,
    (entries) => entries.some((entry) => (entry as { answered?: string }).answered === '1'),
  );
  assert.deepEqual(
    agent.entries.filter(({ violation }) => violation !== undefined),
    [],
  );
});

test('POST interrupt: stops a working agent', { skip }, async () => {
  await agent.control('busy');
  await became('working');
  const { status, answer } = await command('/api/agents/agent-0/interrupt');
  assert.deepEqual([status, answer.outcome], [200, 'stopped'], JSON.stringify(answer));
});

test('over the WebSocket the same commands have the same effects', { skip }, async () => {
  const authorization = commandHeaders(server).Authorization;
  const client = await TestSocket.greeted(`${server.url}/api/ws`, { authorization, events: false });
  await client.next('connected');
  const say = async (message: object) => {
    client.send({ agent: 'agent-0', request_id: 'r', ...message });
    return (await client.next('answer')).data;
  };
  const typed = await say({ type: 'input', text: 'by socket', submit: false });
  assert.equal(typed.answer?.outcome, 'typed', JSON.stringify(typed));
  assert.equal((await say({ type: 'keys', keys: ['Enter'] })).answer?.outcome, 'pressed');
  await until(
    async () => agent.got,
    (got) => got.at(-1) === 'by socket',
  );
  assert.equal((await say({ type: 'interrupt', agent: 'agent-77' })).status, 404);
  client.socket.close();
});

test('GET terminal: the plain screen, and by the WebSocket what is certain and what is typed', { skip }, async () => {
  const text = await fetch(`${server.url}/api/agents/agent-0/terminal?text=1`);
  assert.equal(text.status, 200);
  assert.match(await text.text(), /❯\u00a0/);
  const client = await TestSocket.greeted(`${server.url}/api/ws`, { events: false });
  await client.next('connected');
  client.send({ type: 'subscribe', channel: 'terminal', agent: 'agent-0' });
  /** The next event of the terminal that fits. */
  const shows = async (fits: (event: TerminalEvent) => boolean) => {
    for (;;) {
      const { data } = await client.next('terminal');
      if (fits(data)) return data as TerminalEvent;
    }
  };
  await shows(({ event }) => event === 'screen');
  await shows(({ event, data }) => event === 'view' && 'composer' in data && data.composer === 'empty');
  await agent.control('dialog');
  const { data } = await shows(({ event, data }) => event === 'view' && 'dialog' in data && data.dialog !== null);
  const options = 'dialog' in data ? data.dialog?.options : null;
  assert.deepEqual(options, [
    { key: '1', label: 'Yes' },
    { key: '2', label: 'No' },
  ]);
  await agent.control('close');
  await shows(({ event, data }) => event === 'view' && 'composer' in data && data.composer === 'empty');
  await command('/api/agents/agent-0/input', { text: 'seen', submit: false });
  let output = '';
  await shows((event) => {
    if (event.event === 'output') output += event.data.content;
    return output.includes('seen');
  });
  await command('/api/agents/agent-0/keys', { keys: ['Enter'] });
  client.socket.close();
});

test('a shell and an agent that is not listed get nothing', { skip }, async () => {
  const before = fakes.screen(shell);
  for (const [path, body] of [
    ['input', { text: 'touch x', submit: false, anywhere: true }],
    ['keys', { keys: ['Enter'] }],
    ['interrupt', {}],
  ] as const) {
    const { status, answer } = await command(`/api/agents/agent-1/${path}`, body);
    assert.equal(status, 409, JSON.stringify(answer));
    assert.match(answer.detail ?? '', /shell/);
    assert.equal((await command(`/api/agents/agent-77/${path}`, body)).status, 404);
  }
  assert.equal(fakes.screen(shell), before);
});

test('GET /api/actions: each command is recorded, its text only by its length', { skip }, async () => {
  const response = await fetch(`${server.url}/api/actions?agent=agent-0&limit=100`);
  const text = await response.text();
  const { actions } = JSON.parse(text) as ActionsAnswer;
  const oldest = actions.filter(({ action }) => action === 'type_text').at(-1);
  assert.deepEqual(oldest?.request, {
    ...{ characters: SECRET.length, submit: true, as_command: false, anywhere: false },
  });
  assert.equal(oldest?.outcome, 'submitted');
  assert.deepEqual(
    actions
      .filter(({ action, outcome }) => action === 'press_keys' && outcome === 'pressed')
      .map(({ request }) => request),
    [{ keys: 1 }, { keys: 1 }, { keys: 1, as_expected_option: true }],
  );
  assert.doesNotMatch(text, new RegExp(SECRET));
  assert.doesNotMatch(text, /1\. Yes|"No\\"/, 'a refusal is recorded without the options on the screen');
});

test('live typing: more than 60 commands a minute pass', { skip }, async () => {
  for (let count = 0; count < 70; count += 1) {
    const { status } = await command('/api/agents/agent-0/keys', { keys: ['Left'] });
    assert.equal(status, 200);
  }
});
