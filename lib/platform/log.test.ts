import assert from 'node:assert/strict';
import { afterEach, mock, test } from 'node:test';
import { createLog, flushLog, log, takeConsole } from './log';

const shared = globalThis as Record<symbol, unknown>;
const lines: string[] = [];

/** Makes the log of this process write to `lines`. */
function capture(logLevel: 'info' | 'error'): void {
  const to = { write: (line: string) => void lines.push(line) };
  shared[Symbol.for('claude-swarm-dashboard.log')] = createLog({ logLevel, logFormat: 'json' }, to);
}

afterEach(() => {
  lines.length = 0;
  mock.restoreAll();
});

test('log(): a line is JSON with level, time and process; lines below the level are not written', async () => {
  capture('error');
  log().info('not this');
  log().error({ place: 'describing', error: new Error('planted-marker') }, 'A fault inside.');
  assert.equal(lines.length, 1);
  const { level, time, pid, place, error, msg } = JSON.parse(lines[0] as string);
  assert.deepEqual([level, pid, place, msg], ['error', process.pid, 'describing', 'A fault inside.']);
  assert.equal(new Date(time).toISOString(), time);
  assert.match(error.frames[0], /log\.test\.ts/);
  assert.doesNotMatch(lines.join(''), /planted/);
  assert.equal(await flushLog(), true);
});

test('log(): no text can begin a line or contain control characters', () => {
  capture('info');
  log().warn({ place: 'a\n{"level":"fatal"}\u001b[31m' }, 'b\r\nc');
  assert.equal(lines.length, 1);
  assert.equal(lines[0]?.trimEnd().includes('\n'), false);
  for (const character of ['\u001b', '\r']) assert.equal(lines[0]?.includes(character), false);
});

test('takeConsole(): logs what Next writes to the console without its message', () => {
  capture('info');
  const [error, warn] = [mock.method(console, 'error'), mock.method(console, 'warn')];
  takeConsole();
  console.error('planted-marker', new TypeError('planted-marker'));
  console.warn('planted-marker');
  assert.deepEqual([error.mock.callCount(), warn.mock.callCount()], [0, 0]);
  const [first, second] = lines.map((line) => JSON.parse(line));
  assert.deepEqual([first.level, first.error.name], ['error', 'TypeError']);
  assert.deepEqual([second.level, second.error.name], ['warn', 'Error']);
  assert.match(second.error.frames.join(), /log\.test\.ts/, 'where it was said');
  assert.doesNotMatch(lines.join(''), /planted/);
});
