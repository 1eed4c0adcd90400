/** Commands about locks, over HTTP, on the production server. */
import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, beforeEach, test } from 'node:test';
import {
  type AcquireLockAnswer,
  acquireLockAnswer,
  type CleanUpLocksAnswer,
  cleanUpLocksAnswer,
  releaseLockAnswer,
} from '../../lib/contract/lock-requests';
import { CLEAN_UP_LOCKS_PATH, LOCKS_PATH, RELEASE_LOCK_PATH } from '../../lib/contract/paths';
import { type Lock, type LocksAnswer, problem } from '../../lib/contract/schemas';
import { lockFileName } from '../../lib/sources/claudeswarm/lock-entry';
import { LOCKS_FOLDER } from '../../lib/sources/claudeswarm/locks';
import { lockText } from '../../lib/sources/claudeswarm/written-form';
import { commandHeaders } from '../support/commands';
import { ProductionServer } from '../support/production-server';
import { scratchFolder } from '../support/scratch-folder';
import { openStream } from '../support/sse-client';

const HOUR_MS = 3_600_000;
const root = scratchFolder('lock-commands-');
const folder = join(root, LOCKS_FOLDER);
const server = new ProductionServer({
  CLAUDESWARM_ROOT: root,
  SWARM_HISTORY: ':memory:',
  LIMIT_COMMANDS_PER_MINUTE: '0',
});

before(async () => {
  const agents = ['agent-1', 'agent-2'].map((id, index) => ({ id, pid: 4_194_400 + index, tmux_pane_id: `%${index}` }));
  writeFileSync(join(root, 'ACTIVE_AGENTS.json'), JSON.stringify({ session_name: 'main', agents }));
  await server.start();
});
after(() => server.stop());
beforeEach(() => {
  mkdirSync(folder, { recursive: true });
  for (const name of readdirSync(folder)) rmSync(join(folder, name));
});

interface Answered<Answer> {
  status: number;
  answer: Answer & Partial<Record<'type' | 'detail', string>> & Record<string, unknown>;
}

async function send<Answer = Record<string, unknown>>(path: string, body: unknown): Promise<Answered<Answer>> {
  const response = await fetch(`${server.url}${path}`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json', ...commandHeaders(server) },
    body: JSON.stringify(body),
  });
  return { status: response.status, answer: (await response.json()) as Answered<Answer>['answer'] };
}

function acquire(agent_id: string, filepath: string, more: object = {}) {
  return send<AcquireLockAnswer>(LOCKS_PATH, { agent_id, filepath, ...more });
}

function held(filepath: string, agentId: string, ageMs = 0): void {
  writeFileSync(
    join(folder, lockFileName(filepath)),
    lockText({ agentId, filepath, reason: '', now: Date.now() - ageMs }),
  );
}

function locks(): Promise<LocksAnswer> {
  return server.get<LocksAnswer>(LOCKS_PATH);
}

/** The code of a problem. */
function codeOf({ answer }: Answered<unknown>): string {
  problem.parse(answer);
  return String(answer.type).split(':').at(-1) ?? '';
}

test('POST /api/locks: 201 with the lock as GET /api/locks describes it at once, then 200 for a refresh', async () => {
  const acquired = await acquire('agent-1', './src/app.ts', { reason: 'rounding' });
  assert.equal(acquired.status, 201);
  acquireLockAnswer.parse(acquired.answer);
  assert.equal(acquired.answer.outcome, 'acquired');
  assert.deepEqual((await locks()).locks, [acquired.answer.lock]);
  assert.deepEqual(
    [acquired.answer.lock.filepath, acquired.answer.lock.reason, acquired.answer.lock.stale],
    ['src/app.ts', 'rounding', false],
  );
  const refreshed = await acquire('agent-1', 'src/app.ts');
  assert.deepEqual([refreshed.status, refreshed.answer.outcome, refreshed.answer.lock.reason], [200, 'refreshed', '']);
  assert.deepEqual((await locks()).locks, [refreshed.answer.lock]);
});

test('POST /api/locks: 409 names the locks in the way, described, and what the caller can do', async () => {
  held('src/*', 'agent-2');
  const refused = await acquire('agent-1', 'src/app.ts');
  assert.deepEqual([refused.status, codeOf(refused)], [409, 'lock_conflict']);
  const conflicts = refused.answer.conflicts as Lock[];
  assert.deepEqual(
    conflicts.map(({ filepath, agent_id, pattern }) => [filepath, agent_id, pattern]),
    [['src/*', 'agent-2', true]],
  );
  assert.match(refused.answer.detail ?? '', /src\/app\.ts overlaps src\/\*, held by agent-2 .*release it by force/);
  assert.ok(!existsSync(join(folder, lockFileName('src/app.ts'))));
});

test('POST /api/locks: a lock past the timeout is taken over, and the answer says so', async () => {
  held('src/app.ts', 'agent-2', HOUR_MS);
  const acquired = await acquire('agent-1', 'src/app.ts');
  assert.equal(acquired.status, 201);
  assert.deepEqual(
    acquired.answer.replaced.map(({ agent_id, stale }) => [agent_id, stale]),
    [['agent-2', true]],
  );
});

test('POST /api/locks: a file that can’t be read is a conflict that says so, and stays; null releases it by force', async () => {
  const name = lockFileName('src/app.ts');
  writeFileSync(join(folder, name), 'no lock');
  utimesSync(join(folder, name), new Date(0), new Date(0));
  const refused = await acquire('agent-1', 'src/app.ts');
  assert.deepEqual([refused.status, codeOf(refused)], [409, 'lock_conflict']);
  assert.match(refused.answer.detail ?? '', /can't be read \(invalid JSON\)/);
  assert.deepEqual(refused.answer.unreadable, { lock_file: name, reason: 'invalid JSON' });
  assert.equal(readFileSync(join(folder, name), 'utf8'), 'no lock');
  const own = await send(RELEASE_LOCK_PATH, { agent_id: 'agent-1', filepath: 'src/app.ts' });
  assert.deepEqual([own.status, codeOf(own)], [409, 'lock_held_by_other']);
  const released = await send(RELEASE_LOCK_PATH, { lock_file: name, expected: null, force: true });
  assert.deepEqual([released.status, released.answer], [200, { outcome: 'released' }]);
});

const REFUSED: [body: Record<string, unknown>, parameter: string][] = [
  [{ filepath: 'a\0b' }, 'filepath'],
  [{ filepath: '%2e%2e/x' }, 'filepath'],
  [{ filepath: '../x' }, 'filepath'],
  [{ filepath: '/etc/passwd' }, 'filepath'],
  [{ filepath: '\ud800' }, 'filepath'],
  [{ filepath: 'x'.repeat(4097) }, 'filepath'],
  [{ filepath: 7 }, 'filepath'],
  [{ agent_id: '' }, 'agent_id'],
  [{ agent_id: 'agent 1' }, 'agent_id'],
  [{ agent_id: '-agent' }, 'agent_id'],
  [{ agent_id: 'a'.repeat(65) }, 'agent_id'],
  [{ timeout_seconds: 0 }, 'timeout_seconds'],
  [{ timeout_seconds: 3601 }, 'timeout_seconds'],
  [{ timeout_seconds: 1.5 }, 'timeout_seconds'],
  [{ reason: 'x'.repeat(513) }, 'reason'],
];

for (const [wrong, parameter] of REFUSED) {
  test(`POST /api/locks: 422 for ${JSON.stringify(wrong).slice(0, 60)}, as the swarm's tool refuses it`, async () => {
    const body = { agent_id: 'agent-1', filepath: 'src/app.ts', ...wrong };
    const refused = await send(LOCKS_PATH, body);
    assert.deepEqual([refused.status, codeOf(refused)], [422, 'invalid_parameter']);
    const errors = refused.answer.errors as { parameter: string; detail: string }[];
    assert.deepEqual([...new Set(errors.map((error) => error.parameter))], [parameter]);
    assert.deepEqual(readdirSync(folder), []);
  });
}

test('POST /api/locks: 512 characters are counted as characters, an id is trimmed, and a pattern is a path', async () => {
  const acquired = await acquire(' agent-1 ', 'app/[id]/*', { reason: '😀'.repeat(512) });
  assert.deepEqual(
    [acquired.status, acquired.answer.lock.agent_id, acquired.answer.lock.pattern],
    [201, 'agent-1', true],
  );
});

test('POST /api/locks/release: for the holder, for nobody, and not for another agent', async () => {
  await acquire('agent-1', 'src/app.ts');
  const other = await send(RELEASE_LOCK_PATH, { agent_id: 'agent-2', filepath: 'src/app.ts' });
  assert.deepEqual([other.status, codeOf(other)], [409, 'lock_held_by_other']);
  assert.equal((other.answer.lock as Lock).agent_id, 'agent-1');
  for (const outcome of ['released', 'not_held']) {
    const released = await send(RELEASE_LOCK_PATH, { agent_id: 'agent-1', filepath: 'src/app.ts', force: false });
    releaseLockAnswer.parse(released.answer);
    assert.deepEqual([released.status, released.answer], [200, { outcome }]);
  }
  assert.equal((await locks()).count, 0);
});

test('POST /api/locks/release: by force only what is expected; else 409 with the present lock', async () => {
  const { lock } = (await acquire('agent-1', 'src/app.ts')).answer;
  const { lock_file, agent_id, locked_at } = lock;
  held('src/app.ts', 'agent-2');
  const changed = await send(RELEASE_LOCK_PATH, { lock_file, expected: { agent_id, locked_at }, force: true });
  assert.deepEqual([changed.status, codeOf(changed)], [409, 'lock_changed']);
  const present = changed.answer.lock as Lock;
  assert.equal(present.agent_id, 'agent-2');
  const expected = { agent_id: present.agent_id, locked_at: present.locked_at };
  for (const outcome of ['released', 'not_held']) {
    const released = await send(RELEASE_LOCK_PATH, { lock_file, expected, force: true });
    assert.deepEqual([released.status, released.answer], [200, { outcome }]);
  }
});

for (const lock_file of ['../x.lock', 'x', '/etc/x.lock', 'a/b.lock', '.lock\0.lock', 7]) {
  test(`POST /api/locks/release: 422 for the lock file ${JSON.stringify(lock_file)}`, async () => {
    const refused = await send(RELEASE_LOCK_PATH, { lock_file, expected: null, force: true });
    assert.deepEqual([refused.status, codeOf(refused)], [422, 'invalid_parameter']);
  });
}

test('POST /api/locks/release: 422 for a body of neither form', async () => {
  for (const body of [{}, [], null, { force: 'yes' }, { force: true }, { lock_file: 'x.lock', expected: null }]) {
    const refused = await send(RELEASE_LOCK_PATH, body);
    assert.deepEqual([refused.status, codeOf(refused)], [422, 'invalid_parameter'], JSON.stringify(body));
  }
});

test('POST /api/locks/cleanup: lists and removes what is past the timeout', async () => {
  held('src/a.ts', 'agent-1', HOUR_MS);
  held('src/b.ts', 'agent-9', HOUR_MS);
  held('src/c.ts', 'agent-2');
  for (const dry_run of [true, false]) {
    const { status, answer } = await send<CleanUpLocksAnswer>(CLEAN_UP_LOCKS_PATH, { dry_run });
    cleanUpLocksAnswer.parse(answer);
    assert.deepEqual([status, answer.dry_run, answer.count, answer.kept], [200, dry_run, 2, []]);
    assert.deepEqual(answer.locks.map(({ filepath }) => filepath).sort(), ['src/a.ts', 'src/b.ts']);
    assert.equal(readdirSync(folder).length, dry_run ? 3 : 1);
  }
  assert.equal((await locks()).count, 1);
});

test('commands about locks: a stream gets each change as an event', async () => {
  let seen = (_locks: LocksAnswer) => {};
  const close = openStream({
    url: `${server.url}/api/stream`,
    onEvent: ({ name, data }) => name === 'locks' && seen(JSON.parse(data)),
    onEnd: () => {},
  });
  const counted = (count: number) =>
    new Promise<void>((resolve) => {
      seen = (answer) => answer.count === count && resolve();
    });
  await counted(0);
  const one = counted(1);
  await acquire('agent-1', 'src/app.ts');
  await one;
  const none = counted(0);
  await send(RELEASE_LOCK_PATH, { agent_id: 'agent-1', filepath: 'src/app.ts' });
  await none;
  close();
});

test('commands about locks: twenty agents at once on one path, and one has it', async () => {
  const answers = await Promise.all(
    Array.from({ length: 20 }, (_, index) => acquire(`agent-${index}`, index % 2 === 0 ? 'src/*' : 'src/app.ts')),
  );
  assert.deepEqual(answers.map(({ status }) => status).sort(), [201, ...Array.from({ length: 19 }, () => 409)]);
  assert.equal(readdirSync(folder).length, 1);
});

test('commands about locks: without JSON, or from another site, nothing happens', async () => {
  const body = JSON.stringify({ agent_id: 'agent-1', filepath: 'src/app.ts' });
  for (const [headers, status] of [
    [{ 'Content-Type': 'text/plain' }, 415],
    [{ 'Content-Type': 'application/json', Origin: 'https://evil.example' }, 403],
  ] as const) {
    const url = `${server.url}${LOCKS_PATH}`;
    const refused = await fetch(url, { method: 'POST', headers: { ...commandHeaders(server), ...headers }, body });
    assert.equal(refused.status, status);
  }
  assert.deepEqual(readdirSync(folder), []);
});
