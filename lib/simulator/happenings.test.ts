import assert from 'node:assert/strict';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readdirSync, readFileSync, realpathSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, it } from 'node:test';
import { FakeDashboard, type FakeRequest } from '../../test/support/fake-dashboard';
import { until } from '../../test/support/until';
import { lockFileName } from '../sources/claudeswarm/lock-entry';
import { LOCKS_FOLDER } from '../sources/claudeswarm/locks';
import { LOG_NAME } from '../sources/claudeswarm/message-log';
import { type Happening, messageHappening } from './happenings';
import { Simulator } from './simulator';
import { generateStory, type StoryAction } from './story';
import type { StoryMessage } from './world';

const AFTER = 50;

/** The story from the moment of a happening on, for some seconds of it. */
function storyWith(choose: (past: readonly StoryAction[]) => Happening | null, { seed = 11, seconds = 120 } = {}) {
  const happenings: Happening[] = [];
  const options = { seed, incidentAfter: AFTER, terminalsAfter: AFTER, happenings: () => happenings.splice(0) };
  const past: StoryAction[] = [];
  const live: StoryAction[] = [];
  let began: number | null = null;
  for (const action of generateStory(options)) {
    if (began === null) {
      past.push(action);
      if (past.filter(({ kind }) => kind === 'message').length <= AFTER + 20) continue;
      began = action.at;
      const happening = choose(past);
      if (happening) happenings.push(happening);
    } else if (action.at > began + seconds) return { past, live };
    else live.push(action);
  }
  throw new Error('A story never ends.');
}

const messagesIn = (actions: readonly StoryAction[]): StoryMessage[] =>
  actions.flatMap((action) => (action.kind === 'message' ? [action.message] : []));
const asker = (past: readonly StoryAction[]) => {
  const asked = past.findLast((action) => action.kind === 'ask');
  assert.ok(asked?.kind === 'ask');
  return asked;
};
const body = (type: string, text: string) => `[MESSAGE] [ada][2026-11-29 12:00:00][${type}]: ${text}`;

describe('happenings', () => {
  it('generateStory(): without happenings the story is the same as before', () => {
    const one = storyWith(() => null);
    const other = generateStory({ seed: 11, incidentAfter: AFTER, terminalsAfter: AFTER });
    for (const action of [...one.past, ...one.live]) assert.deepEqual(action, other.next().value);
  });

  it('messageHappening(): reads the heading of the tool; a message without one is an INFO of its sender', () => {
    const peer = { msgId: 'm', name: 'ada', content: '' };
    const rest = { kind: 'message', agentId: 'agent-1', sender: 'ada', woke: false };
    const read = (text: string, name: string | null = 'ada') =>
      messageHappening('agent-1', { ...peer, name, body: text }, false);
    assert.deepEqual(read(body('QUESTION', 'Why\n[x]?')), { ...rest, type: 'QUESTION', text: 'Why\n[x]?' });
    assert.deepEqual(read('hello'), { ...rest, type: 'INFO', text: 'hello' });
    assert.deepEqual(read('hello', null), { ...rest, sender: 'operator', type: 'INFO', text: 'hello' });
    assert.deepEqual(read(body('NOPE', 'x')), { ...rest, type: 'INFO', text: 'x' });
  });

  it('a question gets an answer, a task an acknowledgement and later its result, and an ACK nothing', () => {
    const agentId = 'agent-6';
    const replies = (type: string) => {
      const peer = { msgId: 'm', name: 'ada', content: '', body: body(type, 'Check the totals') };
      const { live } = storyWith(() => messageHappening(agentId, peer, false), { seconds: 400 });
      return messagesIn(live).filter(({ recipients }) => recipients.includes('ada'));
    };
    const [answer, ...more] = replies('QUESTION');
    assert.deepEqual([answer?.sender, answer?.msg_type, more.length], [agentId, 'INFO', 0]);
    assert.match(answer?.content ?? '', /^About "Check the totals": [A-Z]/);
    assert.ok(!/[{}]/.test(answer?.content ?? ''));
    assert.deepEqual(
      replies('TASK-DELEGATION').map(({ msg_type }) => msg_type),
      ['ACK', 'TASK-RESULT'],
    );
    assert.deepEqual(replies('ACK'), []);
  });

  it('a lock that was taken away is taken by who waits for it, and the incident goes on without its own step', () => {
    const { past, live } = storyWith(
      (seen) => {
        const held = seen.find((action) => action.kind === 'acquire' && action.secondsAgo !== undefined);
        assert.ok(held?.kind === 'acquire');
        return { kind: 'released', agentId: held.agentId, filepath: held.filepath };
      },
      { seconds: 300 },
    );
    const [dead, waiting] = past.flatMap((action) =>
      action.kind === 'acquire' && action.secondsAgo !== undefined ? [action] : [],
    );
    const [lost, taken] = live.filter((action) => 'filepath' in action && action.filepath === dead?.filepath);
    assert.deepEqual([lost?.kind, lost?.kind === 'lose' && lost.agentId], ['lose', dead?.agentId]);
    assert.deepEqual([taken?.kind, taken?.kind === 'acquire' && taken.agentId], ['acquire', waiting?.agentId]);
    assert.ok(!live.some((action) => action.kind === 'cleanUp'));
    assert.ok(live.some((action) => action.kind === 'drop' && action.agentId === dead?.agentId));
  });

  it('an agent says what was decided, and works again', () => {
    for (const accepted of [true, false]) {
      const { past, live } = storyWith((seen) => {
        const { agentId } = asker(seen);
        return { kind: 'decided', agentId, accepted, subject: 'git push', said: accepted ? null : 'too early' };
      });
      const { agentId } = asker(past);
      assert.ok(live.some((action) => action.kind === 'answer' && action.agentId === agentId));
      const said = messagesIn(live).find(({ sender, content }) => sender === agentId && content.includes('git push'));
      assert.match(said?.content ?? '', accepted ? /may go on: git push\./ : /must not: git push \(too early\)/);
    }
  });
});

describe('Simulator with people', () => {
  let folder = '';
  let simulator: Simulator | null = null;
  let dashboard: FakeDashboard | null = null;

  afterEach(async () => {
    await simulator?.stop();
    dashboard?.close();
    rmSync(folder, { recursive: true, force: true, maxRetries: 10 });
  });

  /** A demo at a speed at which a test need not wait. */
  async function demo() {
    folder = realpathSync(mkdtempSync(join(tmpdir(), 'people-')));
    dashboard = await FakeDashboard.started();
    const [root, claudeFolder] = [join(folder, 'shop'), join(folder, 'claude')];
    const hook = { url: dashboard.url, token: 'swarm_t' };
    const options = { root, claudeFolder, seed: 11, messagesPerSecond: 100, incident: true, people: { hook } };
    simulator = new Simulator(options);
    const held: ((answer: object) => void)[] = [];
    const asked: FakeRequest[] = [];
    dashboard.answers['POST /hooks/claude'] = (response, request) => {
      asked.push(request);
      held.push((answer) => response.end(JSON.stringify(answer)));
    };
    simulator.prepare();
    simulator.start();
    return { root, claudeFolder, held, asked };
  }

  const sessionsIn = (claudeFolder: string) =>
    readdirSync(join(claudeFolder, 'sessions')).map((name) =>
      JSON.parse(readFileSync(join(claudeFolder, 'sessions', name), 'utf8')),
    );
  const log = (root: string) => readFileSync(join(root, LOG_NAME), 'utf8');

  it('a message at the socket is in the transcript, and is answered in the log', async () => {
    const { root, claudeFolder } = await demo();
    const idle = await until(
      async () =>
        sessionsIn(claudeFolder).find(
          ({ status, messagingSocketPath }) => status === 'busy' && existsSync(messagingSocketPath),
        ),
      (found) => found !== undefined,
    );
    const content = `<cross-session-message from="dashboard" from-name="ada">\n${body('QUESTION', 'Ready?')}\n</cross-session-message>`;
    const socket = connect(idle.messagingSocketPath);
    await once(socket, 'connect');
    socket.end(`${JSON.stringify({ type: 'user', msg_id: 'the-id', message: { role: 'user', content } })}\n`);
    const answered = await until(
      async () => log(root),
      (text) => text.includes('"recipients": ["ada"]'),
    );
    assert.match(answered, /About \\"Ready\?\\"/);
    const folders = readdirSync(join(claudeFolder, 'projects'));
    const transcript = join(claudeFolder, 'projects', folders[0] ?? '', `${idle.sessionId}.jsonl`);
    assert.ok(readFileSync(transcript, 'utf8').includes('"msg_id":"the-id"'));
  });

  it('a dialog is reported; allowed, the agent goes on and says so', async () => {
    const { root, claudeFolder, held, asked } = await demo();
    await until(
      async () => held.length,
      (count) => count > 0,
    );
    const payload = asked[0]?.body as { session_id: string; tool_input: { command: string } };
    const session = () => sessionsIn(claudeFolder).find(({ sessionId }) => sessionId === payload.session_id);
    assert.equal(session().status, 'waiting');
    held[0]?.({ hookSpecificOutput: { hookEventName: 'PermissionRequest', decision: { behavior: 'allow' } } });
    await until(
      async () => log(root),
      (text) => text.includes(`may go on: ${payload.tool_input.command}`),
    );
    assert.notEqual(session().waitingFor, 'permission prompt');
  });

  it('a lock whose file was removed finds a new holder', async () => {
    const { root } = await demo();
    const file = join(root, LOCKS_FOLDER, lockFileName('src/billing/ledger.ts'));
    const former = JSON.parse(readFileSync(file, 'utf8'));
    rmSync(file);
    await until(async () => existsSync(file) && readFileSync(file, 'utf8') !== '', Boolean);
    const { agent_id, reason } = JSON.parse(readFileSync(file, 'utf8'));
    assert.notEqual(agent_id, former.agent_id);
    assert.equal(reason, 'it was released');
  });
});
