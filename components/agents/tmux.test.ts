import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { test } from 'node:test';
import fc from 'fast-check';
import { UNKNOWN_AGENT_FACTS } from '@/lib/contract/defaults';
import type { Agent } from '@/lib/contract/schemas';
import { paneCommands } from './tmux';

function agent(tmux_pane_id: unknown, pane_index: unknown): Agent {
  return {
    ...UNKNOWN_AGENT_FACTS,
    id: 'a',
    health: 'active',
    health_reason: '',
    last_evidence_at: null,
    tmux_pane_id,
    pane_index,
  };
}

function commandsOf(tmux_pane_id: unknown, pane_index?: unknown): string[] {
  const commands = paneCommands(agent(tmux_pane_id, pane_index));
  return commands && 'inside' in commands ? [commands.inside, commands.outside] : [];
}

/** The arguments that a POSIX shell passes to tmux for a command. */
function argumentsOf(command: string): string[] {
  const { stdout, status } = spawnSync('sh', ['-c', `tmux() { printf '%s\\0' "$@"; }; ${command}`], {
    encoding: 'utf8',
  });
  assert.equal(status, 0);
  return stdout.split('\0').slice(0, -1);
}

test('paneCommands(): a pane is named by its id, else by its place', () => {
  assert.deepEqual(commandsOf('%12', 'main:0.1'), [
    "tmux switch-client -t '%12'",
    "tmux attach-session -t '%12' ';' select-window -t '%12' ';' select-pane -t '%12'",
  ]);
  assert.equal(commandsOf(undefined, 'my work:0.1')[0], "tmux switch-client -t '=my work:0.1'");
  assert.equal(commandsOf('no id', 'main:0.1')[0], "tmux switch-client -t '=main:0.1'");
  assert.equal(paneCommands(agent(null, '')), null);
});

test('paneCommands(): the shell passes tmux exactly the intended arguments', () => {
  for (const [id, index, target] of [
    ['%3', '', '%3'],
    ['', 'my work:10.2', '=my work:10.2'],
  ]) {
    const [inside = '', outside = ''] = commandsOf(id, index);
    assert.deepEqual(argumentsOf(inside), ['switch-client', '-t', target]);
    const steps = argumentsOf(outside).join(' ').split(' ; ');
    assert.deepEqual(
      steps,
      ['attach-session', 'select-window', 'select-pane'].map((step) => `${step} -t ${target}`),
    );
  }
});

test('paneCommands(): text with a special meaning for a shell or tmux is refused and returned', () => {
  for (const pane of [
    "main:0.1'; rm -rf ~; '",
    '$(id):0.1',
    '`id`:0.1',
    'a\nb:0.1',
    '-x:0.1',
    '{last}:0.1',
    'main',
    '%',
    '%1;',
  ]) {
    assert.deepEqual(paneCommands(agent('', pane)), { refused: pane });
    assert.deepEqual(paneCommands(agent(pane, '')), { refused: pane });
  }
  assert.deepEqual(paneCommands(agent({ a: 1 }, 7)), { refused: '{"a":1}' });
});

test('paneCommands(): no command contains an unquoted character with a special meaning for a shell', () => {
  const word = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.string({ unit: fc.constantFrom(...`ab01 %:.=_-'"\\$\`;&|<>(){}[]*?!#~\n\t\0`) }),
    fc.anything(),
    fc.stringMatching(/^%\d{0,12}$/),
    fc.stringMatching(/^[a-z '-]{0,8}:\d{1,3}\.\d{1,3}$/),
  );
  let offered = 0;
  fc.assert(
    fc.property(word, word, (id, index) => {
      for (const command of commandsOf(id, index)) {
        offered += 1;
        const quoted = command.match(/'[^']*'/g) ?? [];
        assert.match(command.replace(/'[^']*'/g, ''), /^[a-z -]+$/);
        for (const part of quoted) assert.match(part, /^'[A-Za-z0-9_%=:. ;-]+'$/);
      }
    }),
    { numRuns: 2000 },
  );
  assert.ok(offered > 100, 'the property was tried on commands, too');
});
