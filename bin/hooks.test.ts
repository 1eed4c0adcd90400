import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import {
  appendFileSync,
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, test } from 'node:test';
import { parseConfig } from '../lib/config/config';
import { hookTokenFile } from '../lib/config/hook-token';
import { type HookArguments, readHookArguments } from './hook-arguments';
import { type HookSurroundings, runHooks } from './hooks';
import { StartError } from './start-error';

const folder = realpathSync(mkdtempSync(join(tmpdir(), 'hooks-command-')));
after(() => rmSync(folder, { recursive: true }));
let homes = 0;

/** A user with a project of their own, who runs the command. */
class Person {
  readonly home = join(folder, `home ${homes++}`);
  readonly project = join(this.home, "it's a project");
  readonly local = join(this.project, '.claude/settings.local.json');
  readonly user = join(this.home, '.claude/settings.json');
  readonly tokenFile = hookTokenFile(join(this.home, 'state/claude-swarm-dashboard'));
  /** Called at the question; without one nobody can be asked. */
  confirm: HookSurroundings['confirm'] = null;

  constructor() {
    mkdirSync(this.project, { recursive: true });
    mkdirSync(dirname(this.user));
  }

  get token(): string {
    return readFileSync(this.tokenFile, 'utf8').trim();
  }

  git(...words: string[]): void {
    const { status, stderr } = spawnSync('git', ['-C', this.project, ...words], { encoding: 'utf8' });
    assert.equal(status, 0, stderr);
  }

  /** @returns everything that was printed */
  async run(...words: string[]): Promise<string> {
    const said: string[] = [];
    await runHooks(readHookArguments(words) as HookArguments, {
      config: parseConfig({ XDG_STATE_HOME: join(this.home, 'state'), INIT_CWD: this.project }, this.project),
      ...{ folder: '/none', claudeFolder: join(this.home, '.claude'), basePath: '' },
      ...{ say: (text: string) => said.push(text), confirm: this.confirm },
    });
    return said.join('\n');
  }
}

const modeOf = (path: string) => (statSync(path).mode & 0o777).toString(8);

test('hooks install: a project gets the hooks and the token in a private file, and uninstall removes all of it', async () => {
  const person = new Person();
  const said = await person.run('install', '--yes');
  const settings = JSON.parse(readFileSync(person.local, 'utf8'));
  assert.equal(settings.hooks.Stop[0].hooks[0].url, 'http://127.0.0.1:8000/hooks/claude');
  assert.equal(settings.env.CLAUDE_SWARM_HOOK_TOKEN, person.token);
  assert.deepEqual([modeOf(person.local), modeOf(person.tokenFile)], ['600', '600']);
  assert.match(said, /^\+ {4}"CLAUDE_SWARM_HOOK_TOKEN": "\(the token\)"$/m);
  assert.ok(!said.includes(person.token));
  assert.match(await person.run('install', '--yes'), /already; nothing was changed/);

  const removed = await person.run('uninstall', '--yes');
  assert.match(removed, /Removed\. No settings file/);
  assert.doesNotMatch(removed, /swarm_/);
  assert.deepEqual([existsSync(dirname(person.local)), existsSync(person.tokenFile)], [false, false]);
  assert.match(await person.run('uninstall', '--yes'), /no hooks of the dashboard/);
});

test('hooks install: a file keeps its bytes, its link and, after uninstall, its mode', async () => {
  const person = new Person();
  const real = join(person.home, 'dotfiles.json');
  const text = '{"model":"opus" ,\n "env" : { }}';
  writeFileSync(real, text);
  chmodSync(real, 0o644);
  symlinkSync(real, person.user);
  assert.match(await person.run('install', '--user', '--yes'), /Its mode becomes 600 \(it was 644\)/);
  assert.equal(modeOf(real), '600');
  assert.equal(JSON.parse(readFileSync(real, 'utf8')).env.CLAUDE_SWARM_HOOK_TOKEN, person.token);
  await person.run('install', '--user', '--yes', '--url', 'https://dash.example/x/');
  await person.run('uninstall', '--user', '--yes');
  assert.deepEqual([readFileSync(person.user, 'utf8'), modeOf(real)], [text, '644']);
  assert.equal(realpathSync(person.user), real);
  assert.deepEqual(readdirSync(person.home).sort(), ['.claude', 'dotfiles.json', "it's a project", 'state']);
});

test('hooks install: the token stays until the last settings file without it', async () => {
  const person = new Person();
  await person.run('install', '--yes');
  const { token } = person;
  await person.run('install', '--user', '--yes');
  await person.run('uninstall', '--yes');
  assert.equal(person.token, token);
  await person.run('uninstall', '--user', '--yes');
  assert.equal(existsSync(person.tokenFile), false);
  assert.equal(existsSync(dirname(person.user)), true, "Claude Code's own folder stays");
});

test('hooks install: the token is in no file that git tracks or would add', async () => {
  const person = new Person();
  person.git('init', '-q');
  const notIgnored = await person.run('install', '--yes');
  assert.match(notIgnored, /git does not ignore it\. Set it in the environment/);
  assert.ok(notIgnored.includes(`export CLAUDE_SWARM_HOOK_TOKEN="$(cat '${person.tokenFile}')"`));
  assert.equal(JSON.parse(readFileSync(person.local, 'utf8')).env, undefined);

  person.git('add', '-A');
  assert.match(await person.run('install', '--yes'), /because git tracks it\./);
  assert.ok(!readFileSync(person.local, 'utf8').includes(person.token));

  person.git('rm', '--cached', '-q', '.claude/settings.local.json');
  appendFileSync(join(person.project, '.git/info/exclude'), '.claude/settings.local.json\n');
  await person.run('install', '--yes');
  assert.ok(readFileSync(person.local, 'utf8').includes(person.token));
  assert.equal(modeOf(person.local), '600');
});

test('hooks install: a repository that git refuses to read gets no token', async () => {
  const person = new Person();
  mkdirSync(join(person.project, '.git'));
  assert.match(await person.run('install', '--yes'), /git could not say whether it is tracked/);
  assert.ok(!readFileSync(person.local, 'utf8').includes(person.token));
});

test('hooks install: nothing is written without a yes', async () => {
  const person = new Person();
  await assert.rejects(person.run('install'), (error) => error instanceof StartError && /--yes/.test(error.message));
  person.confirm = async () => false;
  assert.match(await person.run('install'), /\+\+\+ .*settings\.local\.json[\s\S]+Nothing was changed\.$/);
  assert.deepEqual([existsSync(person.local), existsSync(person.tokenFile)], [false, false]);
  person.confirm = async () => true;
  await person.run('install');
  assert.equal(existsSync(person.local), true);
});

test('hooks install: a file that another program changes at the question is not overwritten', async () => {
  const person = new Person();
  writeFileSync(person.user, '{}');
  person.confirm = async () => {
    writeFileSync(person.user, '{"model":"opus"}');
    return true;
  };
  await assert.rejects(person.run('install', '--user'), /changed meanwhile/);
  assert.equal(readFileSync(person.user, 'utf8'), '{"model":"opus"}');
});

test('hooks install: a file that cannot be edited is refused and stays as it is', async () => {
  const person = new Person();
  for (const bytes of ['{ "a": 1, }', 'x', '[]', Buffer.from([0x7b, 0xff, 0x7d])]) {
    writeFileSync(person.user, bytes);
    const refused = (error: unknown) => error instanceof StartError && /Nothing was changed/.test(error.message);
    for (const action of ['install', 'uninstall']) await assert.rejects(person.run(action, '--user', '--yes'), refused);
    assert.deepEqual(readFileSync(person.user), Buffer.from(bytes));
  }
  assert.equal(existsSync(person.tokenFile), false);
});

test('hooks install: a token that others could read is not used', async () => {
  const person = new Person();
  await person.run('install', '--yes');
  chmodSync(person.tokenFile, 0o644);
  await assert.rejects(person.run('install', '--user', '--yes'), /Other users may read the token/);
  assert.match(await person.run('status'), /Other users may read the token/);
});

test('hooks install: a dashboard elsewhere gets the line for its tokens file', async () => {
  const person = new Person();
  const said = await person.run('install', '--yes', '--url', 'https://dash.example/swarm/');
  assert.match(said, /- \{ name: hooks, scope: hook, sha256: [0-9a-f]{64} \}/);
  const { hooks } = JSON.parse(readFileSync(person.local, 'utf8'));
  assert.equal(hooks.Stop[0].hooks[0].url, 'https://dash.example/swarm/hooks/claude');
});

test('hooks status: says where the hooks are and whether the dashboard accepts the token', async (t) => {
  const person = new Person();
  const server = createServer((request, response) => {
    const isRight = existsSync(person.tokenFile) && request.headers.authorization === `Bearer ${person.token}`;
    response.statusCode = isRight ? 204 : 401;
    response.end();
  }).listen(0, '127.0.0.1');
  const close = () => {
    server.close();
    server.closeAllConnections();
  };
  t.after(close);
  await once(server, 'listening');
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const empty = await person.run('status', '--url', url);
  assert.match(empty, /project +.*: no file\n +user +.*: no file\n +token +none/);
  await person.run('install', '--yes', '--url', url);
  assert.match(await person.run('status'), /installed, to .*token in this file[\s\S]+accepts the token$/);
  close();
  assert.match(await person.run('status'), /no answer \(\w+\); start the dashboard/);
});

test('hooks status: says if an older registration waits too short a time for permission requests', async () => {
  const person = new Person();
  await person.run('install', '--yes');
  assert.doesNotMatch(await person.run('status'), /permission requests wait/);
  const text = readFileSync(person.local, 'utf8');
  for (const [timeout, said] of [
    [
      '"timeout": 5',
      /permission requests wait only 5 s for an answer of the dashboard \(600 s are needed\): install again/,
    ],
    ['"was": 0', /permission requests wait no time of its own/],
  ] as const) {
    writeFileSync(person.local, text.replace('"timeout": 600', timeout));
    assert.match(await person.run('status'), said);
  }
  await person.run('install', '--yes');
  assert.doesNotMatch(await person.run('status'), /permission requests wait/);
});

test('readHookArguments(): faults of the command line are named', () => {
  const faults: [words: string[], said: RegExp][] = [
    [[], /needs one of install, uninstall, status\./],
    [['instal'], /was given "instal"/],
    [['install', '--project', '--user'], /give one of them/],
    [['install', 'a', 'b'], /remove "b"/],
    [['install', 'a', '--user'], /remove "a"/],
    [['install', '--nope'], /--nope/],
    [['install', '--url', 'localhost:8000'], /--url must be/],
    [['install', '--url', 'http://me:secret@h/'], /without credentials/],
  ];
  for (const [words, said] of faults) {
    assert.throws(
      () => readHookArguments(words),
      (error) => error instanceof StartError && error.exitCode === 2 && said.test(error.message),
      words.join(' '),
    );
  }
  assert.equal(readHookArguments(['--help']), null);
});
