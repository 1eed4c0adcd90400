import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { ProcessLocks } from './process-locks';

const folder = mkdtempSync(join(tmpdir(), 'process-locks-'));
after(() => rmSync(folder, { recursive: true, force: true }));

test('isAlive(): a process lives from take() to release(), also for others in the same process', () => {
  const file = join(folder, 'orderly.sqlite');
  const [one, two] = [new ProcessLocks(file, 'one'), new ProcessLocks(file, 'two')];
  assert.equal(two.isAlive('one'), false);
  one.take();
  one.take();
  assert.deepEqual([two.isAlive('one'), one.isAlive('one')], [true, true]);
  one.release();
  one.release();
  assert.equal(two.isAlive('one'), false);
  assert.deepEqual(readdirSync(folder), []);
});

test('take(): locks again if its file was removed', () => {
  const file = join(folder, 'removed.sqlite');
  const [one, two] = [new ProcessLocks(file, 'one'), new ProcessLocks(file, 'two')];
  one.take();
  for (const name of readdirSync(folder)) rmSync(join(folder, name));
  assert.equal(two.isAlive('one'), false);
  one.take();
  assert.equal(two.isAlive('one'), true);
  one.release();
});

test('isAlive(): a killed process is dead at once, and its file is removed', async () => {
  const file = join(folder, 'killed.sqlite');
  const script = `
    import { ProcessLocks } from ${JSON.stringify(join(import.meta.dirname, 'process-locks.ts'))};
    new ProcessLocks(${JSON.stringify(file)}, 'child').take();
    console.log('taken');
    setInterval(() => {}, 1000);`;
  const child = spawn(process.execPath, ['--import', 'tsx', '--input-type=module', '-e', script], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  await once(child.stdout, 'data');
  const locks = new ProcessLocks(file, 'own');
  assert.equal(locks.isAlive('child'), true);
  child.kill('SIGKILL');
  await once(child, 'exit');
  assert.equal(locks.isAlive('child'), false);
  assert.deepEqual(readdirSync(folder), []);
});
