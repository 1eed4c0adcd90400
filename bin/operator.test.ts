import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { parseConfig } from '../lib/config/config';
import { readArguments } from './arguments';
import { openBrowser } from './browser.mjs';
import { describeAddress, describeNewKey, planOperator } from './operator';

const folder = mkdtempSync(join(tmpdir(), 'operator-'));
after(() => rmSync(folder, { recursive: true, force: true }));

let places = 0;
/** Plans a start with a state of its own. */
function plan(words: string[], environment: Record<string, string> = {}) {
  const state = join(folder, `${places++}`);
  const said: string[] = [];
  const config = parseConfig({ XDG_STATE_HOME: state, ...environment }, '/');
  const planned = planOperator(readArguments(words), config, (sentence) => said.push(sentence));
  return {
    planned,
    said,
    file: config.operatorKeyFile,
    again: () => planOperator(readArguments(words), config, assert.fail),
  };
}

test('planOperator(): the key is created at the first start and used by every later one', () => {
  const { planned, file, again } = plan([]);
  assert.equal(planned.key, readFileSync(file, 'utf8').trim());
  assert.deepEqual(again(), planned);
});

test('planOperator(): there is none where commands are off, need credentials or have nothing to act on', () => {
  for (const [words, environment] of [
    [['--read-only'], {}],
    [[], { ACTIONS: 'off' }],
    [['--open', 'night.json'], {}],
    [[], { DASHBOARD_USERNAME: 'a', DASHBOARD_PASSWORD: 'b' }],
    [['--demo', '--read-only'], {}],
  ] as [string[], Record<string, string>][]) {
    const { planned, said, file } = plan(words, environment);
    assert.deepEqual([planned, said], [{ key: null, temporary: false }, []], words.join());
    assert.throws(() => statSync(file));
  }
});

test('planOperator(): a demo leaves no file, and uses the key of its user if there is one', () => {
  const demo = plan(['--demo']);
  assert.match(demo.planned.key ?? '', /^[\w-]{43}$/);
  assert.equal(demo.planned.temporary, true);
  assert.throws(() => statSync(demo.file));
  const mine = plan([]);
  const { planned } = plan(['--demo'], { OPERATOR_KEY_FILE: mine.file });
  assert.deepEqual(planned, { key: mine.planned.key, temporary: false });
});

test('planOperator(): a file that cannot be used is a warning, and the start goes on', () => {
  const file = join(folder, 'damaged');
  writeFileSync(file, 'damaged', { mode: 0o600 });
  for (const words of [[], ['--demo']]) {
    const { planned, said } = plan(words, { OPERATOR_KEY_FILE: file });
    assert.equal(planned.key, null);
    assert.match(said.join(), /is damaged: run/);
  }
});

test('describeAddress(): one link on a terminal; what is not a terminal gets no key, but the way to it', () => {
  const [address, key, file] = ['http://127.0.0.1:8000', 'K'.repeat(43), '/state/operator-key'];
  const given = { key, temporary: false };
  const shown = describeAddress(address, given, file, true);
  assert.deepEqual(shown.match(/http\S+/g), [`http://127.0.0.1:8000/#key=${key}`]);
  const logged = describeAddress(address, given, file, false);
  assert.ok(!logged.includes(key));
  assert.match(logged, /^The dashboard is at http:\/\/127\.0\.0\.1:8000\. Ctrl-C stops it\.\n/);
  assert.match(logged, /open http:\/\/127\.0\.0\.1:8000\/#key= followed by the content of \/state\/operator-key\.$/);
  const none = describeAddress(address, { key: null, temporary: false }, file, true);
  assert.equal(none, 'The dashboard is at http://127.0.0.1:8000. Ctrl-C stops it.');
  assert.ok(!describeNewKey(address, key, file, false).includes(key));
  assert.match(describeNewKey(address, key, file, true), new RegExp(`#key=${key}$`));
});

test('openBrowser(): the key is not in the command line of the browser, but in a file for this user', async (context) => {
  if (process.platform === 'win32') return;
  const server = createServer((_, response) => response.end()).listen(0, '127.0.0.1');
  context.after(() => server.close());
  await new Promise((resolve) => server.once('listening', resolve));
  const address = `http://127.0.0.1:${(server.address() as { port: number }).port}`;
  const link = `${address}/#key=${'K'.repeat(43)}`;
  const opened: string[] = [];
  await openBrowser(address, link, (target) => opened.push(target));
  await openBrowser(address, address, (target) => opened.push(target));
  const [file = '', plain] = opened;
  assert.equal(plain, address);
  assert.ok(!file.includes('KKK'));
  if (file === address) return; // The browser of this computer reads no files of others.
  assert.match(readFileSync(file, 'utf8'), new RegExp(`url=${link}"`));
  assert.equal(statSync(file).mode & 0o777, 0o600);
  assert.equal(statSync(join(file, '..')).mode & 0o777, 0o700);
  assert.deepEqual(readdirSync(join(file, '..')), ['open.html']);
});
