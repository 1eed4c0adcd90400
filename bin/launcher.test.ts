import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';

const COMMAND = join(import.meta.dirname, 'claude-swarm-dashboard.mjs');
const folder = realpathSync(mkdtempSync(join(tmpdir(), 'launcher-')));
after(() => rmSync(folder, { recursive: true }));

/** Runs the command as a user in `folder` would. */
function run(words: string[], environment: Record<string, string> = {}, command = COMMAND) {
  const { PATH = '' } = process.env;
  const { status, stdout, stderr } = spawnSync(process.execPath, [command, ...words], {
    cwd: folder,
    env: { PATH, HOME: folder, ...environment } as unknown as NodeJS.ProcessEnv,
    encoding: 'utf8',
  });
  return { status, stdout, stderr };
}

test('launcher: --version prints the version of the package', () => {
  assert.match(run(['--version']).stdout, /^\d+\.\d+\.\d+\n$/);
});

test('launcher: the reason why the dashboard cannot start is printed in one line, with an exit code', () => {
  const refusals: [words: string[], environment: Record<string, string>, status: number, said: RegExp][] = [
    [['--nope'], {}, 2, /^Unknown option '--nope'\. .+\n$/],
    [['missing'], {}, 1, /^\S+missing can't be used as project root.+\n$/],
    [[], { PORT: 'http' }, 1, /^The environment variable PORT must be .+\n$/],
    [[], { DASHBOARD_USERNAME: 'ada' }, 1, /^DASHBOARD_USERNAME is set without DASHBOARD_PASSWORD.+\n$/],
    [['--open', 'missing.json'], {}, 1, /^The bundle can't be read.+give a readable file\.\n$/],
    [['--open', '.'], {}, 1, /is not a file: open a file.+\n$/],
    [['--open', join(import.meta.dirname, 'check.ts')], {}, 1, /is not an exported time range: open a file.+\n$/],
    [['--host', '0.0.0.0', '--port', '0'], {}, 1, /^Host 0\.0\.0\.0 \(flag\) lets other computers read.+\n$/],
    [['--demo', '--port', '0'], { DASHBOARD_TOKENS_FILE: 'none' }, 1, /^The tokens file can't be read .+\n$/],
    [['--demo', '--port', '0'], { DASHBOARD_TOKENS_FILE: COMMAND }, 1, /^The tokens file .+\n$/],
    [['--scope', 'write'], {}, 2, /needs --new-token.+\n$/],
    [['--new-token', 'ci', '--scope', 'all'], {}, 2, /^--scope must be one of read, write, hook, but is "all".+\n$/],
    [['hooks'], {}, 2, /^hooks needs one of install, uninstall, status\..+\n$/],
    [['--', 'hooks', 'install', '--url', 'x'], {}, 2, /^--url must be .+\n$/],
    [['--new-token', 'a b'], {}, 1, /^Entry 1 of the tokens file has a name.+\n$/],
  ];
  for (const [words, environment, status, said] of refusals) {
    const ended = run(words, environment);
    assert.equal(ended.status, status, ended.stderr);
    assert.match(ended.stderr, said);
    assert.equal(ended.stdout, '');
  }
});

test('launcher: --check prints the files found and the settings, also through a link and beside the settings of another project', () => {
  mkdirSync(join(folder, '.agent_locks'));
  writeFileSync(join(folder, 'tsconfig.json'), '{ "extends": "./none.json" }');
  writeFileSync(join(folder, '.claudeswarm.yaml'), 'dashboard:\n  port: 8123\n');
  writeFileSync(join(folder, 'ACTIVE_AGENTS.json'), JSON.stringify({ agents: [{ id: 'agent-1' }, { id: 7 }] }));
  const line = { sender: 'agent-1', timestamp: '2026-01-01T00:00:00', msg_type: 'INFO', content: 'x', recipients: [] };
  writeFileSync(join(folder, 'agent_messages.log'), `${JSON.stringify({ ...line, msg_id: '1' })}\nnonsense\n`);
  symlinkSync(COMMAND, join(folder, 'link.mjs'));

  const { status, stdout, stderr } = run(
    ['--check', '--host', 'localhost'],
    { SWARM_HISTORY: 'h.sqlite', DASHBOARD_USERNAME: 'ada', DASHBOARD_PASSWORD: 'hunter2' },
    join(folder, 'link.mjs'),
  );
  assert.equal(status, 0, stderr);
  assert.match(stdout, new RegExp(`root +${folder} \\(found by `));
  assert.match(stdout, /registry +1 agent\n +skipped 1: /);
  assert.match(stdout, /locks +0 locks\n/);
  assert.match(stdout, /messages +1 message\n +skipped 1: /);
  assert.match(stdout, /port +8123 \(the swarm's configuration\)/);
  assert.match(stdout, /host +localhost \(flag\)/);
  assert.match(stdout, new RegExp(`history +${folder}/h\\.sqlite \\(environment\\)`));
  assert.match(stdout, /credentials +set \(environment\)/);
  assert.ok(!stdout.includes('hunter2'));
});

test('launcher: --new-token prints a token once, and the line that makes it valid', () => {
  const { stdout } = run(['--new-token', 'ci', '--scope', 'write']);
  const [, token = ''] = /\n(swarm_\S+)\n/.exec(stdout) ?? [];
  const sha256 = createHash('sha256').update(token).digest('hex');
  assert.ok(stdout.endsWith(`\n- { name: "ci", scope: write, sha256: ${sha256} }\n`), stdout);
});

test('launcher: --new-operator-key replaces the key; what is not a terminal gets no key, but the way to it', () => {
  const file = join(folder, 'state', 'claude-swarm-dashboard', 'operator-key');
  const replace = () => run(['--new-operator-key', '--port', '8123'], { XDG_STATE_HOME: join(folder, 'state') });
  const keys = [1, 2].map(() => {
    const { status, stdout, stderr } = replace();
    assert.equal(status, 0, stderr);
    const key = readFileSync(file, 'utf8').trim();
    assert.match(key, /^[\w-]{43}$/);
    assert.ok(!stdout.includes(key));
    assert.ok(stdout.startsWith(`The new operator key is in ${file}. `), stdout);
    assert.match(stdout, /open http:\/\/127\.0\.0\.1:8123\S*#key= followed by the content of the file\n$/);
    return key;
  });
  assert.notEqual(keys[0], keys[1]);
  assert.equal(statSync(file).mode & 0o777, 0o600);
  rmSync(file);
  mkdirSync(file);
  const refused = replace();
  assert.equal(refused.status, 1);
  assert.match(refused.stderr, /^The operator key can't be written to .+\n$/);
});
