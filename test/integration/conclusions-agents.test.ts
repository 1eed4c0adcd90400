/**
 * Conclusions about agents, with real files, real processes and the production server: a shell with a child named
 * claude represents a pane.
 */
import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  appendFileSync,
  chmodSync,
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { type TestContext, test } from 'node:test';
import { isDeepStrictEqual } from 'node:util';
import type { AgentHistory, WaitingAnswer } from '../../lib/contract/past-schemas';
import type { Agent, AgentsAnswer, AttentionAnswer, LocksAnswer, MessagesAnswer } from '../../lib/contract/schemas';
import { createLock } from '../../lib/sources/claudeswarm/writer';
import { formatNaiveLocal } from '../../lib/sources/claudeswarm/written-form';
import { ProductionServer } from '../support/production-server';
import { openStream } from '../support/sse-client';

const MINUTE = 60_000;
const PID_OF_NOBODY = 4_100_000;
const UNTIL_TIMEOUT_MS = 20_000;
/** The user `nobody`. */
const OTHER_USER = 65_534;

interface Answers {
  agents: AgentsAnswer;
  locks: LocksAnswer;
  attention: AttentionAnswer;
}

/** Starts claude at once and again for each line that it reads; in between it waits like a shell at its prompt. */
const SHELL_SCRIPT = 'while :; do "$1" 1000 & echo $!; wait; read line || exit; done';

/** A shell in its own process group with a claude below it. */
class Pane {
  readonly pid: number;
  claudePid = 0;
  readonly #shell: ChildProcess;
  readonly #lines: AsyncIterator<string>;

  private constructor(shell: ChildProcess) {
    assert.ok(shell.pid !== undefined && shell.stdout);
    this.#shell = shell;
    this.pid = shell.pid;
    this.#lines = createInterface({ input: shell.stdout })[Symbol.asyncIterator]();
  }

  static async open(swarm: Swarm, context: TestContext, user?: number): Promise<Pane> {
    const identity = user === undefined ? {} : { uid: user, gid: user };
    const shell = spawn('/bin/sh', ['-c', SHELL_SCRIPT, 'sh', swarm.claude], {
      stdio: ['pipe', 'pipe', 'inherit'],
      detached: true,
      cwd: '/',
      ...identity,
    });
    await once(shell, 'spawn');
    const pane = new Pane(shell);
    context.after(() => pane.kill());
    await pane.#claudeStarted();
    return pane;
  }

  async #claudeStarted(): Promise<void> {
    this.claudePid = Number((await this.#lines.next()).value);
  }

  /** Starts claude again at the prompt of the shell. */
  async restartClaude(): Promise<void> {
    this.#shell.stdin?.write('claude\n');
    await this.#claudeStarted();
  }

  signalClaude(signal: NodeJS.Signals): void {
    process.kill(this.claudePid, signal);
  }

  /** Kills the shell and its processes. */
  kill(): void {
    if (this.#shell.exitCode === null && this.#shell.signalCode === null) process.kill(-this.pid, 'SIGKILL');
  }
}

interface Entry {
  id: string;
  pid: unknown;
  pane?: string;
  index?: string;
  status?: string;
  ageMs?: number;
}

/** A swarm of files, its server, and a stream that keeps the latest value of each state. */
class Swarm {
  readonly root: string;
  /** A program with the name of Claude Code. */
  readonly claude: string;
  readonly server: ProductionServer;
  readonly #newest: Partial<Answers> = {};
  #notify = () => {};
  #heartbeats = 0;
  #messages = 0;

  constructor(context: TestContext) {
    const folder = mkdtempSync(join(tmpdir(), 'conclusions-agents-'));
    chmodSync(folder, 0o755);
    this.root = join(folder, 'root');
    this.claude = join(folder, 'claude');
    mkdirSync(join(this.root, '.agent_locks'), { recursive: true });
    copyFileSync('/bin/sleep', this.claude);
    chmodSync(this.claude, 0o755);
    const history = join(folder, 'history.sqlite');
    this.server = new ProductionServer({ CLAUDESWARM_ROOT: this.root, SWARM_HISTORY: history });
    context.after(() => {
      this.server.abandon();
      rmSync(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 50 });
    });
  }

  async restart(): Promise<void> {
    await this.server.stop();
    // The last states of the former process prove nothing about this one.
    delete this.#newest.agents;
    delete this.#newest.locks;
    delete this.#newest.attention;
    await this.start();
  }

  async start(): Promise<void> {
    await this.server.start();
    const close = openStream({
      url: `${this.server.url}/api/stream`,
      onEvent: ({ name, data }) => {
        if (name === 'heartbeat') this.#heartbeats += 1;
        if (name === 'agents' || name === 'locks' || name === 'attention') this.#newest[name] = JSON.parse(data);
        this.#notify();
      },
      onEnd: () => close(),
    });
  }

  /** Resolves when the latest state on the stream passes the check and the API returns the same. */
  async until<Kind extends keyof Answers>(
    kind: Kind,
    what: string,
    fits: (answer: Answers[Kind]) => boolean,
  ): Promise<Answers[Kind]> {
    const newest = () => this.#newest[kind] as Answers[Kind] | undefined;
    let answer: Answers[Kind];
    do {
      await this.#hears(`${kind}: ${what}`, newest, () => {
        const held = newest();
        return held !== undefined && fits(held);
      });
      answer = await this.server.get<Answers[Kind]>(`/api/${kind}`);
    } while (!isDeepStrictEqual(answer, newest()));
    return answer;
  }

  async agent(id: string, what: string, fits: (agent: Agent) => boolean): Promise<Agent> {
    const find = ({ agents }: AgentsAnswer) => agents.find((one) => one.id === id && fits(one));
    for (;;) {
      // The answer that was read last may be newer than the one that passed.
      const agent = find(await this.until('agents', `${id} ${what}`, (answer) => find(answer) !== undefined));
      if (agent) return agent;
    }
  }

  /** Resolves when its claude process was seen running: only then can the server know later that it is gone. */
  runs(id: string): Promise<Agent> {
    return this.agent(id, 'runs', ({ health, process: { state } }) => health === 'active' && state === 'running');
  }

  health(id: string, health: Agent['health']): Promise<Agent> {
    return this.agent(id, health, (agent) => agent.health === health);
  }

  /** Resolves when these and no other items are critical. */
  critical(...ids: string[]): Promise<AttentionAnswer> {
    const critical = ({ attention }: AttentionAnswer) =>
      attention.flatMap(({ id, severity }) => (severity === 'critical' ? [id] : []));
    const wanted = [...ids].sort().join();
    return this.until('attention', `critical ${wanted}`, (answer) => critical(answer).sort().join() === wanted);
  }

  async lock(agentId: string, filepath: string, ageMs = 0): Promise<void> {
    assert.ok(createLock(this.root, { agentId, filepath, reason: 'work', now: Date.now() - ageMs }));
    await this.locked(filepath, () => true);
  }

  async locked(filepath: string, fits: (lock: LocksAnswer['locks'][number]) => boolean) {
    const find = ({ locks }: LocksAnswer) => locks.find((lock) => lock.filepath === filepath && fits(lock));
    const lock = find(await this.until('locks', filepath, (answer) => find(answer) !== undefined));
    assert.ok(lock);
    return lock;
  }

  /** Logs a message and resolves when it has been read. */
  async say(sender: string, recipients: string[], type: string, content: string): Promise<number> {
    const id = `message-${++this.#messages}`;
    const line = {
      sender,
      timestamp: formatNaiveLocal(Date.now()),
      msg_type: type,
      content,
      recipients,
      msg_id: id,
      delivery_status: Object.fromEntries(recipients.map((name) => [name, true])),
    };
    appendFileSync(join(this.root, 'agent_messages.log'), `${JSON.stringify(line)}\n`);
    for (;;) {
      const { messages } = await this.server.get<MessagesAnswer>('/api/messages');
      const found = messages.find(({ msg_id }) => msg_id === id);
      if (found) return found.seq;
    }
  }

  /** Resolves after the state was computed again at least twice. */
  async ticks(): Promise<void> {
    const before = this.#heartbeats;
    await this.#hears(
      'two heartbeats',
      () => this.#heartbeats,
      () => this.#heartbeats >= before + 2,
    );
  }

  register(...agents: Entry[]): void {
    this.writeRegistry(agents.map(registryEntry));
  }

  writeRegistry(agents: object[], updatedAt = Date.now()): void {
    const registry = { session_name: 'main', updated_at: utc(updatedAt), agents, session_names: ['main'] };
    writeFileSync(join(this.root, 'tmpabcdefgh'), JSON.stringify(registry));
    renameSync(join(this.root, 'tmpabcdefgh'), join(this.root, 'ACTIVE_AGENTS.json'));
  }

  async #hears(what: string, newest: () => unknown, fits: () => boolean): Promise<void> {
    await new Promise<void>((resolve, reject) => {
      const late = setTimeout(
        () => reject(new Error(`expected ${what}, got ${JSON.stringify(newest())}`)),
        UNTIL_TIMEOUT_MS,
      );
      this.#notify = () => {
        if (!fits()) return;
        clearTimeout(late);
        resolve();
      };
      this.#notify();
    });
  }
}

function registryEntry({ id, pid, pane, index, status = 'active', ageMs = 0 }: Entry, place: number) {
  return {
    id,
    pane_index: index ?? `main:0.${place}`,
    pid,
    status,
    last_seen: utc(Date.now() - ageMs),
    session_name: 'main',
    // No tmux of this computer has this many panes.
    tmux_pane_id: pane ?? `%${90_000 + place}`,
  };
}

function utc(milliseconds: number): string {
  return new Date(milliseconds).toISOString().replace('Z', '+00:00');
}

async function started(context: TestContext): Promise<Swarm> {
  const swarm = new Swarm(context);
  await swarm.start();
  return swarm;
}

test('agents: claude exits in a swarm of one, its shell stays; a suspended process is named', async (context) => {
  const swarm = await started(context);
  const pane = await Pane.open(swarm, context);
  swarm.register({ id: 'agent-0', pid: pane.pid });
  const alive = await swarm.runs('agent-0');
  assert.equal(alive.health_reason, `Its claude process (pid ${pane.claudePid}) runs.`);
  assert.deepEqual([alive.process.state, alive.process.claude_pid], ['running', pane.claudePid]);
  assert.equal(alive.pid, pane.pid);

  pane.signalClaude('SIGSTOP');
  const suspended = await swarm.agent('agent-0', 'suspended', ({ process: { state } }) => state === 'suspended');
  assert.match(
    suspended.health_reason,
    new RegExp(`claude process \\(pid ${pane.claudePid}\\) is suspended \\(state T\\)`),
  );
  pane.signalClaude('SIGCONT');
  await swarm.runs('agent-0');

  await swarm.lock('agent-0', 'src/a.ts');
  await swarm.critical();
  pane.signalClaude('SIGKILL');
  const dead = await swarm.health('agent-0', 'dead');
  assert.equal(dead.health_reason, `claude exited; its shell (pid ${pane.pid}) still runs.`);
  assert.deepEqual([dead.process.state, dead.process.claude_pid], ['exited', null]);
  await swarm.locked('src/a.ts', ({ orphaned }) => orphaned === true);
  await swarm.critical('agent_dead:agent-0');

  // Automatic messages of the tool in its name are no sign of life, no message of its own and no answer.
  await swarm.say('agent-0', ['agent-1'], 'QUESTION', '[RETRY-1] [REQUIRES-ACK] Are you there?');
  await swarm.say('agent-0', ['agent-1'], 'QUESTION', '[UNACKNOWLEDGED] Are you there?');
  await swarm.ticks();
  const still = await swarm.health('agent-0', 'dead');
  assert.deepEqual([still.last_spoke_at, still.last_message], [null, null]);
  await swarm.critical('agent_dead:agent-0');

  await pane.restartClaude();
  await swarm.runs('agent-0');
  await swarm.locked('src/a.ts', ({ orphaned }) => orphaned === false);
  await swarm.critical();
});

test('agents: a whole session is killed, and agents that were never seen stay unknown', async (context) => {
  const swarm = await started(context);
  const panes = [await Pane.open(swarm, context), await Pane.open(swarm, context)] as const;
  const [one, other] = panes;
  swarm.register(
    { id: 'agent-0', pid: one.pid },
    { id: 'agent-1', pid: other.pid },
    { id: 'agent-2', pid: PID_OF_NOBODY, ageMs: 10 * MINUTE },
  );
  await swarm.runs('agent-0');
  await swarm.runs('agent-1');
  await swarm.lock('agent-0', 'src/a.ts');
  await swarm.lock('agent-1', 'src/b.ts');
  await swarm.say('agent-1', ['agent-0'], 'BLOCKED', 'I need a.ts');
  for (const pane of panes) pane.kill();
  for (const [id, pane] of [
    ['agent-0', one],
    ['agent-1', other],
  ] as const) {
    const dead = await swarm.health(id, 'dead');
    assert.equal(dead.health_reason, `Its process (pid ${pane.pid}) is gone.`);
    assert.equal(dead.process.state, 'gone');
  }
  await swarm.critical('agent_dead:agent-0', 'agent_dead:agent-1');
  const { edges } = await swarm.server.get<WaitingAnswer>('/api/waiting');
  assert.deepEqual(
    edges.map(({ from, to, kind }) => [from, to, kind]),
    [['agent-1', 'agent-0', 'blocked']],
  );
  assert.match(edges[0]?.reason ?? '', /agent-0 is dead/);

  // This server saw no agent running, so there is no evidence that the registry is about this host.
  swarm.register({ id: 'agent-9', pid: PID_OF_NOBODY, ageMs: 10 * MINUTE, index: 'far:0.0' });
  const unknown = await swarm.health('agent-9', 'unknown');
  assert.match(unknown.health_reason, /never saw it/);
});

test('agents: one process under two ids is counted once', async (context) => {
  const swarm = await started(context);
  const pane = await Pane.open(swarm, context);
  swarm.register({ id: 'agent-0', pid: pane.pid, pane: '%90000' });
  await swarm.runs('agent-0');
  await swarm.lock('agent-0', 'src/a.ts');
  swarm.register(
    { id: 'agent-0', pid: pane.pid, pane: '%90000', index: 'main:0.0', status: 'stale', ageMs: 20_000 },
    { id: 'agent-7', pid: pane.pid, pane: '%90000', index: 'other:1.0' },
  );
  const moved = await swarm.health('agent-0', 'moved');
  assert.equal(moved.moved_to, 'agent-7');
  assert.equal(moved.status, 'stale');
  assert.match(moved.health_reason, /agent-7/);
  assert.equal((await swarm.runs('agent-7')).moved_to, null);
  const { active_agent_count } = await swarm.server.get<{ active_agent_count: number }>('/api/stats');
  assert.equal(active_agent_count, 1);
  const lock = await swarm.locked('src/a.ts', ({ former_holder }) => former_holder !== null);
  assert.deepEqual([lock.former_holder?.reason, lock.former_holder?.now], ['moved', 'agent-7']);
  await swarm.critical();
});

test('agents: an id that passes to another process begins a new life', async (context) => {
  const swarm = await started(context);
  const [first, second] = [await Pane.open(swarm, context), await Pane.open(swarm, context)];
  swarm.register({ id: 'agent-1', pid: first.pid, pane: '%90001' }, { id: 'agent-2', pid: second.pid, pane: '%90002' });
  await swarm.runs('agent-1');
  await swarm.lock('agent-1', 'src/former.ts');
  await swarm.say('agent-1', ['agent-2'], 'BLOCKED', 'I need a schema');
  await swarm.agent('agent-1', 'has spoken', ({ last_message }) => last_message !== null);
  first.kill();
  await swarm.critical('agent_dead:agent-1');

  // tmux renumbers the panes, and the tool finds the second one in the place of the first.
  swarm.register({ id: 'agent-1', pid: second.pid, pane: '%90002', index: 'main:0.0' });
  const newcomer = await swarm.agent('agent-1', 'begins a new life', ({ life_began_at }) => life_began_at !== null);
  assert.equal(newcomer.health, 'active');
  assert.deepEqual([newcomer.last_spoke_at, newcomer.last_message], [null, null]);
  const former = await swarm.locked('src/former.ts', ({ former_holder }) => former_holder !== null);
  assert.deepEqual([former.former_holder?.reason, former.orphaned], ['replaced', true]);
  assert.ok(former.former_holder?.since);
  const { attention } = await swarm.until('attention', 'the former lock', (answer) =>
    answer.attention.some(
      ({ kind, evidence }) => kind === 'lock_orphaned' && evidence.locks.includes(former.lock_file),
    ),
  );
  const item = attention.find(({ kind }) => kind === 'lock_orphaned');
  assert.match(item?.reason ?? '', /held by the former agent-1, gone since/);
  assert.equal(
    attention.some(({ kind }) => kind === 'agent_dead'),
    false,
  );

  await swarm.lock('agent-1', 'src/new.ts');
  const own = await swarm.locked('src/new.ts', () => true);
  assert.deepEqual([own.former_holder, own.orphaned], [null, false]);
  const { edges } = await swarm.server.get<WaitingAnswer>('/api/waiting');
  for (const { from, reason } of edges) if (from === 'agent-1') assert.match(reason, /former agent-1/);
  const { lives } = await swarm.server.get<AgentHistory>('/api/agents/agent-1');
  assert.equal(lives.length, 2);
});

test('agents: one that left is listed for an hour, also after a restart, and its locks stay listed', async (context) => {
  const swarm = await started(context);
  const [gone, living] = [await Pane.open(swarm, context), await Pane.open(swarm, context)];
  const first = { id: 'agent-0', pid: gone.pid, pane: '%90000' };
  const second = { id: 'agent-1', pid: living.pid, pane: '%90001' };
  swarm.register(first, second);
  await swarm.runs('agent-0');
  await swarm.runs('agent-1');
  await swarm.lock('agent-0', 'src/a.ts');
  await swarm.lock('agent-1', 'src/b.ts');
  gone.kill();
  await swarm.critical('agent_dead:agent-0');
  swarm.register();
  const left = (answer: AgentsAnswer) => answer.departed.map(({ id }) => id).sort();
  const { departed, agents } = await swarm.until('agents', 'two left', (answer) => left(answer).length === 2);
  assert.deepEqual([agents, left({ departed } as AgentsAnswer)], [[], ['agent-0', 'agent-1']]);
  const reasons = new Map(departed.map(({ id, left_reason }) => [id, left_reason]));
  assert.match(reasons.get('agent-0') ?? '', new RegExp(`process \\(pid ${gone.pid}\\) ended`));
  assert.match(reasons.get('agent-1') ?? '', new RegExp(`claude process \\(pid ${living.claudePid}\\) runs`));
  for (const { left_at } of departed) assert.ok(Math.abs(Date.parse(left_at) - Date.now()) < MINUTE);
  const locks = await swarm.until('locks', 'both orphaned', (answer) => answer.locks.every(({ orphaned }) => orphaned));
  assert.deepEqual(
    locks.locks.map(({ former_holder }) => former_holder?.reason),
    ['left', 'left'],
  );
  const isOfGone = ({ attention }: AttentionAnswer) =>
    attention
      .filter(({ severity }) => severity === 'critical')
      .map(({ subject }) => subject)
      .join() === 'agent-0';
  await swarm.until('attention', 'agent-0 alone is critical', isOfGone);

  await swarm.restart();
  assert.deepEqual(left(await swarm.server.get<AgentsAnswer>('/api/agents')), ['agent-0', 'agent-1']);
  const after = await swarm.until('agents', 'two left still', (answer) => left(answer).length === 2);
  assert.deepEqual(
    after.departed.map(({ left_at }) => left_at),
    departed.map(({ left_at }) => left_at),
  );
  await swarm.until('attention', 'agent-0 alone is critical still', isOfGone);

  swarm.register(second);
  await swarm.until('agents', 'agent-1 is back', (answer) => left(answer).join() === 'agent-0');
  await swarm.locked('src/b.ts', ({ orphaned, former_holder }) => orphaned === false && former_holder === null);
});

test('agents: the times of the last message and of the last sign of life are separate', async (context) => {
  const swarm = await started(context);
  const pane = await Pane.open(swarm, context);
  const seq = await swarm.say('agent-0', ['agent-1'], 'QUESTION', `Cents or euros?\n${'x'.repeat(500)}`);
  for (let n = 0; n < 60; n += 1) await swarm.say('agent-1', ['agent-0'], 'INFO', `Line ${n}`);
  await swarm.say('agent-0', ['agent-1'], 'QUESTION', '[RETRY-1] Cents or euros?');
  const { messages } = await swarm.server.get<MessagesAnswer>('/api/messages');
  assert.ok(messages.every((message) => message.seq !== seq));
  swarm.register({ id: 'agent-0', pid: pane.pid, ageMs: 500 }, { id: 'agent-1', pid: 'x', ageMs: 0 });
  await swarm.runs('agent-0');
  const agent = await swarm.agent('agent-0', 'spoke', ({ last_message }) => last_message?.seq === seq);
  assert.equal(agent.last_message?.msg_type, 'QUESTION');
  assert.match(agent.last_message?.excerpt ?? '', /^Cents or euros\? x+…$/);
  assert.equal(agent.last_spoke_at, agent.last_message?.sent_at);
  assert.notEqual(Date.parse(String(agent.last_spoke_at)), Date.parse(String(agent.last_seen)));
  assert.notEqual(agent.process.started_at, null);

  // A process that has not read these messages itself finds it again.
  await swarm.restart();
  const { agents } = await swarm.server.get<AgentsAnswer>('/api/agents');
  assert.deepEqual(agents.find(({ id }) => id === 'agent-0')?.last_message, agent.last_message);
  const again = await swarm.agent('agent-0', 'spoke still', ({ last_message }) => last_message?.seq === seq);
  assert.deepEqual(again.last_message, agent.last_message);
});

test('agents: each bad input is reported with a sentence', async (context) => {
  const swarm = await started(context);
  const [one, other] = [await Pane.open(swarm, context), await Pane.open(swarm, context)];
  const foreign = process.getuid?.() === 0 ? (await Pane.open(swarm, context, OTHER_USER)).pid : 1;
  const old = 10 * MINUTE;
  const older = { agent_id: 'agent-5', pid: one.pid, last_heartbeat: utc(Date.now() - 1000), pane_index: 'old:0.0' };
  swarm.writeRegistry([
    registryEntry({ id: 'twice', pid: PID_OF_NOBODY, ageMs: 0 }, 0),
    registryEntry({ id: 'twice', pid: PID_OF_NOBODY + 1, ageMs: 0 }, 1),
    registryEntry({ id: 'worded', pid: 'ninety', ageMs: old }, 2),
    registryEntry({ id: 'negative', pid: -1, ageMs: old }, 3),
    registryEntry({ id: 'broken', pid: 1.5, ageMs: old }, 4),
    registryEntry({ id: 'absent', pid: null, ageMs: old }, 5),
    registryEntry({ id: 'foreign', pid: foreign, ageMs: old }, 6),
    older,
    // Two tmux servers may use the same pane id: two processes are two agents.
    registryEntry({ id: 'left', pid: other.pid, pane: '%90050', ageMs: 2000 }, 7),
    registryEntry({ id: 'right', pid: one.pid, pane: '%90051' }, 8),
  ]);
  // Processes are observed once a second.
  const isObserved = ({ agents: [first, ...others] }: AgentsAnswer) =>
    first?.process.state === 'gone' && others.length === 9;
  const { agents } = await swarm.until('agents', 'all ten', isObserved);
  const find = (id: string) => agents.find((agent) => agent.id === id);
  assert.equal(agents.filter(({ id }) => id === 'twice').length, 2);
  assert.match(find('twice')?.health_reason ?? '', /The registry lists twice 2 times\.$/);
  for (const id of ['worded', 'negative', 'broken', 'absent', 'foreign']) {
    const agent = await swarm.health(id, 'unknown');
    assert.equal(agent.process.state, 'unseen');
    assert.match(agent.health_reason, /^No sign of life since .*, and .*\.$/);
  }
  assert.match(find('worded')?.health_reason ?? '', /its pid is not a number/);
  assert.match(
    find('foreign')?.health_reason ?? '',
    new RegExp(`its process \\(pid ${foreign}\\) belongs to another user`),
  );
  assert.equal(find('agent-5')?.last_seen, older.last_heartbeat);
  assert.equal(find('agent-5')?.agent_id, 'agent-5');

  const pane = '%90050';
  swarm.register(
    { id: 'left', pid: other.pid, pane, index: 'a:0.0', ageMs: 2000 },
    { id: 'right', pid: one.pid, pane, index: 'b:0.0' },
  );
  await swarm.runs('left');
  await swarm.runs('right');

  // A clock rewind between two writes does not begin another life.
  swarm.writeRegistry(
    [registryEntry({ id: 'left', pid: other.pid, pane, index: 'a:0.0', ageMs: old }, 0)],
    Date.now() - old,
  );
  const earlier = await swarm.agent(
    'left',
    'as before',
    ({ last_seen }) => Date.parse(String(last_seen)) < Date.now() - MINUTE,
  );
  assert.deepEqual([earlier.health, earlier.life_began_at], ['active', null]);
});

test('agents: of a thousand agents 999 leave', async (context) => {
  const swarm = await started(context);
  const many = Array.from({ length: 1000 }, (_, place) => ({ id: `agent-${place}`, pid: PID_OF_NOBODY + place }));
  swarm.register(...many);
  await swarm.until('agents', 'all of them', (answer) => answer.agents.length === 1000);
  await swarm.lock('agent-500', 'src/a.ts');
  swarm.register(...many.slice(0, 1));
  const { departed } = await swarm.until('agents', 'one', ({ agents }) => agents.length === 1);
  assert.equal(departed.length, 200);
  for (const { left_reason } of departed) assert.match(left_reason, /^The registry no longer lists it; .*\.$/);
  const lock = await swarm.locked('src/a.ts', ({ orphaned }) => orphaned === true);
  assert.equal(lock.former_holder?.reason ?? 'left', 'left');
  // The reason for leaving is unknown, so no agent is called dead.
  await swarm.critical();
});
