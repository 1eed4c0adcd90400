import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { parseConfig } from '../lib/config/config';
import { readArguments } from './arguments';
import { describeSettings } from './check';

test('describeRoot(): lists every fault of the swarm configuration once', (context) => {
  const root = mkdtempSync(join(tmpdir(), 'check-'));
  context.after(() => rmSync(root, { recursive: true, force: true }));
  const file = join(root, '.claudeswarm.yaml');
  const said = () => describeSettings(root, readArguments([]), parseConfig({}, root));
  const times = (words: string) => said().split(words).length - 1;

  writeFileSync(file, 'dashboard:\n  port: 80\ndiscovery:\n  stale_threshold: soon\n');
  assert.equal(times('dashboard.port is 80, but must be'), 1);
  assert.equal(times('discovery.stale_threshold is "soon", but must be'), 1);
  assert.doesNotMatch(said(), /more\.|skipped/);

  writeFileSync(file, '- a list');
  assert.equal(times(file), 1);
  assert.equal(times("can't be used, so the defaults hold"), 1);

  rmSync(file);
  assert.equal(times('no .claudeswarm.yaml'), 1);
  assert.doesNotMatch(said(), /no file/);
});
