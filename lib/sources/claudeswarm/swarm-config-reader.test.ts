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

test('refresh(): a new file counts and is no longer reported as missing', async () => {
  const reader = new SwarmConfigReader(folder);
  assert.equal(reader.config.lockStaleTimeoutSeconds, 300);
  await write('locking: {stale_timeout: 900}\ndiscovery: {stale_threshold: 20}');
  assert.equal(reader.refresh(), true);
  assert.deepEqual([reader.config.lockStaleTimeoutSeconds, reader.config.staleThresholdSeconds], [900, 20]);
  assert.deepEqual([reader.status.state, reader.status.reason], ['ok', null]);
  reader.refresh();
  assert.equal(reader.refresh(), false, 'nothing changed');
});

test('refresh(): refuses an unusable change and keeps the values from before', async () => {
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

test('refresh(): an unusable first file leaves the defaults and is reported', async () => {
  const reader = new SwarmConfigReader(folder);
  await write('[', '.claudeswarm.toml');
  reader.refresh();
  assert.deepEqual([reader.config.lockStaleTimeoutSeconds, reader.status.state], [300, 'unreadable']);
  assert.match(reader.status.reason ?? '', /\.claudeswarm\.toml can't be used, so the defaults hold/);
});

test('refresh(): a removed file leaves the defaults, one missing for a moment does not', async () => {
  await write('locking: {stale_timeout: 900}');
  const reader = new SwarmConfigReader(folder);
  await unlink(join(folder, '.claudeswarm.yaml'));
  assert.equal(reader.refresh(), false);
  assert.equal(reader.config.lockStaleTimeoutSeconds, 900);
  assert.equal(reader.refresh(), true);
  assert.deepEqual([reader.config.lockStaleTimeoutSeconds, reader.status.state], [300, 'missing']);
  assert.match(reader.status.reason ?? '', /\.claudeswarm\.yaml was there until .*; it is gone\./);
});

test('refresh(): reports that another port or host needs a restart', async () => {
  await write('dashboard: {port: 9000}');
  const reader = new SwarmConfigReader(folder);
  await write('dashboard: {port: 9001}\nlocking: {stale_timeout: 900}');
  reader.refresh();
  assert.deepEqual([reader.status.state, reader.config.lockStaleTimeoutSeconds], ['degraded', 900]);
  assert.match(reader.status.reason ?? '', /dashboard\.port changed after the start of the dashboard; restart it/);
});
