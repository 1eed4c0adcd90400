import { spawnSync } from 'node:child_process';
import { claudeProcess } from '../test/support/claude-process';
import type { TestSwarm } from './swarm';

/** A morning's work of six agents, with some problems. */
export function busy(swarm: TestSwarm): void {
  swarm.register([
    { id: 'agent-0', pid: claudeProcess() },
    { id: 'agent-1', age: 20 },
    { id: 'agent-2', age: 140 },
    { id: 'agent-3', age: 8 },
    { id: 'agent-4', pid: goneProcess(), age: 900 },
    { id: 'agent-5', age: 7000 },
  ]);
  swarm.lock('src/auth/session.ts', 'agent-0', 'cookie flags', 40);
  swarm.lock('src/db/migrations/*.sql', 'agent-1', 'new column for refresh tokens', 95);
  swarm.lock('README.md', 'agent-4', 'installation steps', 280);
  for (let round = 0; round < 9; round++) {
    for (const [sender, recipients, msg_type, content] of TALK) {
      const delivery_status = Object.fromEntries(recipients.map((id) => [id, id !== 'agent-4']));
      swarm.send({ sender, recipients, msg_type, content, delivery_status });
    }
  }
}

/** The pid of an ended process. */
export function goneProcess(): number {
  return spawnSync(process.execPath, ['-e', '']).pid;
}

const TALK: readonly [string, string[], string, string][] = [
  [
    'agent-0',
    ['agent-1'],
    'TASK-DELEGATION',
    'Please take over the refresh tokens: the table is in, the rotation is not.',
  ],
  ['agent-1', ['agent-0'], 'ACK', 'Taking it.'],
  [
    'agent-2',
    ['agent-0', 'agent-1'],
    'QUESTION',
    'Does the session cookie stay SameSite=Lax? The embed test needs None.',
  ],
  [
    'agent-0',
    ['agent-2'],
    'INFO',
    'Yes, it stays Lax:\n\n  secure: true\n  sameSite: "lax"\n\nThe embed gets a cookie of its own.',
  ],
  [
    'agent-3',
    ['agent-0', 'agent-1', 'agent-2', 'agent-4', 'agent-5'],
    'COMPLETED',
    'The parser is done. 42 tests pass.',
  ],
  ['agent-1', ['agent-4'], 'BLOCKED', 'I can’t go on before README.md is free again.'],
  ['agent-4', ['agent-1'], 'REVIEW-REQUEST', 'docs/setup.md is ready for a look.'],
];
