import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { procObserver } from './proc-observer';
import type { Observation } from './process-observer';
import { ProcessTable, type Sight, systemProcesses } from './processes';
import { psObserver } from './ps-observer';

const children: ChildProcess[] = [];
after(() => {
  // With all that they started, which else would hold the output open.
  for (const { pid, exitCode, signalCode } of children) {
    if (pid && exitCode === null && signalCode === null) process.kill(-pid, 'SIGKILL');
  }
});

/** Starts a shell and waits until it has said that it is ready. */
async function shell(script: string): Promise<ChildProcess & { pid: number }> {
  const child = spawn('bash', ['-c', script], { stdio: ['pipe', 'pipe', 'ignore'], detached: true });
  children.push(child);
  await once(child.stdout, 'data');
  assert.ok(child.pid);
  return child as ChildProcess & { pid: number };
}

async function end(child: ChildProcess): Promise<void> {
  child.kill('SIGKILL');
  await once(child, 'exit');
}

const hasProc = existsSync('/proc/self/stat');
/** A pid that no process can have. */
const NO_PID = 4_194_304;

/** A table whose clock moves past the interval at each look. */
function tableOver(observer = systemProcesses()) {
  let now = Date.now();
  const table = new ProcessTable({ observer, now: () => now });
  return {
    table,
    refresh: (...pids: number[]) => {
      now += 60_000;
      table.refresh(pids);
    },
    now: () => now,
    /** What is known of a process that was last known to run at an instant, as a word. */
    sight: (pid: number, runningAt: number) => wordOf(table.sight(pid, { startId: null, runningAt })),
  };
}

function wordOf(sight: Sight): string {
  if (typeof sight === 'string') return sight;
  if ('gone' in sight) return 'gone';
  return sight.claude === null ? 'running' : sight.claude.suspended ? 'suspended' : 'claude';
}

test('a process without claude runs, one with claude under it is claude, and both can go', {
  skip: !hasProc,
}, async () => {
  const plain = await shell('echo ready; read');
  const withClaude = await shell('bash -c "exec -a claude sleep 60" & echo ready; read');
  const { refresh, now, sight, table } = tableOver();
  const seen = Date.now() + 1000;
  refresh(plain.pid, withClaude.pid);
  assert.equal(sight(plain.pid, seen), 'running');
  // The shell under it becomes `claude` when it gets to that; the loop ends as soon as it did.
  while (sight(withClaude.pid, seen) !== 'claude') refresh(plain.pid, withClaude.pid);
  await end(plain);
  refresh(plain.pid, withClaude.pid);
  assert.equal(sight(plain.pid, seen), 'gone');
  const { pid } = plain;
  const since = now();
  const known = { startId: null, runningAt: seen };
  assert.deepEqual(table.sight(pid, known), { gone: true, since });
  refresh(pid);
  assert.deepEqual(table.sight(pid, known), { gone: true, since }, 'the first observation counts');
  assert.equal(sight(withClaude.pid, seen), 'unseen', 'not listed any more');
});

test('a process that started after it was last seen is another one', { skip: !hasProc }, async () => {
  const { pid } = await shell('echo ready; read');
  const { refresh, sight } = tableOver();
  refresh(pid);
  assert.equal(sight(pid, Date.now() - 60_000), 'gone');
  assert.equal(sight(pid, Number.NaN), 'unseen');
});

test('numbers that are no pids, and those of simulated agents, are never gone', () => {
  const { refresh, sight } = tableOver();
  const numbers = [0, -1, 1.5, Number.NaN, NO_PID + 1, 5_000_000, Number.POSITIVE_INFINITY];
  refresh(...numbers);
  for (const number of numbers) assert.equal(sight(number, Date.now()), 'unseen', String(number));
});

test('it looks no more often than its observer allows, and only at what may be a pid', () => {
  const asked: (readonly number[])[] = [];
  const observe = (pids: readonly number[]) => {
    asked.push(pids);
    return new Map<number, Observation>();
  };
  let now = 0;
  const table = new ProcessTable({ observer: { intervalMs: 1000, observe }, now: () => now });
  for (now of [0, 999, 1000, 1500]) table.refresh([1, 1, 2, -3]);
  assert.deepEqual(asked, [
    [1, 2],
    [1, 2],
  ]);
});

/** A folder as /proc has it; the real one can't show every case. */
async function fakeProc(files: Record<string, string>): Promise<string> {
  const proc = await mkdtemp(join(tmpdir(), 'proc-'));
  after(() => rm(proc, { recursive: true }));
  for (const [path, text] of Object.entries({ stat: 'cpu 1\nbtime 1700000000\n', ...files })) {
    await mkdir(join(proc, path, '..'), { recursive: true });
    await writeFile(join(proc, path), text);
  }
  return proc;
}

function processFiles(pid: number, { state = 'S', user = 1000, comm = 'bash', args = ['bash'], children = '' } = {}) {
  return {
    [`${pid}/stat`]: `${pid} (${comm}) ${state} 1 ${'0 '.repeat(17)}12345 0 0\n`,
    [`${pid}/status`]: `Name:\t${comm}\nUid:\t${user}\t${user}\t${user}\t${user}\n`,
    [`${pid}/comm`]: `${comm}\n`,
    [`${pid}/cmdline`]: `${args.join('\0')}\0`,
    [`${pid}/task/${pid}/children`]: children,
  };
}

test('/proc: start, owner, zombies, odd names, several kinds of claude', async () => {
  const proc = await fakeProc({
    ...processFiles(10, { comm: 'a) Z 1 (b', children: '11 ' }),
    ...processFiles(11, { comm: 'node', args: ['node', '/usr/lib/node_modules/@anthropic-ai/claude-code/cli.js'] }),
    ...processFiles(12, { state: 'T', comm: 'node', args: ['/home/me/.local/bin/claude', '--resume'] }),
    ...processFiles(13, { comm: 'claude', args: [] }),
    ...processFiles(14, { comm: 'vim', args: ['vim', '-p', 'claude'] }),
    ...processFiles(15, { user: 0 }),
    ...processFiles(16, { state: 'Z' }),
    ...processFiles(17, { children: '18' }),
    ...processFiles(18, { children: '17' }),
    '19/stat': 'nonsense',
    '19/status': 'Uid:\t1000\n',
  });
  const startedAt = 1_700_000_000_000 + 123_450;
  const started = { startedAt, startId: 12345, isShell: false, mayRunClaude: false };
  const observed = await procObserver(proc, 1000).observe([10, 11, 12, 13, 14, 15, 16, 17, 19, NO_PID]);
  assert.deepEqual(Object.fromEntries(observed), {
    10: { ...started, isShell: true, claude: { pid: 11, suspended: false } },
    11: { ...started, claude: { pid: 11, suspended: false } },
    12: { ...started, claude: { pid: 12, suspended: true } },
    13: { ...started, claude: { pid: 13, suspended: false } },
    14: { ...started, claude: null },
    15: 'other_user',
    16: 'gone',
    17: { ...started, isShell: true, claude: null },
    19: 'unseen',
    [NO_PID]: 'gone',
  });
});

test('/proc: a process that is hidden is not gone; where none is hidden, what is not there is', async () => {
  const root = '/dev/vda / ext4 rw 0 0';
  for (const [mounts, expected] of [
    [null, 'unseen'],
    [root, 'unseen'],
    [`proc /proc proc rw,relatime,hidepid=invisible 0 0\n${root}`, 'unseen'],
    ['proc /proc proc rw,hidepid=2 0 0', 'unseen'],
    ['proc /proc proc rw 0 0\nproc /proc proc rw,gid=4,hidepid=1 0 0', 'unseen'],
    [`${root}\nproc /proc proc rw,nosuid,relatime 0 0`, 'gone'],
    ['proc /proc proc rw,hidepid=off 0 0', 'gone'],
    ['proc /proc proc rw,hidepid=0 0 0', 'gone'],
  ] as const) {
    const proc = await fakeProc(mounts === null ? {} : { mounts });
    const observed = await procObserver(proc, 1000).observe([process.pid]);
    assert.equal(observed.get(process.pid), expected, `${mounts}`);
  }
});

const PS = `
    1     0     0 Ss   10-01:00:00 /sbin/launchd
  100     1   501 S       01:02:03 -zsh
  101   100   501 S+         00:05 claude --model opus
  102     1   501 S          10:00 vim notes
  103     1   501 Z          10:00 (sh)
`;

test('ps: the same from its table, and nothing where it fails', async () => {
  const before = Date.now();
  const observed = await psObserver(async () => PS, 501).observe([1, 100, 102, 103, 104]);
  const shellAt = observed.get(100);
  assert.ok(typeof shellAt === 'object');
  assert.ok(Math.abs(shellAt.startedAt - (before - 3_723_000)) < 60_000);
  assert.equal(shellAt.claude?.pid, 101);
  assert.equal(observed.get(1), 'other_user');
  const editor = observed.get(102);
  assert.equal(typeof editor === 'object' && editor.claude, null);
  assert.deepEqual([observed.get(103), observed.get(104)], ['gone', 'gone']);
  assert.equal((await psObserver(async () => '', 501).observe([100])).get(100), 'unseen');
  assert.equal((await psObserver(() => Promise.reject(new Error('no ps')), 501).observe([100])).size, 0);
});

test('an observer that takes its time is asked once, and its answer counts when it comes', async () => {
  let resolve: (seen: Map<number, Observation>) => void = () => assert.fail('not asked yet');
  const promise = new Promise<Map<number, Observation>>((resolved) => {
    resolve = resolved;
  });
  let asked = 0;
  const { refresh, sight } = tableOver({
    intervalMs: 5000,
    observe: () => {
      asked++;
      return promise;
    },
  });
  refresh(7);
  refresh(7);
  assert.deepEqual([asked, sight(7, Date.now())], [1, 'unseen']);
  resolve(new Map([[7, 'gone']]));
  await promise;
  assert.equal(sight(7, Date.now()), 'gone');
  refresh(7);
  assert.equal(asked, 2);
});

test('/proc: a process of another pid namespace is never judged', async () => {
  const proc = await fakeProc({ ...processFiles(10), ...processFiles(11) });
  for (const [pid, namespace] of [
    ['self', 'pid:[1]'],
    ['10', 'pid:[1]'],
    ['11', 'pid:[2]'],
  ] as const) {
    await mkdir(join(proc, pid, 'ns'), { recursive: true });
    await symlink(namespace, join(proc, pid, 'ns', 'pid'));
  }
  const observed = await procObserver(proc, 1000).observe([10, 11]);
  assert.equal(typeof observed.get(10), 'object');
  assert.equal(observed.get(11), 'other_namespace');
});

test('a suspended claude is seen to be suspended, and to go on', { skip: !hasProc }, async () => {
  const child = await shell('bash -c "exec -a claude sleep 60" & echo ready; read');
  const { refresh, sight, table } = tableOver();
  const seen = Date.now() + 1000;
  while (sight(child.pid, seen) !== 'claude') refresh(child.pid);
  const found = table.sight(child.pid, { startId: null, runningAt: seen });
  assert.ok(typeof found === 'object' && 'claude' in found && found.claude);
  assert.notEqual(found.claude.pid, child.pid);
  process.kill(found.claude.pid, 'SIGSTOP');
  while (sight(child.pid, seen) !== 'suspended') refresh(child.pid);
  process.kill(found.claude.pid, 'SIGCONT');
  while (sight(child.pid, seen) !== 'claude') refresh(child.pid);
});

test('sight(): a pid that another process has got is gone, whatever the clock says of its start', () => {
  const process = { startedAt: 1000, startId: 70, isShell: true, claude: null, mayRunClaude: false };
  const { refresh, table } = tableOver({ intervalMs: 0, observe: () => new Map([[7, process]]) });
  refresh(7);
  assert.equal(table.sight(7, { startId: 70, runningAt: 0 }), process);
  assert.deepEqual(table.sight(7, { startId: 69, runningAt: 5000 }), { gone: true, since: 1000 });
});

test('/proc: so many processes are read in one look; of what is beyond, nothing is concluded', async () => {
  const proc = await fakeProc({
    ...processFiles(10, { children: '11 ' }),
    ...processFiles(11, { comm: 'sleep', args: ['sleep'] }),
    ...processFiles(12, { children: '13 ' }),
    ...processFiles(13, { comm: 'claude', args: [] }),
    ...processFiles(14),
  });
  const kinds = async (max: number) =>
    [...(await procObserver(proc, 1000, max).observe([10, 12, 14, NO_PID])).values()].map((seen) =>
      typeof seen === 'string' ? seen : (seen.claude?.pid ?? 'no claude'),
    );
  assert.deepEqual(await kinds(5), ['no claude', 13, 'no claude', 'gone']);
  assert.deepEqual(await kinds(4), ['no claude', 13, 'unseen', 'gone']);
  assert.deepEqual(await kinds(3), ['no claude', 'unseen', 'unseen', 'gone']);
});
