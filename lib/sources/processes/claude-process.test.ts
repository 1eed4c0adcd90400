import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type CommandLine, isClaude, isShell, namesClaude } from './claude-process';

const line = (args: string[], more: Partial<CommandLine> = {}): CommandLine => ({
  ...{ command: '', executable: '', args },
  ...more,
});

test('isClaude(): by executable and arguments, not by a part of a text', () => {
  for (const claude of [
    line(['claude']),
    line(['/home/me/.local/bin/claude', '--resume']),
    line(['2.1.29', '3000'], { executable: '/opt/claude' }),
    line(['/home/me/.local/share/claude/versions/2.1.29']),
    line(['claude-wrapper'], { executable: '/home/me/.local/share/claude/versions/2.1.332' }),
    line(['node', '/usr/lib/node_modules/@anthropic-ai/claude-code/cli.js']),
    line(['node', '--max-old-space-size=4096', '/lib/node_modules/@anthropic-ai/claude-code/cli.js']),
    line(['/usr/bin/node', '--import', 'x.mjs', '/lib/node_modules/@anthropic-ai/claude-code/cli.js', '-c']),
    line(['bun', '/home/me/bin/claude']),
    line([''], { command: 'claude' }),
  ]) {
    assert.equal(isClaude(claude), true, JSON.stringify(claude));
  }
  for (const other of [
    line(['cat', 'claude-code-notes.md']),
    line(['cat', 'folder/claude']),
    line(['node', '/srv/claude-code-tools/dev-server.mjs']),
    line(['node', '/srv/server.js', '/lib/claude-code/cli.js']),
    line(['vim', '-p', 'claude']),
    line(['claude-swarm-dashboard']),
    line(['/opt/claude/versions/notes']),
    line(['bash', '-c', 'claude'], { command: 'bash' }),
    line([]),
  ]) {
    assert.equal(isClaude(other), false, JSON.stringify(other));
  }
});

test('isShell(): login shells too', () => {
  assert.equal(isShell(line(['-zsh'])), true);
  assert.equal(isShell(line(['x'], { executable: '/usr/bin/fish' })), true);
  assert.equal(isShell(line(['node', 'bash'])), false);
});

test('namesClaude(): what may run claude where it cannot be seen', () => {
  assert.equal(namesClaude(line(['docker', 'exec', '-it', 'box', 'claude'])), true);
  assert.equal(namesClaude(line(['ssh', 'host', 'cd x && claude --resume'])), true);
  assert.equal(namesClaude(line(['cat', 'claude-code-notes.md'])), false);
});
