import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';

const COMMAND = join(import.meta.dirname, '..', '..', 'bin', 'claude-swarm-dashboard.mjs');

function temporary(context: TestContext): string {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'launcher-')));
  context.after(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** Starts the command in a folder as a person would, on any free port; resolves once the server answers. */
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
    const folder = temporary(context);
    mkdirSync(join(folder, '.agent_locks'));
    const { child, said, address } = await start(context, folder, []);
    assert.equal(said(/Watching (\S+) \(found by \.agent_locks\)/), folder);

    const stream = await fetch(`${address}/api/stream`);
    const reader = stream.body?.getReader();
    assert.equal((await reader?.read())?.done, false);
    // npm passes on a Ctrl-C that the terminal has sent to everyone already, some milliseconds later.
    const repeated = setInterval(() => child.kill(signal), 2);
    context.after(() => clearInterval(repeated));
    assert.equal(await awaitExit(child), 0);
  });
}

test('the demo watches a simulated swarm, keeps no history and leaves nothing behind', async (context) => {
  const folder = temporary(context);
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
