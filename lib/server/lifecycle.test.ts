import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';

/** A process that starts the server with a runtime of the test. */
function start(script: string, environment: Record<string, string> = {}) {
  const source = `
    import { startServer as begin } from ${JSON.stringify(new URL('./lifecycle.ts', import.meta.url).href)};
    import { requireReady } from ${JSON.stringify(new URL('./http/phase.ts', import.meta.url).href)};
    let create;
    const provide = (runtime) => { create = () => runtime; };
    const startServer = (options) => begin({ ...options, create });
    ${script}`;
  const child = spawn(process.execPath, ['--import', 'tsx', '--input-type=module', '-e', source], {
    // Without commands no operator key is created in the home folder.
    env: { ...process.env, LOG_LEVEL: 'silent', ACTIONS: 'off', ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const output = { out: '', err: '' };
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    output.out += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    output.err += text;
  });
  return { child, output, ended: once(child, 'close') as Promise<[number | null, string | null]> };
}

for (const signal of ['SIGTERM', 'SIGINT'] as const) {
  test(`${signal}: the runtime is stopped, then the process ends with 0, whoever else listens`, async () => {
    const { child, output, ended } = start(`
      process.on('${signal}', () => process.exit(143));
      provide({ ready: async () => {}, stop: async () => { await new Promise(setImmediate); console.log('stopped'); } });
      startServer({ alone: true });
      startServer({ alone: true });
      setInterval(() => {}, 1000);
      console.log('up');`);
    await once(child.stdout, 'data');
    child.kill(signal);
    assert.deepEqual(await ended, [0, null]);
    assert.equal(output.out, 'up\nstopped\n');
    assert.equal(output.err, '');
  });
}

test('startServer(): the process ends even if the stop fails or never finishes', async () => {
  const stops = ["async () => { throw new Error('disk'); }", '() => new Promise(() => {})'];
  const ends = stops.map(async (stop) => {
    const { child, ended } = start(`
      provide({ ready: async () => {}, stop: ${stop} });
      startServer({ alone: true });
      setInterval(() => {}, 1000);
      console.log('up');`);
    await once(child.stdout, 'data');
    child.kill('SIGTERM');
    return ended;
  });
  assert.deepEqual(await Promise.all(ends), [
    [0, null],
    [0, null],
  ]);
});

test('requireReady(): passes from the first state until a stop begins', async () => {
  const { child, output, ended } = start(
    `
    let read;
    const ready = new Promise((resolve) => { read = resolve; });
    const ask = () => { try { requireReady(); return 'ready'; } catch (error) { return error.code + ' ' + error.message; } };
    provide({ ready: () => ready, stop: async () => console.log(ask()) });
    startServer({ alone: true });
    console.log(ask());
    read();
    setImmediate(() => console.log(ask()));
    setInterval(() => {}, 1000);`,
    { LOG_LEVEL: 'info' },
  );
  while (!output.out.includes('\nready\n')) await once(child.stdout, 'data');
  child.kill('SIGTERM');
  assert.deepEqual(await ended, [0, null]);
  const [log, messages] = [/^\{.*"msg":"(.*)"\}$/, output.out.trimEnd().split('\n')];
  assert.deepEqual(
    messages.filter((line) => !log.test(line)),
    ['unavailable The swarm has not been read yet.', 'ready', 'unavailable The server is stopping.'],
  );
  assert.deepEqual(
    messages.flatMap((line) => log.exec(line)?.[1] ?? []),
    ['ready', 'stopping', 'stopped'],
    'the last lines are not lost',
  );
});

test('SIGTERM: what listens to the exit has its time, also where nobody reads the log', async (context) => {
  const folder = mkdtempSync(join(tmpdir(), 'lifecycle-'));
  context.after(() => rmSync(folder, { recursive: true }));
  const file = join(folder, 'removed');
  const { child } = start(
    `
    import { write, writeFileSync } from 'node:fs';
    process.on('exit', () => {
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1_000);
      writeFileSync(${JSON.stringify(file)}, '');
    });
    provide({ ready: async () => {}, stop: async () => {} });
    startServer({ alone: true });
    setInterval(() => {}, 1000);
    write(1, 'x'.repeat(4_000_000), () => {});
    process.stderr.write('up\\n');`,
    { LOG_LEVEL: 'info' },
  );
  child.stdout.pause();
  await once(child.stderr, 'data');
  child.kill('SIGTERM');
  await once(child, 'exit');
  child.stdout.destroy();
  assert.ok(existsSync(file));
});

test('startServer(): a failed start prints one line and exits with 1', async () => {
  const faulty = start('startServer({ alone: true });', { DASHBOARD_USERNAME: 'anna', DASHBOARD_PASSWORD: '' });
  assert.deepEqual(await faulty.ended, [1, null]);
  assert.match(faulty.output.err, /^The dashboard cannot start\. DASHBOARD_USERNAME is set without .*\n$/);

  const unready = start(`
    provide({ ready: () => Promise.reject(new Error('The root /none does not exist.')), stop: async () => {} });
    startServer({ alone: true });
    setInterval(() => {}, 1000);`);
  assert.deepEqual(await unready.ended, [1, null]);
  assert.equal(unready.output.err, 'The dashboard cannot start. The root /none does not exist.\n');
});
