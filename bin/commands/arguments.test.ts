import assert from 'node:assert/strict';
import { test } from 'node:test';
import { COMMAND_NAMES, isCommand } from '../command-names.mjs';
import { readCommand } from './arguments';
import { CommandError } from './exit';

const commandOf = (line: string[]) => {
  const asked = readCommand(line);
  assert.ok('command' in asked);
  return asked;
};

test('readCommand(): operands and options of each command', () => {
  const message = { name: 'send', type: 'INFO', as: null, requiresAck: false };
  const cases: [string[], object][] = [
    [['send', 'agent-1', 'hello'], { ...message, recipients: ['agent-1'], text: 'hello' }],
    [['send', 'a, b,a', '-'], { ...message, recipients: ['a', 'b'], text: '-' }],
    [
      ['send', 'a', '--type', 'question', '--as', 'me', '--ack', '--', '-x'],
      { ...message, recipients: ['a'], text: '-x', type: 'QUESTION', as: 'me', requiresAck: true },
    ],
    [['broadcast', 'hi'], { ...message, recipients: ['all'], text: 'hi' }],
    [['locks', '--holder', 'a'], { name: 'locks', holder: 'a' }],
    [
      ['lock', 'src/a.ts', '--as', 'a', '--timeout', '60', '--reason', 'r'],
      { name: 'lock', path: 'src/a.ts', as: 'a', reason: 'r', seconds: 60 },
    ],
    [['release', 'src/a.ts', '--force'], { name: 'release', path: 'src/a.ts', as: null, force: true }],
    [['permissions'], { name: 'permissions' }],
    [
      ['allow', 'p1', '--answer', 'A', '--answer', 'B', '--suggestion', '1', '--accept-edits'],
      {
        ...{ name: 'answer', id: 'p1', behavior: 'allow', message: null },
        ...{ answers: ['A', 'B'], suggestion: 0, acceptEdits: true },
      },
    ],
    [
      ['deny', 'p1', '--message', 'no'],
      {
        ...{ name: 'answer', id: 'p1', behavior: 'deny', message: 'no' },
        ...{ answers: [], suggestion: null, acceptEdits: false },
      },
    ],
    [
      ['watch', '--events', 'messages, locks', '--after', 'e.1'],
      { name: 'watch', events: ['messages', 'locks'], after: 'e.1' },
    ],
    [['screen', 'agent-1'], { name: 'screen', agent: 'agent-1' }],
    [['interrupt', '..', '--key', 'k'], { name: 'interrupt', agent: '..' }],
    [['mcp', '--as', 'a'], { name: 'mcp', as: 'a', answerPermissions: false }],
  ];
  for (const [line, command] of cases) assert.deepEqual(commandOf(line).command, command, line.join(' '));
});

test('readCommand(): common options', () => {
  const { common } = commandOf(['lock', 'x', '--json', '--url', 'http://127.0.0.1:8000/swarm/', '--key', 'k']);
  assert.deepEqual(common, { url: 'http://127.0.0.1:8000/swarm', json: true, key: 'k' });
});

test('readCommand(): a wrong command line has the exit code 2 and names the fault', () => {
  const cases: [string[], RegExp][] = [
    [['send'], /send needs AGENT/],
    [['send', 'a'], /send needs TEXT/],
    [['send', 'a', 'two', 'words'], /does not take "words"; put the text in quotes/],
    [['send', 'a,,b', 'x'], /one id, or several/],
    [['send', 'all,a', 'x'], /can't be combined/],
    [['send', 'a', ' '], /TEXT is empty/],
    [['send', 'a', 'x', '--type', 'a b'], /--type must be/],
    [['locks', 'x'], /locks does not take "x"/],
    [['locks', '--ack'], /locks has no option --ack/],
    [['mcp', '--json'], /mcp has no option --json/],
    [['lock', 'x', '--timeout', '0'], /from 1 to 3600/],
    [['release', 'x', '--as', 'a', '--force'], /not both/],
    [['allow', 'x', '--suggestion', '0'], /beginning with 1/],
    [['watch', '--events', 'nothing'], /not "nothing"/],
    [['watch', '--nope'], /Unknown option '--nope'/],
    [['locks', '--url', 'http://user:pw@x'], /--url must be an address/],
    [['locks', '--url', 'ftp://x'], /--url must be an address/],
  ];
  for (const [line, said] of cases) {
    assert.throws(
      () => readCommand(line),
      (error) => error instanceof CommandError && error.exitCode === 2 && said.test(error.message),
      line.join(' '),
    );
  }
});

test('readCommand(): every command has a help, also beside wrong operands', () => {
  for (const name of COMMAND_NAMES) {
    const asked = readCommand([name, '--help']);
    assert.ok('help' in asked && asked.help.includes(`claude-swarm-dashboard ${name}`), name);
    assert.ok(
      asked.help.split('\n').every((line) => line.length <= 140),
      name,
    );
  }
});

test('isCommand(): only the first word counts, also after dashes', () => {
  assert.ok(isCommand(['locks']));
  assert.ok(isCommand(['--', 'watch']));
  for (const words of [[], ['./locks'], ['--demo', 'locks'], ['hooks', 'status']]) assert.ok(!isCommand(words));
});
