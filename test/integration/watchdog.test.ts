/** A production server with a blocked event loop: it logs where, and SIGTERM still ends it. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, afterEach, before, beforeEach, test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { PROJECT, ProductionServer } from '../support/production-server';
import { samples } from '../support/samples';

interface Line {
  msg: string;
  signal?: string;
  frames?: string[];
}

const folder = mkdtempSync(join(tmpdir(), 'watchdog-'));
const held = join(folder, 'held');
let server: ProductionServer;
let output = '';
let onOutput = () => {};

before(() => {
  const sample = samples().find(({ name }) => name === 'normal-swarm');
  assert.ok(sample);
  cpSync(sample.root, join(folder, 'swarm'), { recursive: true });
});
beforeEach(async () => {
  output = '';
  server = await ProductionServer.started(
    {
      CLAUDESWARM_ROOT: join(folder, 'swarm'),
      SWARM_HISTORY: join(folder, 'history.sqlite'),
      LOG_FORMAT: 'json',
      NODE_OPTIONS: `--import ${pathToFileURL(join(PROJECT, 'test/support/hold-loop.mjs'))}`,
      HOLD_LOOP_FILE: held,
    },
    '127.0.0.1',
    (text) => {
      output += text;
      onOutput();
    },
  );
});
afterEach(async () => {
  rmSync(held, { force: true });
  await server.stop('SIGKILL');
});
after(() => rmSync(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 50 }));

/** @param where in JavaScript, or in a system call that cannot be interrupted */
function holdLoop(where: 'JavaScript' | 'the system'): void {
  if (where === 'JavaScript') writeFileSync(held, '');
  else assert.equal(spawnSync('mkfifo', [held]).status, 0);
  process.kill(server.pid as number, 'SIGUSR2');
}

/** Waits for the line of the log with this message, and returns it. */
function logged(msg: string): Promise<Line> {
  return new Promise((resolve) => {
    onOutput = () => {
      const lines = output.split('\n').slice(0, -1);
      const line = lines.filter((text) => text.startsWith('{')).find((text) => JSON.parse(text).msg === msg);
      if (line !== undefined) resolve(JSON.parse(line));
    };
    onOutput();
  });
}

async function metric(name: string): Promise<number> {
  const text = await (await fetch(`${server.url}/metrics`)).text();
  return Number(new RegExp(`^${name} (.*)$`, 'm').exec(text)?.[1]);
}

test('watchdog: a blocked event loop is logged with the blocking function, and counted when it continues', async () => {
  assert.equal(await metric('claude_swarm_event_loop_held_total'), 0);
  holdLoop('JavaScript');
  const { frames } = await logged('event loop held');
  assert.ok(existsSync(held), 'the loop is still held');
  assert.match(frames?.join('\n') ?? '', /at holdTheLoop \(.*test\/support\/hold-loop\.mjs:\d+:\d+\)/);
  rmSync(held);
  await logged('event loop moved again');
  assert.equal(await metric('claude_swarm_event_loop_held_total'), 1);
  assert.ok((await metric('claude_swarm_event_loop_longest_held_seconds')) >= 5);
  assert.equal(await server.stop(), 0);
});

for (const where of ['JavaScript', 'the system'] as const) {
  test(`watchdog: SIGTERM ends a process whose event loop is blocked in ${where}, and the history is intact`, async () => {
    const messages = (await server.get<{ messages: unknown[] }>('/api/messages')).messages.length;
    holdLoop(where);
    assert.equal(await server.stop(), 143);
    assert.ok(existsSync(held), 'the loop was held to the end');
    const { signal, frames } = await logged('process ended by the watchdog');
    assert.equal(signal, 'SIGTERM');
    assert.equal(
      frames?.some((frame) => frame.includes('holdTheLoop')),
      where === 'JavaScript',
    );
    await server.start();
    assert.equal((await server.get<{ messages: unknown[] }>('/api/messages')).messages.length, messages);
    assert.equal(await server.stop(), 0);
  });
}
