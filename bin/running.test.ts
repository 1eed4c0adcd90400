import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, beforeEach, test } from 'node:test';
import { parseConfig } from '../lib/config/config';
import { findServer } from './commands/server';
import { announce, listRunning } from './running.mjs';

const state = mkdtempSync(join(tmpdir(), 'running-'));
const folder = join(state, 'running');
const root = join(state, 'project');
/** Of no process: above every pid of Linux. */
const NOBODY = 4_194_310;

after(() => rmSync(state, { recursive: true }));
beforeEach(() => {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(join(root, '.agent_locks'), { recursive: true });
});

const written = (pid: number, url: string, of: string | null, startedAt: number) => {
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, `${pid}.json`), JSON.stringify({ pid, url, root: of, keyFile: null, startedAt }));
};

test('announce(): writes a private file, which goes with the process, and removes those of processes that ended', () => {
  written(NOBODY, 'http://old', root, 1);
  const module = join(import.meta.dirname, 'running.mjs');
  const code = `
    const { announce } = await import(${JSON.stringify(module)});
    const { readdirSync, statSync } = await import('node:fs');
    announce(${JSON.stringify(state)}, { url: 'http://x', root: null, keyFile: null });
    const names = readdirSync(${JSON.stringify(folder)});
    const mode = statSync(${JSON.stringify(folder)} + '/' + names[0]).mode & 0o777;
    console.log(JSON.stringify({ ok: names.length === 1 && names[0] === process.pid + '.json', mode }));
  `;
  const { stdout, stderr } = spawnSync(process.execPath, ['--input-type=module', '-e', code], { encoding: 'utf8' });
  assert.deepEqual(JSON.parse(stdout || '{}'), { ok: true, mode: 0o600 }, stderr);
  assert.deepEqual(readdirSync(folder), []);
  rmSync(folder, { recursive: true });
  spawnSync(process.execPath, ['--input-type=module', '-e', code]);
  assert.ok(!existsSync(folder), 'a folder that it created goes too');
});

test('announce(): a folder that cannot be written is no reason not to start', () => {
  writeFileSync(join(state, 'file'), '');
  announce(join(state, 'file'), { url: 'http://x', root: null, keyFile: null });
  assert.ok(statSync(join(state, 'file')).isFile());
});

test('listRunning(): only files of living processes, the newest first; anything else is ignored', () => {
  written(process.pid, 'http://a', root, 1);
  written(process.ppid, 'http://b', null, 2);
  written(NOBODY, 'http://c', root, 3);
  writeFileSync(join(folder, 'x.json'), '{}');
  writeFileSync(join(folder, '1.json'), '{');
  assert.deepEqual(
    listRunning(state).map(({ url }) => url),
    ['http://b', 'http://a'],
  );
  assert.deepEqual(listRunning(join(state, 'none')), []);
  assert.ok(existsSync(folder));
});

test('findServer(): --url, then DASHBOARD_URL, then the dashboard of the project, then the usual address', () => {
  const stateFolder = state;
  const config = (environment: Record<string, string>) => ({
    ...parseConfig({ HOME: state, INIT_CWD: root, ...environment }, root),
    stateFolder,
  });
  const find = (given: string | null, environment: Record<string, string> = {}) =>
    findServer(given, config(environment), join(state, 'own'));
  assert.match(find(null).url, /^http:\/\/127\.0\.0\.1:8000/);
  assert.match(find(null, { PORT: '8123', HOST: '0.0.0.0' }).url, /^http:\/\/localhost:8123/);
  assert.match(find(null, { HOST: '::1' }).url, /^http:\/\/\[::1\]:8000/);
  written(process.pid, 'http://127.0.0.1:4001', root, 1);
  written(process.ppid, 'http://127.0.0.1:4002', '/elsewhere', 2);
  assert.equal(find(null).url, 'http://127.0.0.1:4001');
  assert.deepEqual(find(null).others, ['http://127.0.0.1:4002 (/elsewhere)']);
  assert.equal(find('http://given').url, 'http://given');
  process.env.DASHBOARD_URL = 'http://127.0.0.1:5/';
  assert.equal(find(null).url, 'http://127.0.0.1:5');
  process.env.DASHBOARD_URL = 'nonsense';
  assert.throws(() => find(null), /DASHBOARD_URL must be/);
  delete process.env.DASHBOARD_URL;
});
