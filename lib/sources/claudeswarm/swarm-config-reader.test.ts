import assert from 'node:assert/strict';
import { mkdtemp, rename, rm, unlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, test } from 'node:test';
import { SwarmConfigReader } from './swarm-config-reader';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'config-reader-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

async function write(text: string, name = '.claudeswarm.yaml'): Promise<void> {
  await writeFile(join(folder, 'new'), text);
  await rename(join(folder, 'new'), join(folder, name));
}

test('refresh(): a file that is made counts, and is no longer said to be absent', async () => {
  const reader = new SwarmConfigReader(folder);
  assert.equal(reader.config.lockStaleTimeoutSeconds, 300);
  await write('locking: {stale_timeout: 900}\ndiscovery: {stale_threshold: 20}');
  assert.equal(reader.refresh(), true);
  assert.deepEqual([reader.config.lockStaleTimeoutSeconds, reader.config.staleThresholdSeconds], [900, 20]);
  assert.deepEqual([reader.status.state, reader.status.reason], ['ok', null]);
  reader.refresh();
  assert.equal(reader.refresh(), false, 'nothing changed');
});

test('refresh(): a change that can not be used is refused, and what was read before stays', async () => {
  await write('locking: {stale_timeout: 900}');
  const reader = new SwarmConfigReader(folder);
  const { config } = reader;
  await write('locking: [');
  assert.equal(reader.refresh(), true);
  assert.equal(reader.config, config);
  assert.equal(reader.status.state, 'unreadable');
  assert.notEqual(reader.status.keptFrom, null);
  assert.match(reader.status.reason ?? '', /can't be used, so the settings read before are used/);
  await write('locking: {stale_timeout: 5}');
  assert.equal(reader.refresh(), true);
  assert.deepEqual([reader.config.lockStaleTimeoutSeconds, reader.status.state], [900, 'degraded']);
  assert.match(reader.status.reason ?? '', /stale_timeout is 5, .*; the value read before is used\./);
  await write('locking: {stale_timeout: 60}');
  assert.equal(reader.refresh(), true);
  assert.deepEqual(
    [reader.config.lockStaleTimeoutSeconds, reader.status.state, reader.status.keptFrom],
    [60, 'ok', null],
  );
});

test('refresh(): a first file that can not be used leaves the defaults, and is said to be there', async () => {
  const reader = new SwarmConfigReader(folder);
  await write('[', '.claudeswarm.toml');
  reader.refresh();
  assert.deepEqual([reader.config.lockStaleTimeoutSeconds, reader.status.state], [300, 'unreadable']);
  assert.match(reader.status.reason ?? '', /\.claudeswarm\.toml can't be used, so the defaults hold/);
});

test('refresh(): a file that is removed leaves the defaults, but not for a short hole', async () => {
  await write('locking: {stale_timeout: 900}');
  const reader = new SwarmConfigReader(folder);
  await unlink(join(folder, '.claudeswarm.yaml'));
  assert.equal(reader.refresh(), false);
  assert.equal(reader.config.lockStaleTimeoutSeconds, 900);
  assert.equal(reader.refresh(), true);
  assert.deepEqual([reader.config.lockStaleTimeoutSeconds, reader.status.state], [300, 'missing']);
  assert.match(reader.status.reason ?? '', /\.claudeswarm\.yaml was there until .*; it is gone\./);
});

test('refresh(): another port or host needs a restart, and that is said', async () => {
  await write('dashboard: {port: 9000}');
  const reader = new SwarmConfigReader(folder);
  await write('dashboard: {port: 9001}\nlocking: {stale_timeout: 900}');
  reader.refresh();
  assert.deepEqual([reader.status.state, reader.config.lockStaleTimeoutSeconds], ['degraded', 900]);
  assert.match(reader.status.reason ?? '', /dashboard\.port changed after the start of the dashboard; restart it/);
});
