import assert from 'node:assert/strict';
import { test } from 'node:test';
import { HELP, readArguments } from './arguments';
import { StartError } from './start-error';

test('readArguments(): an empty command line starts the dashboard with automatic discovery', () => {
  assert.deepEqual(readArguments([]), {
    action: 'start',
    root: null,
    open: null,
    port: null,
    host: null,
    browser: true,
    readOnly: false,
    adoptHistory: false,
    newToken: null,
  });
});

test('readArguments(): flags and ROOT may be in any order', () => {
  const expected = {
    action: 'check',
    root: '../swarm',
    open: null,
    port: 8123,
    host: '::1',
    browser: false,
    readOnly: true,
    adoptHistory: false,
    newToken: null,
  };
  assert.deepEqual(
    readArguments(['--port', '8123', '../swarm', '--host=[::1]', '--no-browser', '--read-only', '--check']),
    expected,
  );
});

test('readArguments(): a new token has scope read unless write is given', () => {
  assert.deepEqual(readArguments(['--new-token', 'ci']).newToken, { name: 'ci', scope: 'read' });
  assert.deepEqual(readArguments(['--new-token', 'ci', '--scope', 'write']).newToken, { name: 'ci', scope: 'write' });
});

test('readArguments(): --help takes precedence over all other valid flags', () => {
  assert.equal(readArguments(['--check', '--help']).action, 'help');
  assert.equal(readArguments(['-h']).action, 'help');
  assert.equal(readArguments(['-v']).action, 'version');
  assert.equal(readArguments(['--test-alert']).action, 'test-alert');
  assert.equal(readArguments(['--new-operator-key']).action, 'new-operator-key');
  assert.equal(readArguments(['--', '--demo']).action, 'demo');
});

test('readArguments(): an invalid command line gives one sentence, a way to continue, and exit code 2', () => {
  const faulty: [words: string[], said: RegExp][] = [
    [['--prot', '8000'], /^Unknown option '--prot'\. Run with --help/],
    [['a', 'b'], /remove "b"/],
    [[''], /ROOT is empty/],
    [['--port'], /'--port <value>' argument missing/],
    [['--port', '65536'], /--port must be a whole number from 0 .*to 65535, such as 8000, but is "65536"/],
    [['--port', '-1'], /--port must be a whole number .*, but is "-1"/],
    [['--port=-1'], /--port must be a whole number .*, but is "-1"/],
    [['--host', '--demo'], /--host must be a host name .*, but is "--demo"/],
    [['--port', ''], /but is ""/],
    [['--host', 'http://x'], /host name or an IP address, .*but is "http:\/\/x"/],
    [['--demo', 'a'], /can't be combined with ROOT/],
    [['--demo', '--check'], /can't be combined with --check/],
    [['--open'], /'--open <value>' argument missing/],
    [['--open', ''], /--open needs the file/],
    [['--open', 'a.json', 'a'], /can't be combined with ROOT/],
    [['--open', 'a.json', '--demo'], /can't be combined with --demo/],
    [['--check=yes'], /--check' does not take an argument/],
  ];
  for (const [words, said] of faulty) {
    assert.throws(
      () => readArguments(words),
      (error) => {
        assert.ok(error instanceof StartError);
        assert.equal(error.exitCode, 2);
        assert.match(error.message, said);
        assert.match(error.message, /^[^\n]+\.$/);
        return true;
      },
    );
  }
});

test('HELP: names every flag', () => {
  for (const flag of ['--port', '--host', '--demo', '--no-browser', '--check', '--test-alert', '--help', '--version']) {
    assert.match(HELP, new RegExp(`^ {2}${flag} `, 'm'));
  }
});
