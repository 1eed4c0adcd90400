/** Commands for scripts and the MCP server as processes, with the production server. */
import assert from 'node:assert/strict';
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { after, before, test } from 'node:test';
import { Client } from '@modelcontextprotocol/client';
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio';
import type { AgentsAnswer, LocksAnswer } from '../../lib/contract/schemas';
import { Simulator } from '../../lib/simulator/simulator';
import { freePort, ProductionServer } from '../support/production-server';
import { scratchFolder } from '../support/scratch-folder';
import { until } from '../support/until';

const COMMAND = join(import.meta.dirname, '../../bin/claude-swarm-dashboard.mjs');
const folder = scratchFolder('commands-');
const root = join(folder, 'swarm');
const environment = { PATH: process.env.PATH ?? '', HOME: folder };
const simulator = new Simulator({ root, seed: 5, messagesPerSecond: 20 });
const server = new ProductionServer({
  CLAUDESWARM_ROOT: root,
  SWARM_HISTORY: join(folder, 'history.sqlite'),
  // Where the commands of the user look for it.
  OPERATOR_KEY_FILE: join(folder, '.local/state/claude-swarm-dashboard/operator-key'),
});
const children: ChildProcess[] = [];

before(async () => {
  simulator.prepare();
  simulator.start();
  await server.start();
});
after(async () => {
  for (const child of children) child.kill('SIGKILL');
  await Promise.all([server.stop(), simulator.stop()]);
});

interface Ended {
  exitCode: number;
  out: string;
  errors: string;
}

/** Runs a command as a user in a folder would. */
function run(words: string[], cwd = folder): Promise<Ended> {
  return new Promise((resolve) => {
    const env = environment as unknown as NodeJS.ProcessEnv;
    execFile(process.execPath, [COMMAND, ...words], { cwd, env, maxBuffer: 1e8 }, (error, out, errors) => {
      resolve({ exitCode: error === null ? 0 : Number(error.code), out, errors });
    });
  });
}

/** Starts a command, and gives its lines as they come. */
function start(words: string[], cwd = folder): { child: ChildProcess; lines: string[] } {
  const env = environment as unknown as NodeJS.ProcessEnv;
  const child = spawn(process.execPath, [COMMAND, ...words], { cwd, env, stdio: ['ignore', 'pipe', 'pipe'] });
  children.push(child);
  const lines: string[] = [];
  createInterface(child.stdout).on('line', (line) => lines.push(line));
  child.stderr.resume();
  return { child, lines };
}

test('locks: as a table and as the answer of the API; outside of a swarm nothing answers', async () => {
  const held = await server.until<LocksAnswer>('/api/locks', ({ count }) => count > 0);
  const table = await run(['locks', '--url', server.url]);
  assert.equal(table.exitCode, 0, table.errors);
  assert.match(table.out, /^PATH +HOLDER +AGE +STATE +REASON\n/);
  const json = await run(['locks', '--url', server.url, '--json']);
  assert.ok(held.count > 0 && Array.isArray(JSON.parse(json.out).locks));
  const nowhere = `http://127.0.0.1:${await freePort()}`;
  const absent = await run(['locks', '--url', nowhere]);
  assert.deepEqual([absent.exitCode, absent.out], [4, '']);
  assert.ok(absent.errors.startsWith(`No dashboard answers at ${nowhere} (--url; ECONNREFUSED).`), absent.errors);
});

test('watch: across a killed server no message is missing and none comes twice; Ctrl-C ends it', async () => {
  const { child, lines } = start(['watch', '--json', '--events', 'messages', '--url', server.url]);
  const seen = () =>
    lines.flatMap((line) => (JSON.parse(line) as { data: { messages: { seq: number }[] } }).data.messages);
  await until(
    async () => seen().length,
    (count) => count > 60,
  );
  await server.stop('SIGKILL');
  const before = seen().length;
  await server.start();
  await until(
    async () => seen().length,
    (count) => count > before + 60,
  );
  const ended = once(child, 'exit');
  child.kill('SIGINT');
  assert.deepEqual(await ended, [0, null]);
  const seqs = seen().map(({ seq }) => seq);
  assert.deepEqual(
    seqs,
    Array.from({ length: seqs.length }, (_, index) => (seqs[0] ?? 0) + index),
  );
});

test('watch: the end of its reader ends it', async () => {
  const { child, lines } = start(['watch', '--url', server.url]);
  await until(
    async () => lines.length,
    (count) => count > 0,
  );
  const ended = once(child, 'exit');
  child.stdout?.destroy();
  assert.deepEqual(await ended, [0, null]);
});

/** Starts the MCP server as Claude Code does. */
async function connect(env: Record<string, string>, ...flags: string[]) {
  const client = new Client({ name: 'test', version: '1' });
  const args = [COMMAND, 'mcp', '--url', server.url, ...flags];
  const transport = new StdioClientTransport({ command: process.execPath, args, env, cwd: folder, stderr: 'ignore' });
  await client.connect(transport);
  return { client, transport };
}

test('mcp: the operator key of the user is found, and without it nothing can be changed', async () => {
  const toolsOf = async (env: Record<string, string>) => {
    const { client } = await connect(env, '--as', 'agent-1');
    const { tools } = await client.listTools();
    await client.close();
    return tools.map(({ name }) => name);
  };
  assert.ok((await toolsOf(environment)).includes('lock'));
  assert.ok(!(await toolsOf({ ...environment, HOME: root })).includes('lock'));
});

test('mcp: the reading tools answer over stdio, and it ends with its client', async () => {
  const { client, transport } = await connect(environment);
  const { tools } = await client.listTools();
  const names = tools.map(({ name }) => name);
  for (const name of ['agents', 'locks', 'messages', 'attention', 'waiting', 'usage']) {
    assert.ok(names.includes(name), name);
    const { isError, content } = await client.callTool({ name, arguments: {} });
    assert.notEqual(isError, true, JSON.stringify(content));
  }
  const { agents } = await server.get<AgentsAnswer>('/api/agents');
  const listed = await client.callTool({ name: 'agents', arguments: {} });
  assert.ok(JSON.stringify(listed.content).includes(agents[0]?.id ?? ''));
  const { pid } = transport;
  await client.close();
  await until(
    async () => isAlive(pid as number),
    (alive) => !alive,
  );
});

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

test('a demo is found from its project, and hooks of its agents report', async () => {
  const { child, lines } = start(['--demo', '--port', '0', '--no-browser']);
  const said = (pattern: RegExp) => pattern.exec(lines.join('\n'))?.[1];
  const shop = join(
    await until(
      async () => said(/The simulated swarm writes to (\S+),/) ?? '',
      (found) => found !== '',
    ),
    'shop',
  );
  const url = said(/The dashboard is at (\S+)\. /) ?? '';
  await until(
    async () => (await run(['locks', '--json'], shop)).exitCode,
    (exitCode) => exitCode === 0,
  );
  const found = JSON.parse((await run(['locks', '--json'], shop)).out) as LocksAnswer;
  const asked = (await (await fetch(`${url}/api/locks`)).json()) as LocksAnswer;
  assert.ok(found.count > 0 && asked.count > 0);
  await until(
    async () => ((await (await fetch(`${url}/health`)).json()) as { sources: { hooks: string } }).sources.hooks,
    (state) => state === 'ok',
  );
  const ended = once(child, 'exit');
  child.kill('SIGTERM');
  await ended;
  const gone = await run(['locks', '--url', url]);
  assert.deepEqual([gone.exitCode, gone.errors.includes('Running:')], [4, false]);
});
