import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
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
  const health = (await (await fetch(`${address}/health`)).json()) as { history: { mode: string } };
  assert.equal(health.history.mode, 'memory');

  child.kill('SIGTERM');
  assert.equal(await awaitExit(child), 0);
  assert.ok(!existsSync(root));
  assert.ok(!existsSync(join(folder, '.local')));
});
