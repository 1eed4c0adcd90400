/** Messages that are sent over HTTP to stand-ins for Claude Code in panes of a real tmux. */
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import type { ActionsAnswer, OutgoingState } from '../../lib/contract/action-schemas';
import type { SendMessageBody, SentAnswer, WithdrawnAnswer } from '../../lib/contract/message-requests';
import type { AgentsAnswer, MessagesAnswer } from '../../lib/contract/schemas';
import { commandHeaders } from '../support/commands';
import { type FakeAgent, FakeAgents, missingTmux } from '../support/fake-agents';
import { ProductionServer } from '../support/production-server';
import { until } from '../support/until';

const skip = missingTmux() ?? (process.platform === 'linux' ? false : 'it needs /proc');
let fakes: FakeAgents;
let server: ProductionServer;
let [idle, shell, socket] = [] as unknown as [FakeAgent, FakeAgent, FakeAgent];

function startServer(): Promise<ProductionServer> {
  return ProductionServer.started({
    CLAUDESWARM_ROOT: fakes.root,
    CLAUDE_CONFIG_DIR: fakes.claudeFolder,
    XDG_STATE_HOME: join(fakes.folder, 'state'),
    SWARM_HISTORY: join(fakes.folder, 'history.sqlite'),
    LIMIT_COMMANDS_PER_MINUTE: '0',
  });
}

before(async () => {
  if (skip) return;
  fakes = new FakeAgents();
  idle = await fakes.start();
  shell = await fakes.start({ program: 'exec sh' });
  socket = await fakes.start({ socket: 'takes' });
  fakes.writeRegistry();
  server = await startServer();
  await server.until<AgentsAnswer>('/api/agents', ({ agents }) => agents.filter(({ session }) => session).length === 2);
});
after(async () => {
  await server?.stop();
  fakes?.stop();
});

async function command<Answer>(
  method: string,
  path: string,
  body?: unknown,
  to = server,
): Promise<{ status: number; answer: Answer }> {
  const headers = { ...commandHeaders(to), ...(body !== undefined && { 'content-type': 'application/json' }) };
  const response = await fetch(`${to.url}${path}`, {
    method,
    headers,
    body: body === undefined ? null : JSON.stringify(body),
  });
  return { status: response.status, answer: (await response.json()) as Answer };
}

async function send(body: Partial<SendMessageBody>, to = server): Promise<SentAnswer> {
  const whole = { msg_type: 'INFO', content: 'Hello.', ...body };
  const { status, answer } = await command<SentAnswer>('POST', '/api/messages', whole, to);
  assert.equal(status, 201, JSON.stringify(answer));
  return answer;
}

const outgoing = (fits: (state: OutgoingState) => boolean) =>
  server.until<OutgoingState>('/api/messages/outgoing', fits);
const isFinal = (id: string) => outgoing(({ messages }) => messages.find((one) => one.id === id)?.final === true);

test('POST /api/messages: by terminal and by socket, confirmed, and one line in the log and in the list', {
  skip,
}, async () => {
  const { message, deliveries } = await send({ recipients: ['agent-0', 'agent-2'], msg_type: 'QUESTION' });
  assert.deepEqual([deliveries['agent-0']?.outcome, deliveries['agent-0']?.via], ['delivered', 'tmux']);
  assert.deepEqual([deliveries['agent-2']?.outcome, deliveries['agent-2']?.via], ['delivered', 'session']);
  assert.match(idle.got[0] ?? '', /^\[MESSAGE\] \[operator\]\[.{19}\]\[QUESTION\]: Hello\.$/);
  assert.match(socket.got[0] ?? '', /\[QUESTION\]: Hello\.$/);
  await isFinal(message.id);
  const { messages } = await server.until<MessagesAnswer>('/api/messages', (page) => page.messages.length > 0);
  assert.deepEqual(
    messages.map(({ msg_id }) => msg_id),
    [message.msg_id],
  );
  assert.equal(readFileSync(join(fakes.root, 'agent_messages.log'), 'utf8').trim().split('\n').length, 1);
});

test('POST /api/messages: nothing is typed into a shell, and everyone is the registry', { skip }, async () => {
  const { deliveries } = await send({ recipients: ['all'], sender: 'agent-0' });
  assert.deepEqual(Object.keys(deliveries), ['agent-1', 'agent-2']);
  assert.equal(deliveries['agent-1']?.outcome, 'failed');
  assert.doesNotMatch(fakes.screen(shell), /MESSAGE/);
});

test('POST /api/messages: what is wrong is refused with its parameter, and nothing is sent', { skip }, async () => {
  const before = idle.got.length;
  for (const body of [
    ...[{ recipients: ['agent-0', 'agent-77'] }, { recipients: ['agent-0'], content: ' ' }],
    ...[
      { recipients: ['agent-0'], msg_type: 'URGENT' },
      { recipients: ['agent-0'], sender: 'a b' },
    ],
  ]) {
    const whole = { msg_type: 'INFO', content: 'Hello.', ...body };
    const { status, answer } = await command<{ errors: unknown[] }>('POST', '/api/messages', whole);
    assert.deepEqual([status, answer.errors.length], [422, 1], JSON.stringify(answer));
  }
  assert.equal(idle.got.length, before);
});

/** Opens a dialog, and waits until the dashboard knows. */
async function openDialog(): Promise<void> {
  await idle.control('dialog');
  await server.until<AgentsAnswer>('/api/agents', ({ agents }) =>
    agents.some(({ activity }) => activity.state === 'waiting'),
  );
}

const gotEnding = (words: string) => idle.got.filter((text) => text.endsWith(words)).length;

test('DELETE /api/messages/outgoing/{id}: withdraws what waits for a dialog to go', { skip }, async () => {
  await openDialog();
  const before = idle.got.length;
  const { message, deliveries } = await send({ recipients: ['agent-0'], content: 'Withdrawn.' });
  assert.equal(deliveries['agent-0']?.outcome, 'queued');
  const path = `/api/messages/outgoing/${message.id}`;
  const first = await command<WithdrawnAnswer>('DELETE', `${path}?recipient=agent-0`);
  assert.deepEqual([first.status, first.answer.outcome, first.answer.withdrawn], [200, 'withdrawn', ['agent-0']]);
  assert.equal((await command<WithdrawnAnswer>('DELETE', path)).answer.outcome, 'not_queued');
  assert.equal((await command('DELETE', '/api/messages/outgoing/none')).status, 404);
  assert.equal((await command('DELETE', `${path}?recipient=agent-9`)).status, 404);
  await idle.control('close');
  const next = await send({ recipients: ['agent-0'], content: 'After.' });
  await isFinal(next.message.id);
  assert.deepEqual(
    idle.got.slice(before).map((text) => text.replace(/^.*: /, '')),
    ['After.'],
  );
});

test('a queued message survives a restart and is delivered once', { skip }, async () => {
  await openDialog();
  const { message } = await send({ recipients: ['agent-0'], content: 'Survives.' });
  await server.stop();
  await server.start();
  await outgoing(({ messages }) => messages.some(({ id }) => id === message.id));
  await idle.control('close');
  await isFinal(message.id);
  assert.equal(gotEnding('Survives.'), 1);
  assert.deepEqual(
    idle.entries.filter(({ violation }) => violation !== undefined),
    [],
  );
});

test('two dashboards at once do not mix their texts; one takes over what the other was killed with', {
  skip,
}, async () => {
  const other = await startServer();
  try {
    await other.until<AgentsAnswer>(
      '/api/agents',
      ({ agents }) => agents.filter(({ session }) => session).length === 2,
    );
    const texts = Array.from({ length: 8 }, (_, index) => `Text ${index}.`);
    const sent = await Promise.all(
      texts.map((content, index) => send({ recipients: ['agent-0'], content }, index % 2 === 0 ? server : other)),
    );
    assert.deepEqual(
      sent.map(({ deliveries }) => deliveries['agent-0']?.outcome),
      texts.map(() => 'delivered'),
    );
    for (const text of texts) assert.equal(gotEnding(text), 1, text);

    await openDialog();
    const { message } = await send({ recipients: ['agent-0'], content: 'Taken over.' }, other);
    assert.equal(message.deliveries['agent-0']?.outcome, 'queued');
    await other.stop('SIGKILL');
    await outgoing(({ messages }) => messages.some(({ id }) => id === message.id));
    await idle.control('close');
    await isFinal(message.id);
    assert.equal(gotEnding('Taken over.'), 1);
  } finally {
    await other.stop('SIGKILL');
  }
});

test('SIGTERM while a message is delivered: its sender is answered and the command recorded; then it is unknown, and not repeated', {
  skip,
}, async () => {
  const number = fakes.agents.length;
  const agent = await fakes.start({ socket: 'drops' });
  fakes.writeRegistry();
  const id = `agent-${number}`;
  await server.until<AgentsAnswer>('/api/agents', ({ agents }) =>
    agents.some((one) => one.id === id && one.session !== null),
  );
  const sending = send({ recipients: [id], content: 'Cut off.' });
  await until(
    async () => keptMessages().some((text) => text.includes('"begun"') && text.includes('Cut off.')),
    (hasBegun) => hasBegun,
  );
  const [{ message, deliveries }] = await Promise.all([sending, server.stop()]);
  assert.deepEqual([deliveries[id]?.outcome, deliveries[id]?.detail], ['queued', 'It is just being delivered.']);
  await server.start();
  const { messages } = await isFinal(message.id);
  const after = messages.find((one) => one.id === message.id);
  assert.equal(after?.deliveries[id]?.outcome, 'unknown');
  const { actions } = await server.get<ActionsAnswer>('/api/actions');
  assert.deepEqual([actions[0]?.action, actions[0]?.outcome], ['send_message', 'queued']);
  assert.deepEqual(agent.got, []);
});

/** What the dashboards keep until it is delivered. */
function keptMessages(): string[] {
  const outbox = join(fakes.folder, 'state/claude-swarm-dashboard/outbox');
  const names = readdirSync(outbox, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.json'));
  return names.flatMap((name) => {
    try {
      return [readFileSync(join(outbox, name), 'utf8')];
    } catch {
      return []; // it has just been delivered
    }
  });
}
