import assert from 'node:assert/strict';
import { mkdirSync, realpathSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, test } from 'node:test';
import { scratchFolder } from '../../test/support/scratch-folder';
import { acquireLockBody, cleanUpLocksBody, releaseLockBody } from '../contract/lock-requests';
import type { Lock } from '../contract/schemas';
import { type LockEntry, lockFileName } from '../sources/claudeswarm/lock-entry';
import { LockWriter } from '../sources/claudeswarm/lock-writer';
import { LOCKS_FOLDER } from '../sources/claudeswarm/locks';
import { lockText } from '../sources/claudeswarm/written-form';
import { type Action, ActionRefused, ActionUnclear, type Done } from './action';
import { type LockActions, lockActions } from './locks';

const CALLER = { name: 'operator', client: '127.0.0.1' };
const HOUR_MS = 3_600_000;

let root: string;
let actions: LockActions;
/** The files that were published, one set for each time. */
let published: string[][];

beforeEach(() => {
  root = realpathSync(scratchFolder('lock-actions-'));
  mkdirSync(join(root, LOCKS_FOLDER));
  published = [];
  actions = actionsWith(new LockWriter(root, { confirmDelayMs: 1 }));
});

function actionsWith(writer: Parameters<typeof lockActions>[0]['writer']): LockActions {
  return lockActions({
    root,
    writer,
    staleSeconds: () => 300,
    publish: async (lockFiles) => {
      published.push([...lockFiles]);
    },
    describe: ({ lock_file, fields }: LockEntry) => ({ lock_file, ...fields, acquired_at: null }) as Lock,
  });
}

function held(filepath: string, agentId: string, ageMs = 0): string {
  const name = lockFileName(filepath);
  writeFileSync(join(root, LOCKS_FOLDER, name), lockText({ agentId, filepath, reason: '', now: Date.now() - ageMs }));
  return name;
}

const acquire = (agent_id: string, filepath: string, more: object = {}) =>
  actions.acquire.run(acquireLockBody.parse({ agent_id, filepath, ...more }), CALLER);
const release = (body: object) => actions.release.run(releaseLockBody.parse(body), CALLER);

async function refusal(running: Promise<unknown>): Promise<ActionRefused> {
  const error = await running.then(
    () => null,
    (reason: unknown) => reason,
  );
  assert.ok(error instanceof ActionRefused);
  return error;
}

test('subject(): a record has the path or the lock file, the agent, and the body', () => {
  const subjectOf = <Body>(action: Action<Body>, body: Body) => {
    const { target, agentId, request } = action.subject(body);
    assert.equal(request, body ?? request);
    return [target, agentId];
  };
  const acquired = acquireLockBody.parse({ agent_id: 'agent-1', filepath: 'src/a.ts' });
  assert.deepEqual(subjectOf(actions.acquire, acquired), ['src/a.ts', 'agent-1']);
  const own = releaseLockBody.parse({ agent_id: 'agent-1', filepath: 'src/a.ts' });
  assert.deepEqual(subjectOf(actions.release, own), ['src/a.ts', 'agent-1']);
  const expected = { agent_id: 'agent-2', locked_at: 1 };
  const forced = releaseLockBody.parse({ lock_file: 'x.lock', expected, force: true });
  assert.deepEqual(subjectOf(actions.release, forced), ['x.lock', 'agent-2']);
  assert.deepEqual(subjectOf(actions.cleanUp, cleanUpLocksBody.parse(null)), [null, null]);
});

test('acquire: the change is published before it is answered, with the locks that it took over', async () => {
  const stale = held('src/*', 'agent-2', HOUR_MS);
  const { status, outcome, detail, answer } = await acquire('agent-1', 'src/a.ts');
  assert.deepEqual([status, outcome, answer.lock.agent_id], [201, 'acquired', 'agent-1']);
  assert.equal(detail, 'Took over src/*, held by agent-2.');
  assert.deepEqual(published.flat(), [lockFileName('src/a.ts'), stale]);
});

test('acquire: timeout_seconds decides what is past the timeout, else the swarm’s own', async () => {
  held('src/a.ts', 'agent-2', 60_000);
  const refused = await refusal(acquire('agent-1', 'src/a.ts'));
  assert.equal(refused.code, 'lock_conflict');
  assert.match(refused.message, /^src\/a\.ts is locked by agent-2\. Wait .* ask agent-2, or release it by force\.$/);
  assert.equal((await acquire('agent-1', 'src/a.ts', { timeout_seconds: 30 })).outcome, 'acquired');
});

test('acquire: of many conflicts a part is described, and all are counted', async () => {
  for (let index = 0; index < 30; index++) held(`src/${index}.ts`, `agent-${index % 3}`);
  const { message, more } = await refusal(acquire('agent-9', 'src/*'));
  assert.deepEqual([(more.conflicts as Lock[]).length, more.conflict_count], [20, 30]);
  assert.match(message, /^src\/\* overlaps .*, and 27 more\. Wait .* ask their holders/);
});

test('release: by force is recorded as such', async () => {
  const lock_file = held('src/a.ts', 'agent-1');
  const changed = await refusal(release({ lock_file, expected: { agent_id: 'agent-1', locked_at: 1 }, force: true }));
  assert.equal(changed.code, 'lock_changed');
  const { agent_id, locked_at } = changed.more.lock as Lock;
  const released: Done<unknown> = await release({ lock_file, expected: { agent_id, locked_at }, force: true });
  assert.deepEqual([released.outcome, released.answer], ['released_by_force', { outcome: 'released' }]);
});

test('release: a file that can’t be read is refused, with what to do', async () => {
  const name = held('src/a.ts', 'agent-1');
  writeFileSync(join(root, LOCKS_FOLDER, name), 'x');
  utimesSync(join(root, LOCKS_FOLDER, name), new Date(0), new Date(0));
  const refused = await refusal(release({ agent_id: 'agent-1', filepath: 'src/a.ts' }));
  assert.equal(refused.code, 'lock_held_by_other');
  assert.deepEqual(refused.more, { lock: null, lock_file: name });
  assert.match(refused.message, /can't be read \(invalid JSON\).*`expected: null`/);
});

test('cleanUp: lists without removing, removes and publishes, and says what it did', async () => {
  const stale = held('src/a.ts', 'agent-1', HOUR_MS);
  held('src/b.ts', 'agent-1');
  const listed = await actions.cleanUp.run({ dry_run: true }, CALLER);
  assert.deepEqual([listed.outcome, listed.answer.count, published.length], ['listed', 1, 0]);
  const cleaned = await actions.cleanUp.run(null, CALLER);
  assert.deepEqual([cleaned.outcome, cleaned.detail], ['cleaned_up', 'Removed 1 past the timeout.']);
  assert.deepEqual(published, [[stale]]);
  assert.equal((await actions.cleanUp.run(null, CALLER)).answer.count, 0);
});

test('cleanUp: what somebody else has removed first is not called removed', async (context) => {
  const stale = held('src/a.ts', 'agent-1', HOUR_MS);
  const writer = new LockWriter(root);
  context.mock.method(writer, 'findStale', async (seconds: number) => {
    const found = await new LockWriter(root).findStale(seconds);
    rmSync(join(root, LOCKS_FOLDER, stale));
    return found;
  });
  const { detail } = await actionsWith(writer).cleanUp.run(null, CALLER);
  assert.equal(detail, 'Removed 0 past the timeout.');
});

test('commands: a failing file system is a refusal that says what is wrong, and the next command runs', async () => {
  rmSync(join(root, LOCKS_FOLDER), { recursive: true });
  writeFileSync(join(root, LOCKS_FOLDER), 'no folder');
  const refused = await refusal(acquire('agent-1', 'src/a.ts'));
  assert.deepEqual([refused.code, refused instanceof ActionUnclear], ['unavailable', true]);
  assert.match(refused.message, /ENOTDIR/);
  rmSync(join(root, LOCKS_FOLDER));
  assert.equal((await acquire('agent-1', 'src/a.ts')).outcome, 'acquired');
});

test('commands: each waits for those before it, and too many are refused', async () => {
  let running = 0;
  let most = 0;
  let finish = () => {};
  const held = new Promise<void>((resolve) => {
    finish = resolve;
  });
  const writer = new LockWriter(root);
  writer.release = async () => {
    running++;
    most = Math.max(most, running);
    await held;
    running--;
    return { outcome: 'not_held' };
  };
  const { release: action } = actionsWith(writer);
  const body = releaseLockBody.parse({ agent_id: 'agent-1', filepath: 'src/a.ts' });
  const sent = Array.from({ length: 101 }, () => action.run(body, CALLER));
  const outcomes = Promise.allSettled(sent);
  const refused = await refusal(Promise.race(sent));
  assert.equal(refused.code, 'unavailable');
  finish();
  assert.equal((await outcomes).filter(({ status }) => status === 'fulfilled').length, 100);
  assert.equal(most, 1);
});
