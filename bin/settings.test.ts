import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { parseConfig } from '../lib/config/config';
import { readArguments } from './arguments';
import { chooseAddress, locateRoot } from './settings';
import { StartError } from './start-error';

const SWARM_CONFIG = {
  staleThresholdSeconds: 60,
  lockStaleTimeoutSeconds: 300,
  dashboardPort: 8080,
  dashboardHost: 'localhost',
};

test('chooseAddress(): the order is flag, environment, configuration, default', () => {
  const flags = ['--port', '1111', '--host', '127.0.0.2'];
  const environment = { PORT: '2222', HOST: '127.0.0.3' };
  const cases: [string[], Record<string, string>, typeof SWARM_CONFIG | null, number, string, string][] = [
    [flags, environment, SWARM_CONFIG, 1111, '127.0.0.2', 'flag'],
    [[], environment, SWARM_CONFIG, 2222, '127.0.0.3', 'environment'],
    [[], {}, SWARM_CONFIG, 8080, 'localhost', "the swarm's configuration"],
    [[], {}, null, 8000, '127.0.0.1', 'default'],
  ];
  for (const [words, variables, swarmConfig, port, host, origin] of cases) {
    assert.deepEqual(chooseAddress(readArguments(words), parseConfig(variables), swarmConfig), {
      port: { value: port, origin },
      host: { value: host, origin },
    });
  }
});

test('chooseAddress(): port 0 of a flag counts as a choice', () => {
  const { port } = chooseAddress(readArguments(['--port', '0']), parseConfig({ PORT: '2222' }), SWARM_CONFIG);
  assert.deepEqual(port, { value: 0, origin: 'flag' });
});

function folders(context: TestContext) {
  const base = realpathSync(mkdtempSync(join(tmpdir(), 'settings-')));
  context.after(() => rmSync(base, { recursive: true }));
  for (const name of ['project/.agent_locks', 'project/deep', 'other', 'dashboard/lib']) {
    mkdirSync(join(base, name), { recursive: true });
  }
  writeFileSync(join(base, 'dashboard', 'package.json'), '{}');
  writeFileSync(join(base, 'file'), '');
  return (words: string[], stood: string, variables: Record<string, string> = {}) =>
    locateRoot(
      readArguments(words),
      parseConfig({ INIT_CWD: join(base, stood), ...variables }, join(base, 'dashboard')),
      join(base, 'dashboard'),
    ).root.replace(`${base}/`, '');
}

test('locateRoot(): the root is given, or searched from the current folder', (context) => {
  const locate = folders(context);
  assert.equal(locate(['../project'], 'other'), 'project');
  assert.equal(locate([], 'other', { CLAUDESWARM_ROOT: '../project' }), 'project');
  assert.equal(locate(['.'], 'other', { CLAUDESWARM_ROOT: '../project' }), 'other');
  assert.equal(locate([], 'project/deep'), 'project');
});

test('locateRoot(): the folder of the dashboard is not a project unless it is given', (context) => {
  const locate = folders(context);
  for (const stood of ['dashboard', 'dashboard/lib']) {
    assert.throws(
      () => locate([], stood),
      /^StartError: There is no swarm in the folder of the dashboard itself.*--demo/,
    );
  }
  assert.equal(locate(['.'], 'dashboard'), 'dashboard');
});

test('locateRoot(): a given root that cannot be read is refused with its name', (context) => {
  const locate = folders(context);
  for (const words of [['../missing'], ['../file']]) {
    assert.throws(
      () => locate(words, 'other'),
      (error) => error instanceof StartError && error.exitCode === 1 && /\/(missing|file) /.test(error.message),
    );
  }
});
