import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import type { Me } from '../../lib/contract/action-schemas';
import { scratchFolder } from '../support/scratch-folder';

const COMMAND = join(import.meta.dirname, '..', '..', 'bin', 'claude-swarm-dashboard.mjs');

function temporary(): string {
  const folder = scratchFolder('launcher-');
  return folder;
}

/** Starts the command in a folder as a user would, on any free port; resolves when the server answers. */
async function start(context: TestContext, folder: string, words: string[]) {
  const { PATH = '' } = process.env;
  const child = spawn(process.execPath, [COMMAND, '--port', '0', ...words], {
    cwd: folder,
    env: { PATH, HOME: folder } as unknown as NodeJS.ProcessEnv,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  context.after(() => child.kill('SIGKILL'));
  let output = '';
  child.stdout.on('data', (chunk) => {
    output += chunk;
  });
  const said = (pattern: RegExp) => pattern.exec(output)?.[1];
  const answers = async () => {
    const address = said(/The dashboard is at (\S+)\. /);
    return address !== undefined && (await fetch(`${address}/health`).catch(() => null));
  };
  while (!(await answers())) {
    assert.equal(child.exitCode, null, output);
    await pause(50);
  }
  return { child, said, address: said(/The dashboard is at (\S+)\. /) as string };
}

async function awaitExit(child: ChildProcess): Promise<number | null> {
  return child.exitCode ?? ((await once(child, 'exit')) as [number | null])[0];
}

for (const signal of ['SIGTERM', 'SIGINT'] as const) {
  test(`${signal} ends the server with exit code 0 while a stream is open`, async (context) => {
    const folder = temporary();
    mkdirSync(join(folder, '.agent_locks'));
    const { child, said, address } = await start(context, folder, []);
    assert.equal(said(/Watching (\S+) \(found by \.agent_locks\)/), folder);

    const stream = await fetch(`${address}/api/stream`);
    const reader = stream.body?.getReader();
    assert.equal((await reader?.read())?.done, false);
    // npm forwards a Ctrl-C that the terminal has already sent to all processes, some milliseconds later.
    const repeated = setInterval(() => child.kill(signal), 2);
    context.after(() => clearInterval(repeated));
    assert.equal(await awaitExit(child), 0);
  });
}

test('the demo watches a simulated swarm, records no history and leaves no files behind', async (context) => {
  const folder = temporary();
  const { child, said, address } = await start(context, folder, ['--demo']);
  const root = said(/writes to (\S+),/) as string;
  assert.ok(existsSync(root));

  let agents: unknown[] = [];
  while (agents.length === 0) {
    assert.equal(child.exitCode, null);
    const answer = await fetch(`${address}/api/agents`);
    agents = ((await answer.json()) as { agents: unknown[] }).agents;
    await pause(50);
  }
  const key = readFileSync(said(/The operator key of the demo is in (\S+)\./) as string, 'utf8').trim();
  const me = await fetch(`${address}/api/me`, { headers: { authorization: `Bearer ${key}` } });
  assert.equal(((await me.json()) as Me).via, 'operator_key', 'the demo can be acted on');
  const health = (await (await fetch(`${address}/health`)).json()) as { history: { mode: string } };
  assert.equal(health.history.mode, 'memory');

  child.kill('SIGTERM');
  assert.equal(await awaitExit(child), 0);
  assert.ok(!existsSync(root));
  assert.ok(!existsSync(join(folder, '.local')));
});

test('the key is created at the first start and kept; it is in no output that is not a terminal; --read-only needs none', async (context) => {
  const folder = temporary();
  mkdirSync(join(folder, '.agent_locks'));
  const file = join(folder, '.local/state/claude-swarm-dashboard/operator-key');
  const reader = await start(context, folder, ['--read-only']);
  const meOf = async (address: string, key = '') => {
    const answer = await fetch(`${address}/api/me`, { headers: { ...(key && { authorization: `Bearer ${key}` }) } });
    return (await answer.json()) as Me;
  };
  assert.match((await meOf(reader.address)).reason ?? '', /without --read-only/);
  assert.ok(!existsSync(file));
  reader.child.kill('SIGTERM');
  await awaitExit(reader.child);

  const keys: string[] = [];
  for (let starts = 0; starts < 2; starts++) {
    const { child, said, address } = await start(context, folder, []);
    assert.equal(said(/followed by the content of (\S+)\.\n/), file);
    const key = readFileSync(file, 'utf8').trim();
    assert.equal(said(new RegExp(`(${key})`)), undefined);
    assert.equal((await meOf(address, key)).via, 'operator_key');
    assert.match((await meOf(address)).reason ?? '', /open the link/);
    keys.push(key);
    child.kill('SIGTERM');
    await awaitExit(child);
  }
  assert.equal(keys[0], keys[1]);
});
