/** What agents work on over HTTP, with the production server, real files and real git. */
import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { appendFileSync, cpSync, mkdirSync, realpathSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { type TestContext, test } from 'node:test';
import type { AgentGitAnswer, GitAnswer } from '../../lib/contract/git-schemas';
import type { AgentsAnswer, AttentionAnswer } from '../../lib/contract/schemas';
import type {
  ConflictsAnswer,
  ContextsAnswer,
  CoordinationAnswer,
  DelegationsAnswer,
  LearningAnswer,
  MemoryAnswer,
} from '../../lib/contract/work-answers';
import type { WorkState } from '../../lib/contract/work-schemas';
import { lockFileName } from '../../lib/sources/claudeswarm/lock-entry';
import { formatNaiveLocal } from '../../lib/sources/claudeswarm/written-form';
import { git, makeRepository, NO_GIT } from '../support/git';
import { ProductionServer } from '../support/production-server';
import { samples } from '../support/samples';
import { scratchFolder } from '../support/scratch-folder';
import { SseParser } from '../support/sse-client';
import { until } from '../support/until';

const MINUTE = 60_000;

async function start(context: TestContext, root: string, settings: Record<string, string> = {}) {
  const server = await ProductionServer.started({ CLAUDESWARM_ROOT: root, SWARM_HISTORY: 'off', ...settings });
  context.after(() => server.abandon());
  return server;
}

function writeRegistry(root: string, agents: { id: string; pid: number }[]): void {
  const listed = agents.map((agent, index) => ({
    ...{ ...agent, pane_index: `main:0.${index}`, status: 'active', session_name: 'main' },
    ...{ last_seen: new Date().toISOString(), tmux_pane_id: `%${index}` },
  }));
  replace(join(root, 'ACTIVE_AGENTS.json'), {
    session_name: 'main',
    updated_at: new Date().toISOString(),
    agents: listed,
  });
}

function replace(file: string, content: unknown): void {
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(`${file}.tmp`, typeof content === 'string' ? content : JSON.stringify(content));
  renameSync(`${file}.tmp`, file);
}

/** A process that is called claude, in a folder. */
async function claudeIn(context: TestContext, cwd: string): Promise<ChildProcess & { pid: number }> {
  const child = spawn('sleep', ['600'], { cwd, argv0: 'claude', stdio: 'ignore' });
  context.after(() => child.kill('SIGKILL'));
  await once(child, 'spawn');
  return child as ChildProcess & { pid: number };
}

/** Follows the kind of state `work` over the stream. */
function followWork(context: TestContext, server: ProductionServer): () => Promise<WorkState | null> {
  let newest: WorkState | null = null;
  const parser = new SseParser(({ name, data }) => {
    if (name === 'work') newest = JSON.parse(data);
  });
  const stopping = new AbortController();
  context.after(() => stopping.abort());
  void (async () => {
    const response = await fetch(`${server.url}/api/stream`, { signal: stopping.signal });
    for await (const chunk of response.body as unknown as AsyncIterable<Uint8Array>) parser.feed(Buffer.from(chunk));
  })().catch(() => {});
  return async () => newest;
}

test('the files about work: every answer, a change, a broken file and one that vanishes', async (context) => {
  const root = scratchFolder('work-http-');
  cpSync(samples().find(({ name }) => name === 'normal-swarm')?.root ?? '', root, { recursive: true });
  const server = await start(context, root);
  const work = followWork(context, server);
  const first = await until(work, (state) => state?.files.length === 6);
  assert.deepEqual(
    first?.files.map(({ name, count }) => [name, count]),
    [
      ['contexts', 2],
      ['conflicts', 3],
      ['delegations', 3],
      ['learning', 2],
      ['memory', 2],
      ['coordination', 5],
    ],
  );
  const contexts = await server.get<ContextsAnswer>('/api/work/contexts');
  const version = (name: string, state: WorkState | null = first) =>
    state?.files.find((file) => file.name === name)?.version;
  assert.deepEqual([contexts.source.state, contexts.version], ['ok', version('contexts')]);
  assert.equal(contexts.contexts[0]?.decisions[0]?.decision, 'Use integer cents');
  const conflicts = await server.get<ConflictsAnswer>('/api/work/conflicts');
  assert.equal(conflicts.conflicts.find(({ status }) => status === 'resolved')?.resolution?.winner, 'agent-0');
  const delegations = await server.get<DelegationsAnswer>('/api/work/delegations');
  assert.equal(delegations.delegations[0]?.reason, 'Agent agent-2 is not available', 'the newest first');
  const learning = await server.get<LearningAnswer>('/api/work/learning');
  assert.equal(learning.agents[1]?.skills[0]?.success_rate, 0.55);
  const coordination = await server.get<CoordinationAnswer>('/api/work/coordination');
  assert.deepEqual(coordination.current_work?.rows, [['agent-0', 'Checkout endpoints', 'In Progress', '2026-02-03']]);
  const all = await server.get<MemoryAnswer>('/api/work/memory');
  assert.deepEqual([all.agents, all.memory], [['agent-0', 'agent-1'], null]);
  const one = await server.get<MemoryAnswer>('/api/work/memory?agent=agent-1');
  assert.equal(one.memory?.tasks[0]?.objective, 'Hotfix: wrong VAT rate');
  const none = await server.get<MemoryAnswer>('/api/work/memory?agent=..%2FCONTEXTS');
  assert.deepEqual([none.source.state, none.memory], ['missing', null]);
  const { agents } = await server.until<AgentsAnswer>('/api/agents', (answer) => answer.agents.length > 0);
  const { card } = agents.find(({ id }) => id === 'agent-1') ?? {};
  assert.deepEqual(
    [card?.name, card?.availability, card?.skills, card?.success_rates?.[0]],
    ['UI builder', 'active', ['typescript', 'react', 'frontend', 'api'], { skill: 'typescript', rate: 0.55 }],
  );

  replace(join(root, 'CONTEXTS.json'), { contexts: { only: { name: 'Only' } } });
  const changed = await until(work, (state) => version('contexts', state) !== version('contexts'));
  assert.equal(version('delegations', changed), version('delegations'), 'the others are as they were');
  const after = await server.get<ContextsAnswer>('/api/work/contexts');
  assert.deepEqual([after.contexts.map(({ id }) => id), after.version], [['only'], version('contexts', changed)]);

  replace(join(root, 'CONTEXTS.json'), '{"contexts": ');
  const broken = await server.until<ContextsAnswer>(
    '/api/work/contexts',
    ({ source }) => source.state === 'unreadable',
  );
  assert.deepEqual([broken.contexts.map(({ id }) => id), broken.source.kept_from !== null], [['only'], true]);
  const listed = await server.until<AttentionAnswer>('/api/attention', ({ attention }) =>
    attention.some(({ id }) => id === 'source_unreadable:CONTEXTS.json'),
  );
  assert.ok(listed);
  rmSync(join(root, 'CONTEXTS.json'));
  await server.until<ContextsAnswer>('/api/work/contexts', ({ source, contexts: kept }) => {
    return source.state === 'missing' && source.kept_from !== null && kept.length === 1;
  });
});

test('a swarm without these files has empty answers that say so', async (context) => {
  const root = scratchFolder('work-none-');
  writeRegistry(root, []);
  const server = await start(context, root);
  const names = ['contexts', 'conflicts', 'delegations', 'learning', 'coordination', 'memory'];
  for (const name of names) {
    const { source } = await server.get<ContextsAnswer>(`/api/work/${name}`);
    assert.deepEqual([source.state, source.kept_from], ['missing', null], name);
  }
  const work = await until(followWork(context, server), (state) => state?.read_marks?.state === 'missing');
  assert.deepEqual([work?.files, work?.unread], [[], []]);
});

test('unread messages: counted from the read mark on, listed when they are old, gone when they are read', async (context) => {
  const root = scratchFolder('work-unread-');
  const claude = await claudeIn(context, root);
  writeRegistry(root, [
    { id: 'agent-1', pid: claude.pid },
    { id: 'agent-2', pid: claude.pid + 100_000 },
  ]);
  const at = (minutes: number) => formatNaiveLocal(Date.now() - minutes * MINUTE);
  const say = (minutes: number, sender: string, recipients: string[]) => {
    const line = { sender, timestamp: at(minutes), msg_type: 'INFO', content: 'x', recipients, msg_id: `${minutes}` };
    appendFileSync(join(root, 'agent_messages.log'), `${JSON.stringify(line)}\n`);
  };
  for (const minutes of [30, 20, 12]) say(minutes, 'agent-2', ['agent-1']);
  say(11, 'agent-1', ['all']);
  const marks = join(root, '.swarm', 'last_read_messages.json');
  replace(marks, { 'agent-1': at(25), 'agent-9': at(25) });
  const server = await start(context, root);
  const work = followWork(context, server);
  const unread = async () => (await work())?.unread.map(({ agent_id, count, more }) => [agent_id, count, more]);
  await until(unread, (counts) => JSON.stringify(counts) === '[["agent-1",2,false]]');
  say(1, 'agent-2', ['all']);
  await until(unread, (counts) => JSON.stringify(counts) === '[["agent-1",3,false]]');
  const item = async () => {
    const { attention } = await server.get<AttentionAnswer>('/api/attention');
    return attention.find(({ kind }) => kind === 'messages_unread') ?? null;
  };
  const found = await until(item, (entry) => entry?.reason.includes('3') === true);
  assert.deepEqual([found?.id, found?.reason], ['messages_unread:agent-1', 'agent-1 has 3 unread messages.']);
  replace(marks, '{"agent-1": ');
  const broken = await until(work, (state) => state?.read_marks?.state === 'unreadable');
  assert.match(broken?.read_marks?.reason ?? '', /^\.swarm\/last_read_messages\.json is unusable: invalid JSON; /);
  await until(unread, (counts) => counts?.length === 0);
  replace(marks, { 'agent-1': at(0), 'agent-2': at(0) });
  await until(unread, (counts) => JSON.stringify(counts) === '[["agent-1",0,false],["agent-2",0,false]]');
  await until(item, (entry) => entry === null);
});

test('git: the folders of agents, and a file changed under the lock of another one', {
  skip: NO_GIT,
}, async (context) => {
  const root = realpathSync(scratchFolder('work-git-'));
  makeRepository(root, { 'a.ts': 'a', '.gitignore': '*.json\n.agent_locks\n*.log\n*.sqlite*\n' });
  const side = `${root}-side`;
  git(root, 'worktree', 'add', '-q', '-b', 'side', side);
  context.after(() => rmSync(side, { recursive: true, force: true }));
  const elsewhere = realpathSync(scratchFolder('work-elsewhere-'));
  const [one, two, three] = [
    await claudeIn(context, root),
    await claudeIn(context, side),
    await claudeIn(context, elsewhere),
  ];
  writeRegistry(root, [
    { id: 'agent-1', pid: one.pid },
    { id: 'agent-2', pid: two.pid },
    { id: 'agent-3', pid: three.pid },
    { id: 'agent-4', pid: 4_194_400 },
  ]);
  const lock = { agent_id: 'agent-1', filepath: 'a.ts', locked_at: Date.now() / 1000 - 5, reason: '' };
  replace(join(root, '.agent_locks', lockFileName('a.ts')), lock);
  writeFileSync(join(side, 'a.ts'), 'changed');
  const server = await start(context, root);
  const running = (answer: AgentsAnswer) => {
    return answer.agents.filter(({ process }) => process.state === 'running').length === 3;
  };
  await server.until<AgentsAnswer>('/api/agents', running);
  const unlocked = async () => {
    const { attention } = await server.get<AttentionAnswer>('/api/attention');
    return attention.find(({ kind }) => kind === 'unlocked_change') ?? null;
  };
  assert.equal(await unlocked(), null, 'nobody has asked git');
  const answer = await server.get<GitAnswer>('/api/git');
  assert.deepEqual(answer.unknown, ['agent-4']);
  assert.deepEqual(
    answer.folders.map(({ top, place, state, branch, agents }) => [top, place, state, branch, agents[0]?.id]),
    [
      [elsewhere, 'outside', 'no_repository', null, 'agent-3'],
      [root, 'root', 'ok', 'main', 'agent-1'],
      [side, 'worktree', 'ok', 'side', 'agent-2'],
    ].sort(),
  );
  const entry = await until(unlocked, (found) => found !== null);
  assert.equal(
    entry?.reason,
    'a.ts was changed in the folder of agent-2, which has no lock on it, while agent-1 has one.',
  );
  const own = await server.get<AgentGitAnswer>('/api/agents/agent-2/git');
  assert.deepEqual([own.folder, own.from, own.git?.changes[0]?.path], [side, 'process', 'a.ts']);
  const unknown = await server.get<AgentGitAnswer>('/api/agents/agent-4/git');
  assert.deepEqual([unknown.folder, unknown.git], [null, null]);
  const nobody = await fetch(`${server.url}/api/agents/agent-9/git`);
  assert.equal(nobody.status, 404);
});
