import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { writeBacklog } from '../../test/support/backlog';
import { CONFLICT_LOG_FILE, parseConflictLog } from '../sources/claudeswarm/conflict-log';
import { lockFileName, parseLock } from '../sources/claudeswarm/lock-entry';
import { LOCKS_FOLDER } from '../sources/claudeswarm/locks';
import { LOG_NAME, OLD_LOG_NAME } from '../sources/claudeswarm/message-log';
import { PENDING_ACKS_FILE, parsePendingAcks } from '../sources/claudeswarm/pending-acks';
import { parseRegistry, REGISTRY_FILE } from '../sources/claudeswarm/registry';
import { parseTasks, TASKS_FILE } from '../sources/claudeswarm/tasks';
import { CONTEXTS } from '../sources/claudeswarm/work/contexts';
import { COORDINATION_FILE, parseCoordination } from '../sources/claudeswarm/work/coordination';
import { DELEGATIONS } from '../sources/claudeswarm/work/delegations';
import { type EntriesFile, parseEntries } from '../sources/claudeswarm/work/entries';
import { LEARNING } from '../sources/claudeswarm/work/learning';
import { parseReadMarks, READ_MARKS_FILE } from '../sources/claudeswarm/work/read-marks';
import { pythonJson } from '../sources/claudeswarm/written-form';
import { Simulator } from './simulator';

const COMMAND = path.join(import.meta.dirname, '../../bin/simulate.ts');
const KEYS = [
  'sender',
  'timestamp',
  'msg_type',
  'content',
  'recipients',
  'msg_id',
  'context_id',
  'task',
  'requires_ack',
  'parent_msg_id',
  'delivery_status',
  'success_count',
  'failure_count',
];
const TASK_KEYS = [
  'task_id',
  'objective',
  'status',
  'priority',
  'created_by',
  'assigned_to',
  'context_id',
  'constraints',
  'files',
  'blocked_by',
  'blocks',
  'result',
  'error',
  'history',
  'metadata',
  'created_at',
  'updated_at',
  'parent_task_id',
];
const OPTIONAL_KEYS = new Set(['context_id', 'task', 'requires_ack', 'parent_msg_id']);

let root: string;

beforeEach(() => {
  root = mkdtempSync(path.join(tmpdir(), 'simulator-'));
});

afterEach(() => rmSync(root, { recursive: true, force: true }));

function fileLines(...names: string[]): string[] {
  return names.flatMap((name) => readFileSync(path.join(root, name), 'utf8').trimEnd().split('\n'));
}

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await delay(5);
}

describe('simulator', () => {
  it('prepares a root with a past: registry, log and locks in the exact shape of the contract', () => {
    const simulator = new Simulator({ root, seed: 11, messagesPerSecond: 1 });
    const before = Date.now();
    simulator.prepare();
    const read = parseRegistry(readFileSync(path.join(root, REGISTRY_FILE)));
    assert.ok('registry' in read);
    assert.deepEqual(read.skipped, []);
    assert.ok(read.registry.entries.length >= 9);
    assert.equal(statSync(path.join(root, REGISTRY_FILE)).mode & 0o777, 0o600);
    for (const entry of read.registry.entries) {
      assert.deepEqual(Object.keys(entry), [
        'id',
        'pane_index',
        'pid',
        'status',
        'last_seen',
        'session_name',
        'tmux_pane_id',
      ]);
      assert.ok(Number(entry.pid) > 4_194_304);
      assert.match(String(entry.last_seen), /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}\+00:00$/);
    }
    const lines = fileLines(LOG_NAME);
    assert.equal(lines.length, 200);
    for (const line of lines) holdsContract(line);
    const first = new Date(JSON.parse(lines[0] as string).timestamp).getTime();
    assert.ok(first >= before - 3_600_000 - 1 && first < before - 3_000_000);

    const acks = parsePendingAcks(readFileSync(path.join(root, PENDING_ACKS_FILE)));
    assert.ok('acks' in acks && acks.acks.length > 0);
    assert.deepEqual(acks.skipped, []);
    for (const { text, retryCount, sentAt, nextRetryAt, orphan } of acks.acks) {
      assert.ok(text !== '' && !orphan && retryCount < 3);
      assert.ok((sentAt as number) < (nextRetryAt as number));
    }

    const locks = readdirSync(path.join(root, LOCKS_FOLDER));
    assert.ok(locks.length > 3);
    const holders = locks.map((name) => {
      const lock = parseLock(name, readFileSync(path.join(root, LOCKS_FOLDER, name)));
      assert.ok('fields' in lock);
      assert.deepEqual(lock.warnings, []);
      assert.deepEqual(Object.keys(lock.fields), ['agent_id', 'filepath', 'locked_at', 'reason']);
      assert.equal(lockFileName(String(lock.fields.filepath)), name);
      return String(lock.fields.agent_id);
    });
    const tasks = parseTasks(readFileSync(path.join(root, TASKS_FILE)));
    assert.ok('tasks' in tasks && tasks.tasks.length > 3);
    assert.deepEqual(tasks.skipped, []);
    assert.ok(tasks.tasks.every(({ createdAt, assignedTo }) => createdAt !== null && assignedTo !== null));
    const written = JSON.parse(readFileSync(path.join(root, TASKS_FILE), 'utf8')).tasks[tasks.tasks[0]?.id ?? ''];
    assert.deepEqual(Object.keys(written), TASK_KEYS);
    const conflicts = parseConflictLog(readFileSync(path.join(root, CONFLICT_LOG_FILE)));
    assert.ok('conflicts' in conflicts && conflicts.conflicts.length > 0);
    assert.deepEqual(conflicts.skipped, []);
    for (const file of [CONTEXTS, DELEGATIONS, LEARNING] as readonly EntriesFile<unknown>[]) {
      const parsed = parseEntries(readFileSync(path.join(root, file.name)), file);
      assert.ok('content' in parsed && parsed.content.length > 1, file.name);
      assert.deepEqual(parsed.skipped, []);
    }
    const { sections, current_work } = parseCoordination(readFileSync(path.join(root, COORDINATION_FILE)));
    assert.deepEqual([sections.length, current_work?.columns], [5, ['Agent', 'Task', 'Status']]);
    assert.ok((current_work?.rows.length ?? 0) > 0);
    const marks = parseReadMarks(readFileSync(path.join(root, READ_MARKS_FILE)));
    assert.ok('content' in marks && marks.content.size > 1);
    // The demo's default seed must show a quiet agent, and a lock that a vanished agent left behind.
    const ids = new Set(read.registry.entries.map((entry) => entry.id));
    assert.ok(read.registry.entries.some((entry) => entry.status === 'stale'));
    assert.ok(holders.some((holder) => !ids.has(holder)));
  });

  it('goes on at its speed, rotates at its limit and counts what it wrote', async () => {
    const simulator = new Simulator({ root, seed: 11, messagesPerSecond: 3000, rotateAtBytes: 200_000 });
    simulator.start();
    await until(() => simulator.counts.rotations >= 2);
    await simulator.stop();
    const { counts } = simulator;
    assert.equal(counts.dropped, 0);
    assert.ok(counts.locksAcquired > 0 && counts.locksReleased > 0 && counts.registryWrites > 0);
    const kept = fileLines(OLD_LOG_NAME, LOG_NAME);
    assert.ok(kept.length <= counts.messages && statSync(path.join(root, OLD_LOG_NAME)).size > 200_000);
    for (const line of kept) holdsContract(line);
    const afterStop = statSync(path.join(root, LOG_NAME)).size;
    await delay(30);
    assert.equal(statSync(path.join(root, LOG_NAME)).size, afterStop);
  });

  it('refuses a root with the registry of a real swarm', () => {
    const registry = { session_name: 's', updated_at: null, agents: [{ id: 'agent-0', pid: 4711 }] };
    writeFileSync(path.join(root, REGISTRY_FILE), JSON.stringify(registry));
    assert.throws(() => new Simulator({ root, seed: 11, messagesPerSecond: 1 }), /real swarm/);
  });
});

describe('backlog', () => {
  it('has the exact number of lines, each with its serial number and an own id, about 300 bytes each', () => {
    const bytes = writeBacklog({ root, messages: 5000 });
    assert.equal(statSync(path.join(root, LOG_NAME)).size, bytes);
    const lines = fileLines(LOG_NAME);
    assert.equal(lines.length, 5000);
    const ids = new Set<string>();
    for (const [index, line] of lines.entries()) {
      holdsContract(line);
      const message = JSON.parse(line);
      assert.ok(message.content.endsWith(` #${index + 1}`));
      ids.add(message.msg_id);
    }
    assert.equal(ids.size, 5000);
    assert.ok(bytes / 5000 > 250 && bytes / 5000 < 400, `${bytes / 5000} bytes a line`);
  });
});

describe('command', () => {
  const start = (...flags: string[]) => [process.execPath, ['--import', 'tsx', COMMAND, ...flags]] as const;

  for (const [flags, sentence] of [
    [[], /--root is missing/],
    [['--root', '/tmp/x', '--rate', 'fast'], /--rate fast is not valid: give a number from 0.01 to 5000/],
    [['--root', '/tmp/x', '--seed', '1.5'], /--seed 1.5 is not valid: give an integer/],
    [['--root', '/tmp/x', '--speed', '3'], /--speed/],
  ] as const) {
    it(`answers ${flags.join(' ') || 'no flags'} with one sentence and exit code 2`, () => {
      const { status, stderr } = spawnSync(...start(...flags), { encoding: 'utf8' });
      assert.equal(status, 2);
      assert.match(stderr, sentence);
      assert.doesNotMatch(stderr, /\n\s+at /);
    });
  }

  it('prints every flag it takes', () => {
    const { status, stdout } = spawnSync(...start('--help'), { encoding: 'utf8' });
    assert.equal(status, 0);
    for (const flag of ['--root', '--seed', '--rate', '--agents', '--rotate-at', '--claude', '--duration', '--help']) {
      assert.match(stdout, new RegExp(`^ {2}${flag} `, 'm'));
    }
  });

  it('takes a root as seen from where the person stands', () => {
    const options = { encoding: 'utf8', env: { ...process.env, INIT_CWD: root } } as const;
    const { status, stderr } = spawnSync(...start('--root', 'below/it', '--duration', '0.1'), options);
    assert.equal(status, 0, stderr);
    assert.equal(statSync(path.join(root, 'below/it', REGISTRY_FILE)).isFile(), true);
  });

  for (const end of ['SIGTERM', 'SIGINT', 'the end of its input', 'a lost IPC channel'] as const) {
    it(`ends cleanly at ${end}`, async () => {
      const [command, flags] = start('--root', root, '--rate', '50');
      const child = spawn(command, flags, { stdio: ['pipe', 'pipe', 'inherit', 'ipc'] });
      const exit = once(child, 'exit');
      const [line] = await once(child.stdout as NodeJS.ReadableStream, 'data');
      assert.match(String(line), /^Simulated swarm in .+: seed 11, 50 messages per second\.\n$/);
      if (end === 'the end of its input') child.stdin?.end();
      else if (end === 'a lost IPC channel') child.disconnect();
      else child.kill(end);
      assert.deepEqual(await exit, [0, null]);
      for (const written of fileLines(LOG_NAME)) holdsContract(written);
    });
  }
});

function holdsContract(line: string): void {
  const message = JSON.parse(line);
  const keys = Object.keys(message);
  assert.deepEqual(
    keys,
    KEYS.filter((key) => !OPTIONAL_KEYS.has(key) || key in message),
  );
  assert.match(message.timestamp, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}$/);
  assert.equal(pythonJson(message), line);
}
