import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import callbackFs from 'node:fs';
import promisesFs from 'node:fs/promises';
import { syncBuiltinESMExports } from 'node:module';
import { basename, join } from 'node:path';
import { afterEach, beforeEach, mock, test } from 'node:test';
import fc from 'fast-check';
import { ClaudeTestFolder, claudeExcerpt, EXCERPT_DOMAIN, sessionFile } from '../../../test/support/claude-folder';
import { readProcStat } from '../processes/proc-stat';
import { ownPidDomain } from './session-process';
import { type SessionsOptions, SessionsReader } from './sessions-reader';

const PID = 14_309;
const DOMAIN = ownPidDomain();
const hasProc = DOMAIN !== null;

let folder: ClaudeTestFolder;
const children: ChildProcess[] = [];
beforeEach(() => {
  folder = new ClaudeTestFolder();
});
afterEach(() => {
  folder.remove();
  for (const child of children.splice(0)) if (child.exitCode === null) child.kill('SIGKILL');
});

/** Files changed long ago, so that no test waits; pids of another host, unless a domain is given. */
function readerOf(options: Partial<SessionsOptions> = {}): SessionsReader {
  const now = () => Date.now() + 60_000;
  return new SessionsReader({ folder: folder.path, now, wait: async () => undefined, domain: null, ...options });
}

test('refresh(): gives what a session wrote', async () => {
  folder.writeSession(PID, claudeExcerpt('sessions/waiting.json'));
  const reader = readerOf();
  assert.equal(await reader.refresh(), true);
  assert.deepEqual(reader.sessions, [
    {
      pid: PID,
      procStart: '230405',
      alive: null,
      sessionId: 'd798d561-816b-4715-b93a-2ac17650c9ea',
      cwd: '/home/u/proj',
      name: 's6-62',
      nameSource: 'derived',
      version: '2.1.332',
      kind: 'interactive',
      entrypoint: 'cli',
      tmux: { session: 's6', window: '@6', pane: '%6' },
      messagingSocketPath: '/tmp/cc-socks/14309.sock',
      jobId: null,
      status: 'waiting',
      waitingFor: 'permission prompt',
      statusUpdatedAt: 1_795_917_627_821,
      startedAt: 1_795_917_617_345,
      keptFrom: null,
    },
  ]);
  assert.equal(reader.status.state, 'ok');
  assert.equal(await reader.refresh(), false);
});

test('refresh(): follows a session through its states; a torn content changes none of them', async () => {
  const reader = readerOf();
  const shown: unknown[] = [];
  for (const name of ['nostatus', 'idle', 'busy', 'waiting', 'torn', 'after-torn']) {
    folder.writeSession(PID, claudeExcerpt(`sessions/${name}.json`));
    await reader.refresh(new Set([`${PID}.json`]));
    const [session] = reader.sessions;
    shown.push([session?.status, session?.waitingFor, session?.keptFrom !== null]);
  }
  assert.deepEqual(shown, [
    [null, null, false],
    ['idle', null, false],
    ['busy', null, false],
    ['waiting', 'permission prompt', false],
    ['waiting', 'permission prompt', true],
    ['idle', null, false],
  ]);
});

test('refresh(): an empty file at the start of a session is no session yet', async () => {
  folder.writeSession(PID, '');
  const reader = readerOf();
  await reader.refresh();
  assert.deepEqual(reader.sessions, []);
  assert.deepEqual(reader.status.skipped, [{ reason: "a session's file is empty", count: 1, last: `${PID}.json` }]);
  folder.writeSession(PID, claudeExcerpt('sessions/nostatus.json'));
  await reader.refresh();
  assert.equal(reader.sessions.length, 1);
  assert.deepEqual(reader.status.skipped, []);
});

test('refresh(): a file that stays broken is skipped, counted, and keeps its last good content marked as old', async () => {
  folder.writeSession(PID, claudeExcerpt('sessions/busy.json'));
  folder.writeSession(7, sessionFile(8));
  const reader = readerOf();
  await reader.refresh();
  folder.writeSession(PID, `${claudeExcerpt('sessions/busy.json')}garbage`);
  await reader.refresh();
  const [session] = reader.sessions;
  assert.deepEqual([session?.status, typeof session?.keptFrom], ['busy', 'number']);
  assert.deepEqual(reader.status.skipped.map(({ reason }) => reason).sort(), [
    "a session's file is no valid JSON",
    "a session's file names another pid than its own name",
  ]);
});

test('refresh(): a session that ends is gone at once', async () => {
  folder.writeSession(PID, claudeExcerpt('sessions/busy.json'));
  const reader = readerOf();
  await reader.refresh();
  folder.remove(`sessions/${PID}.json`);
  assert.equal(await reader.refresh(new Set([`${PID}.json`])), true);
  assert.deepEqual(reader.sessions, []);
});

const startOf = (pid: number) => String(readProcStat('/proc', pid).startTicks);

test('refresh(): alive only with evidence: the same pid, start and domain', { skip: !hasProc }, async () => {
  const { pid } = process;
  const procStart = startOf(pid);
  const aliveWith = async (fields: Record<string, unknown>, domain = DOMAIN) => {
    folder.writeSession(pid, sessionFile(pid, { procStart, pidDomain: DOMAIN, ...fields }));
    const reader = readerOf({ domain });
    await reader.refresh();
    return reader.sessions[0]?.alive;
  };
  assert.equal(await aliveWith({}), true);
  assert.equal(await aliveWith({ procStart: '1' }), false, 'the pid belongs to another process now');
  assert.equal(await aliveWith({ procStart: undefined }), null);
  assert.equal(await aliveWith({ pidDomain: EXCERPT_DOMAIN }), null, 'a container');
  assert.equal(await aliveWith({ pidDomain: undefined }), null);
  assert.equal(await aliveWith({}, null), null);
  folder.writeSession(4_194_305, sessionFile(4_194_305, { pidDomain: DOMAIN }));
  const reader = readerOf({ domain: DOMAIN });
  await reader.refresh();
  assert.equal(reader.sessions.find((session) => session.pid === 4_194_305)?.alive, null, 'no process has such a pid');
});

test('refresh(): a killed session leaves its file and is known as ended; its pid never brings it back', {
  skip: !hasProc,
}, async () => {
  const child = spawn('sleep', ['60'], { stdio: 'ignore' });
  children.push(child);
  const pid = child.pid as number;
  folder.writeSession(pid, sessionFile(pid, { procStart: startOf(pid), pidDomain: DOMAIN, status: 'busy' }));
  const reader = readerOf({ domain: DOMAIN });
  await reader.refresh();
  assert.deepEqual([reader.sessions[0]?.alive, reader.sessions[0]?.status], [true, 'busy']);
  child.kill('SIGKILL');
  await once(child, 'exit');
  assert.equal(await reader.refresh(), true);
  assert.deepEqual([reader.sessions.length, reader.sessions[0]?.alive], [1, false]);
  assert.equal(await reader.refresh(), false);
});

test('refresh(): opens no other file: no key, no credentials, no other folder', async () => {
  const secret = new RegExp(
    ['key$', 'credentials', 'roster', '^\\.claude', 'settings', 'notes', '5\\.json\\.x'].join('|'),
  );
  for (const name of [
    `sessions/${PID}.${'a'.repeat(64)}.key`,
    'sessions/notes.json',
    'sessions/5.json.x',
    '.credentials.json',
    '.claude.json',
    'settings.json',
    'daemon/roster.json',
    'daemon/control.key',
  ]) {
    folder.write(name, '{"token":"secret"}');
  }
  folder.writeSession(PID, claudeExcerpt('sessions/busy.json'));
  const link = 6;
  callbackFs.symlinkSync(join(folder.path, '.credentials.json'), join(folder.path, `sessions/${link}.json`));
  const opened: string[] = [];
  const note = (path: unknown) => opened.push(basename(String(path)));
  const hooks = [promisesFs, callbackFs].flatMap((module) =>
    (['open', 'openSync', 'readFile', 'readFileSync'] as const).flatMap((name) => {
      const original = (module as unknown as Record<string, ((...args: unknown[]) => unknown) | undefined>)[name];
      if (!original) return [];
      return [
        mock.method(
          module as unknown as Record<string, (...args: unknown[]) => unknown>,
          name,
          (...args: unknown[]) => {
            note(args[0]);
            return original.apply(module, args);
          },
        ),
      ];
    }),
  );
  syncBuiltinESMExports();
  try {
    const reader = readerOf();
    await reader.refresh();
    await reader.refresh(
      new Set([`${PID}.${'a'.repeat(64)}.key`, 'notes.json', '../.credentials.json', `${PID}.json`]),
    );
    assert.deepEqual(
      reader.sessions.map(({ pid }) => pid),
      [PID],
    );
  } finally {
    for (const hook of hooks) hook.mock.restore();
    syncBuiltinESMExports();
  }
  assert.ok(opened.includes(`${PID}.json`), 'the hooks see what is opened');
  assert.deepEqual(
    opened.filter((name) => secret.test(name) || name === `${link}.json`),
    [],
  );
});

test('status: off, missing, not yet used, of another user, and not a folder: each has a sentence', async () => {
  const statusOf = async (options: Partial<SessionsOptions>) => {
    const reader = readerOf(options);
    await reader.refresh();
    const { state, reason, keptFrom } = reader.status;
    return [state, reason, keptFrom];
  };
  assert.deepEqual(await statusOf({ folder: null }), [
    'missing',
    "CLAUDE_CODE is off: nothing of Claude Code's own files is read.",
    null,
  ]);
  const absent = join(folder.path, 'absent');
  assert.deepEqual(await statusOf({ folder: absent }), [
    'missing',
    `There is no ${absent}: Claude Code has not run for this user, or it uses another folder (CLAUDE_CONFIG_DIR).`,
    null,
  ]);
  const unused = `There is no ${folder.path}/sessions: no session has written its state yet.`;
  assert.deepEqual(await statusOf({}), ['missing', unused, null]);
  folder.writeSession(PID, claudeExcerpt('sessions/busy.json'));
  const [state, reason] = await statusOf({ user: 4_000_000 });
  assert.equal(state, 'unreadable');
  assert.match(
    String(reason),
    /belongs to another user \(uid \d+\), so its sessions are not read; start the dashboard/,
  );
  const file = join(folder.path, 'sessions', `${PID}.json`);
  assert.deepEqual(await statusOf({ folder: file }), [
    'unreadable',
    `${file} is not a folder; correct CLAUDE_CONFIG_DIR.`,
    null,
  ]);
  assert.deepEqual(await statusOf({}), ['ok', null, null]);
});

test('status: a folder that vanishes keeps its sessions, marked as old, until it is there again', async () => {
  folder.writeSession(PID, claudeExcerpt('sessions/busy.json'));
  const reader = readerOf();
  await reader.refresh();
  callbackFs.renameSync(join(folder.path, 'sessions'), join(folder.path, 'elsewhere'));
  assert.equal(await reader.refresh(), true);
  assert.equal(reader.sessions.length, 1);
  assert.deepEqual([reader.status.state, typeof reader.status.keptFrom], ['missing', 'number']);
  assert.match(reader.status.reason ?? '', /Its sessions are shown as they were at /);
  callbackFs.renameSync(join(folder.path, 'elsewhere'), join(folder.path, 'sessions'));
  folder.writeSession(PID, claudeExcerpt('sessions/idle.json'));
  await reader.refresh();
  assert.deepEqual([reader.status.state, reader.sessions[0]?.status], ['ok', 'idle']);
});

test('refresh(): of too many files those of running processes are read', { skip: !hasProc }, async () => {
  for (let pid = 4_100_000; pid < 4_100_505; pid++) folder.writeSession(pid, sessionFile(pid, { pidDomain: DOMAIN }));
  folder.writeSession(process.pid, sessionFile(process.pid, { pidDomain: DOMAIN, procStart: startOf(process.pid) }));
  const reader = readerOf({ domain: DOMAIN });
  await reader.refresh();
  assert.equal(reader.sessions.length, 500);
  assert.equal(reader.sessions.find(({ pid }) => pid === process.pid)?.alive, true);
  assert.deepEqual(reader.status.skipped, [{ reason: 'beyond the first 500 sessions', count: 6, last: null }]);
});

test('refresh(): another version may write any value in any field', async () => {
  const reader = readerOf();
  const fields = fc.constantFrom(
    'status',
    'waitingFor',
    'tmux',
    'kind',
    'statusUpdatedAt',
    'procStart',
    'cwd',
    'later',
  );
  const property = fc.asyncProperty(fc.dictionary(fields, fc.jsonValue()), fc.jsonValue(), async (changed, whole) => {
    folder.writeSession(PID, sessionFile(PID, changed));
    folder.writeSession(PID + 1, JSON.stringify(whole));
    await reader.refresh();
    const session = reader.sessions.find(({ pid }) => pid === PID);
    assert.ok(session);
    const { status } = changed;
    if (typeof status === 'string' && status !== '') assert.equal(session.status, status);
    else if ('status' in changed) assert.equal(session.status, null);
    assert.ok(session.waitingFor === null || session.status === 'waiting');
  });
  await fc.assert(property, { numRuns: 100 });
});

test('refresh(): two sessions in one pane and in one folder are two sessions', async () => {
  folder.writeSession(21, sessionFile(21));
  folder.writeSession(20, sessionFile(20));
  const reader = readerOf();
  await reader.refresh();
  assert.deepEqual(
    reader.sessions.map(({ pid, tmux }) => [pid, tmux?.pane]),
    [
      [20, '%6'],
      [21, '%6'],
    ],
  );
});
