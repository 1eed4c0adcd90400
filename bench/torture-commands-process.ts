/**
 * A dashboard reduced to commands, to be killed: a recorder on a history, and a runner. Reads commands as lines of JSON
 * and answers each with one. Usage: torture-commands-process.ts ROOT HISTORY EFFECTS
 */
import { appendFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { setTimeout as delay, setImmediate as turn } from 'node:timers/promises';
import { type Action, ActionRefused } from '../lib/actions/action';
import { ActionRunner } from '../lib/actions/runner';
import { Recorder } from '../lib/recorder/recorder';
import type { CommandAnswer, SentCommand } from './torture-commands';

const [root, file, effects] = process.argv.slice(2) as [string, string, string];
const recorder = new Recorder(
  {
    ...{ root, file, zone: 'UTC', retention: { days: 30, messages: 100_000 } },
    openFor: { questionsMs: 86_400_000, failuresMs: 1_800_000 },
  },
  () => {},
);
const runner = new ActionRunner({
  groups: ['locks'],
  record: async (step, record) => {
    // As between threads, a turn passes before and after.
    await turn();
    const known = recorder.recordAction(step, record);
    await turn();
    return known;
  },
});

/** Its effect is a line in a file. */
const action: Action<SentCommand, { n: number }> = {
  name: 'test_command',
  group: 'locks',
  outcomes: [],
  subject: ({ n }) => ({ target: String(n), agentId: null, request: { n } }),
  run: async ({ n, kind, waitMs }) => {
    await delay(waitMs);
    if (kind === 'refused') throw new ActionRefused('lock_conflict', `Command ${n} is refused.`);
    appendFileSync(effects, `${n}\n`);
    await delay(waitMs);
    if (kind === 'failed') throw new Error(`Command ${n} failed.`);
    return { answer: { n }, outcome: 'done', detail: null };
  },
};

createInterface({ input: process.stdin }).on('line', async (line) => {
  const command = JSON.parse(line) as SentCommand;
  const { n, key } = command;
  const answer = await runner.run(action, command, { name: 'torture', client: '127.0.0.1' }, { key }).then(
    ({ outcome }): CommandAnswer => ({ n, outcome, code: null }),
    (error): CommandAnswer => ({ n, outcome: 'error', code: error.code ?? null }),
  );
  process.stdout.write(`${JSON.stringify(answer)}\n`);
});
process.stdout.write('ready\n');
