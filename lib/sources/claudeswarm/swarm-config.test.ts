import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, test } from 'node:test';
import { samples } from '../../../test/support/samples';
import { readSwarmConfig } from './swarm-config';

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'swarm-config-'));
});
afterEach(() => rm(folder, { recursive: true }));

const DEFAULTS = {
  staleThresholdSeconds: 60,
  lockStaleTimeoutSeconds: 300,
  dashboardPort: undefined,
  dashboardHost: undefined,
};

async function read(name: string, text: string) {
  await writeFile(join(folder, name), text);
  return readSwarmConfig(folder);
}

test('readSwarmConfig(): reads both kinds of file alike', async () => {
  const expected = {
    staleThresholdSeconds: 45,
    lockStaleTimeoutSeconds: 900,
    dashboardPort: 9000,
    dashboardHost: '::1',
  };
  const toml = await read(
    '.claudeswarm.toml',
    '[locking]\nstale_timeout = 900\n[discovery]\nstale_threshold = 45\n[dashboard]\nport = 9000\nhost = "::1"\n',
  );
  assert.deepEqual(toml.config, expected);
  assert.equal(toml.file, join(folder, '.claudeswarm.toml'));
  const yaml = await read(
    '.claudeswarm.yaml',
    'locking: {stale_timeout: 900}\ndiscovery:\n  stale_threshold: 45\ndashboard:\n  port: 9_000\n  host: "::1"\nother: [1]\n',
  );
  assert.deepEqual(yaml.config, expected);
  assert.equal(yaml.file, join(folder, '.claudeswarm.yaml'), 'YAML comes first in a folder');
  assert.deepEqual({ ...yaml.status, since: 0 }, { state: 'ok', reason: null, since: 0, keptFrom: null, skipped: [] });
});

test('readSwarmConfig(): searches upward, the nearest file counts', async () => {
  const below = join(folder, 'a', 'b', 'c', 'd', 'e', 'f', 'g', 'h', 'i', 'j', 'k');
  await mkdir(below, { recursive: true });
  await writeFile(join(folder, '.claudeswarm.yaml'), 'locking: {stale_timeout: 600}');
  assert.equal(readSwarmConfig(below).config.lockStaleTimeoutSeconds, 600);
  await writeFile(join(folder, 'a', '.claudeswarm.toml'), '');
  await mkdir(join(folder, 'a', 'b', '.claudeswarm.yaml'));
  assert.equal(readSwarmConfig(below).file, join(folder, 'a', '.claudeswarm.toml'));
});

test('readSwarmConfig(): checks the bounds of every key', async () => {
  const bounds = [
    ['locking', 'stale_timeout', 'lockStaleTimeoutSeconds', 60, 86_400],
    ['discovery', 'stale_threshold', 'staleThresholdSeconds', 10, 3600],
    ['dashboard', 'port', 'dashboardPort', 1024, 65_535],
  ] as const;
  for (const [section, key, name, least, most] of bounds) {
    for (const value of [least, most]) {
      assert.equal((await read('.claudeswarm.yaml', `${section}: {${key}: ${value}}`)).config[name], value);
    }
    for (const value of [least - 1, most + 1, least + 0.5, '"100"', 'true', 'null', '.nan']) {
      const { config, status } = await read('.claudeswarm.yaml', `${section}: {${key}: ${value}}`);
      assert.equal(config[name], DEFAULTS[name], `${key}: ${value}`);
      assert.equal(status.state, 'degraded');
    }
  }
});

test('readSwarmConfig(): names a bad value and what it may be; the other values count', async () => {
  const text = '[locking]\nstale_timeout = 5\n[discovery]\nstale_threshold = 90\n[dashboard]\nhost = " "\n';
  const { config, status } = await read('.claudeswarm.toml', text);
  assert.deepEqual(config, { ...DEFAULTS, staleThresholdSeconds: 90 });
  const file = join(folder, '.claudeswarm.toml');
  const reason = `${file}: locking.stale_timeout is 5, but must be a whole number from 60 to 86400; the default is used.`;
  assert.equal(status.reason, `${reason} (And 1 more.)`);
  assert.deepEqual(
    status.skipped.map(({ last }) => last),
    ['locking.stale_timeout', 'dashboard.host'],
  );
  assert.equal(status.skipped[0]?.reason, reason);
});

test('readSwarmConfig(): names an invalid section once', async () => {
  const { config, status } = await read('.claudeswarm.yaml', 'dashboard: 8080\nlocking:\n');
  assert.deepEqual(config, DEFAULTS);
  assert.match(status.reason ?? '', /dashboard is 8080, but must be a mapping/);
  assert.equal(status.skipped.length, 1);
});

test('readSwarmConfig(): without a file gives the defaults and says so', () => {
  // A folder above the temporary ones may contain a configuration, so only the start is checked.
  const { config, file, status } = readSwarmConfig(folder);
  if (file === null) assert.deepEqual([config.lockStaleTimeoutSeconds, status.state], [300, 'missing']);
  else assert.ok(!file.startsWith(folder));
});

const bomb = [
  'a: &a [x, x, x, x, x, x, x, x, x]',
  ...[...'bcdefg'].map((name, i) => `${name}: &${name} [${`*${'abcdefg'[i]},`.repeat(9)}]`),
];

const UNUSABLE: [name: string, file: string, text: string, reason: RegExp][] = [
  ['broken YAML', '.claudeswarm.yaml', 'locking: [', /can't be used, so the defaults hold/],
  ['broken TOML', '.claudeswarm.toml', '[locking', /can't be used/],
  ['a list', '.claudeswarm.yaml', '- 1', /top level is not a mapping/],
  ['two documents', '.claudeswarm.yaml', 'a: 1\n---\nb: 2', /can't be used/],
  ['more than 64 KiB', '.claudeswarm.toml', `#${' '.repeat(64 * 1024)}`, /larger than 65536 bytes/],
  ['deep nesting', '.claudeswarm.yaml', `a: ${'['.repeat(10)}1${']'.repeat(10)}`, /deeper than 10 levels/],
  ['nesting without an end', '.claudeswarm.yaml', '['.repeat(20_000), /can't be used/],
  ['a bomb of aliases', '.claudeswarm.yaml', bomb.join('\n'), /alias/i],
  ['an alias of itself', '.claudeswarm.yaml', 'a: &a [*a]', /can't be used/],
];

for (const [name, file, text, reason] of UNUSABLE) {
  test(`unusable: ${name}`, async () => {
    const { config, status } = await read(file, text);
    assert.equal(status.state, 'unreadable');
    assert.match(status.reason ?? '', reason);
    assert.equal(config.lockStaleTimeoutSeconds, 300);
  });
}

test('readSwarmConfig(): accepts ten levels of nesting, equal keys and an empty file, like PyYAML', async () => {
  assert.equal((await read('.claudeswarm.yaml', `a: ${'['.repeat(9)}1${']'.repeat(9)}`)).status.state, 'ok');
  const twice = await read('.claudeswarm.yaml', 'locking: {stale_timeout: 60}\nlocking: {stale_timeout: 70}');
  assert.equal(twice.config.lockStaleTimeoutSeconds, 70);
  assert.equal((await read('.claudeswarm.yaml', '')).status.state, 'ok');
});

test('readSwarmConfig(): uses the TOML file of the sample normal-swarm', () => {
  const sample = samples().find(({ name }) => name === 'normal-swarm');
  assert.ok(sample);
  const { file, status } = readSwarmConfig(sample.root);
  assert.equal(file, join(sample.root, '.claudeswarm.toml'));
  assert.equal(status.state, 'ok');
});
