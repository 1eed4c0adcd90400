/**
 * The archive that `npm pack` creates, in an empty folder. The short form puts it beside copies of the packages that it
 * depends on, as they are installed here: an installation would compile better-sqlite3 for a minute wherever no
 * ready-made file can be fetched. `npm run test:package` packs, installs and runs it by npx.
 */
import assert from 'node:assert/strict';
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, before, test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import type { Health } from '../../lib/contract/schemas';
import { PROJECT } from '../support/production-server';

const NAME = 'claude-swarm-dashboard';
const INSTALLS = process.env.TRUE_INSTALL !== undefined;
const MAX_ARCHIVE_BYTES = 6_000_000;

const folder = mkdtempSync(join(tmpdir(), 'package-'));
after(() => rmSync(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 50 }));
const home = join(folder, 'home');
const { PATH, npm_config_cache, npm_config_userconfig } = process.env;
/** An empty home folder with the npm settings of this computer: its registry and its compiler. */
const environment = { PATH, HOME: home, npm_config_cache, npm_config_userconfig };
let archive = '';
/** The command that a user writes before the options. */
let command: [program: string, ...words: string[]];

interface Packed {
  filename: string;
  size: number;
  files: { path: string }[];
}
let packed: Packed;

before(() => {
  mkdirSync(home);
  const words = ['pack', '--json', '--pack-destination', folder, ...(INSTALLS ? [] : ['--ignore-scripts'])];
  const output = execFileSync('npm', words, { cwd: PROJECT, encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] });
  // Scripts of a real packing print before it.
  [packed] = JSON.parse(output.slice(output.search(/^\[$/m))) as [Packed];
  archive = join(folder, packed.filename);
  if (INSTALLS) {
    // Relative, as in the README: npm 11 treats an absolute path as a program and tries to run the archive itself.
    command = ['npx', '--yes', `../${packed.filename}`];
    return;
  }
  const modules = join(folder, 'node_modules');
  const own = join(modules, NAME);
  mkdirSync(own, { recursive: true });
  execFileSync('tar', ['-xzf', archive, '-C', own, '--strip-components=1']);
  for (const path of runtimePackages()) copyPackage(join(PROJECT, path), join(folder, path));
  mkdirSync(join(modules, '.bin'));
  symlinkSync(`../${NAME}/bin/${NAME}.mjs`, join(modules, '.bin', NAME));
  command = [process.execPath, join(modules, '.bin', NAME)];
});

/** The packages that npm would install with it on this computer. */
function runtimePackages(): string[] {
  const { packages } = JSON.parse(readFileSync(join(PROJECT, 'package-lock.json'), 'utf8')) as {
    packages: Record<string, { dev?: boolean; devOptional?: boolean }>;
  };
  return Object.entries(packages).flatMap(([path, { dev, devOptional }]) =>
    path === '' || dev || devOptional || !existsSync(join(PROJECT, path)) ? [] : [path],
  );
}

/** Without nested packages, each of which is in the list itself. */
function copyPackage(from: string, to: string): void {
  mkdirSync(dirname(to), { recursive: true });
  cpSync(from, to, {
    recursive: true,
    filter: (path) => path === from || !path.startsWith(join(from, 'node_modules')),
  });
}

/** Starts the package as a user in an empty folder would; resolves when it answers. */
async function start(words: readonly string[]) {
  const [program, ...first] = command;
  const here = mkdtempSync(join(folder, 'empty-'));
  const child = spawn(program, [...first, '--', '--port', '0', '--no-browser', ...words], {
    cwd: here,
    env: environment as unknown as NodeJS.ProcessEnv,
    stdio: ['ignore', 'pipe', 'inherit'],
    // A Ctrl-C reaches all processes of the terminal.
    detached: true,
  });
  after(() => endGroup(child, 'SIGKILL'));
  let output = '';
  child.stdout.on('data', (chunk) => {
    output += chunk;
  });
  let address = '';
  for (let answers = false; !answers; ) {
    assert.equal(child.exitCode, null, output);
    await pause(50);
    address = /The dashboard is at (\S+)\. /.exec(output)?.[1] ?? '';
    answers = address !== '' && (await fetch(`${address}/api/agents`).catch(() => null))?.status === 200;
  }
  assert.doesNotMatch(output, /Building/);
  return { child, address, here };
}

function endGroup({ pid }: ChildProcess, signal: NodeJS.Signals): void {
  try {
    process.kill(-(pid as number), signal);
  } catch {
    // It has already ended.
  }
}

async function assertEnded(child: ChildProcess): Promise<void> {
  const exitCode = child.exitCode ?? ((await once(child, 'exit')) as [number | null])[0];
  // How npx handles a signal is not tested.
  if (!INSTALLS) assert.equal(exitCode, 0);
}

test('the archive contains what is needed to run and nothing else: no tests, no maps, no path of this computer', () => {
  const paths = packed.files.map(({ path }) => path);
  const unwanted = paths.filter((path) =>
    /\.(test\.tsx?|map|nft\.json)$|^\.next\/(cache|dev|trace|types)|^app\//.test(path),
  );
  assert.deepEqual(unwanted, []);
  for (const path of ['.next/BUILD_ID', 'bin/launcher.ts', 'docs/deploy/nginx.conf', 'public/static/icon.svg']) {
    assert.ok(paths.includes(path), path);
  }
  assert.ok(packed.size < MAX_ARCHIVE_BYTES, `${packed.size} bytes`);
  const unpacked = mkdtempSync(join(folder, 'unpacked-'));
  execFileSync('tar', ['-xzf', archive, '-C', unpacked]);
  const nextToTests = readdirSync(unpacked, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => join(parentPath, name))
    .filter((file) => readFileSync(file).includes(PROJECT));
  assert.deepEqual(nextToTests, [], 'made by "npm run build"?');
});

test('the demo runs from the archive without a build, serves its page, and ends on SIGTERM', async () => {
  const { child, address } = await start(['--demo']);
  let agents: unknown[] = [];
  while (agents.length === 0) {
    ({ agents } = (await (await fetch(`${address}/api/agents`)).json()) as { agents: unknown[] });
    await pause(50);
  }
  const page = await (await fetch(address)).text();
  const assets = [...page.matchAll(/(?:src|href)="(\/[^"]+)"/g)].map(([, path]) => path as string);
  assert.ok(assets.length > 5);
  for (const path of assets) assert.equal((await fetch(`${address}${path}`)).status, 200, path);
  endGroup(child, 'SIGTERM');
  await assertEnded(child);
});

test('a project is watched and its history kept, and Ctrl-C ends it', async () => {
  const project = mkdtempSync(join(folder, 'project-'));
  const { child, address, here } = await start([project]);
  const health = (await (await fetch(`${address}/health`)).json()) as Health;
  assert.deepEqual([health.status, health.history.mode], ['healthy', 'file']);
  const stream = await fetch(`${address}/api/stream`);
  assert.equal((await stream.body?.getReader().read())?.done, false);
  endGroup(child, 'SIGINT');
  await assertEnded(child);
  assert.deepEqual([readdirSync(here), readdirSync(project)], [[], []]);
});
