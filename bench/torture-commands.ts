/**
 * Kills processes while they carry out commands. Afterwards the record must be complete: every effect has its command,
 * every command one record with its true outcome or `unknown`, and no key has two effects.
 */
import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';
import { setTimeout as delay } from 'node:timers/promises';
import { actionRows } from '../lib/history/action-rows';
import { History } from '../lib/history/history';
import { Recorder } from '../lib/recorder/recorder';
import { Random } from '../lib/simulator/random';
import type { Outcome } from './torture-report';

export interface CommandsPlan {
  commands: number;
  kills: number;
}

export interface SentCommand {
  n: number;
  kind: 'done' | 'refused' | 'failed';
  /** Before and after the effect. */
  waitMs: number;
  /** Null if it may not be repeated. */
  key: string | null;
}

export interface CommandAnswer {
  n: number;
  outcome: string;
  code: string | null;
}

/** Two processes on one history: one records, the other follows. */
const PROCESSES = 2;
const MAX_OPEN = 6;
const SCRIPT = path.join(import.meta.dirname, 'torture-commands-process.ts');

/** One process, started again after each kill. */
class Victim {
  readonly #args: readonly string[];
  readonly #onAnswer: (answer: CommandAnswer) => void;
  /** Sent and not answered; lost if the process is killed. */
  readonly open = new Map<number, SentCommand>();
  #child: ChildProcessByStdio<Writable, Readable, null> | null = null;

  constructor(args: readonly string[], onAnswer: (answer: CommandAnswer) => void) {
    this.#args = args;
    this.#onAnswer = onAnswer;
  }

  async start(): Promise<void> {
    const child = spawn(process.execPath, ['--import', 'tsx', SCRIPT, ...this.#args], {
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    this.#child = child;
    const ready = new Promise<void>((resolve) => {
      createInterface({ input: child.stdout }).on('line', (line) => (line === 'ready' ? resolve() : this.#take(line)));
    });
    child.stdin.on('error', () => {});
    await ready;
  }

  send(command: SentCommand): void {
    this.open.set(command.n, command);
    this.#child?.stdin.write(`${JSON.stringify(command)}\n`);
  }

  /** @returns the commands that have no answer */
  async kill(): Promise<SentCommand[]> {
    const child = this.#child;
    if (child && child.exitCode === null && child.signalCode === null) {
      const exit = once(child, 'close');
      child.kill('SIGKILL');
      await exit;
    }
    const lost = [...this.open.values()];
    this.open.clear();
    return lost;
  }

  #take(line: string): void {
    const answer = JSON.parse(line) as CommandAnswer;
    this.open.delete(answer.n);
    this.#onAnswer(answer);
  }
}

/** Sends random commands to two processes and kills one of them again and again. */
export async function tortureCommands(
  { root, control }: { root: string; control: string },
  { commands, kills }: CommandsPlan,
): Promise<Outcome> {
  const random = new Random(17);
  const file = path.join(control, 'history.sqlite');
  const effectsFile = path.join(control, 'effects');
  const answers = new Map<number, CommandAnswer[]>();
  const onAnswer = (answer: CommandAnswer) => answers.set(answer.n, [...(answers.get(answer.n) ?? []), answer]);
  const victims = Array.from({ length: PROCESSES }, () => new Victim([root, file, effectsFile], onAnswer));
  process.prependOnceListener('exit', () => {
    for (const victim of victims) void victim.kill();
  });
  for (const victim of victims) await victim.start();
  const sent = Array.from({ length: commands }, (_, n) => randomCommand(random, n));
  const waiting = [...sent];
  const again: SentCommand[] = [];
  for (let killed = 0; waiting.length > 0 || again.length > 0 || victims.some(({ open }) => open.size > 0); ) {
    const victim = victims[random.integer(0, PROCESSES - 1)] as Victim;
    const isDue = killed < kills && waiting.length <= commands - ((killed + 1) * commands) / (kills + 1);
    if (isDue && victim.open.size > 0) {
      killed += 1;
      // A person or script repeats what was not answered, if that is safe.
      again.push(...(await victim.kill()).filter(({ key }) => key !== null));
      await victim.start();
    }
    const next = victim.open.size < MAX_OPEN ? (again.shift() ?? waiting.shift()) : undefined;
    if (next) victim.send(next);
    await delay(random.integer(0, 4));
  }
  for (const victim of victims) await victim.kill();
  const effects = existsSync(effectsFile) ? readFileSync(effectsFile, 'utf8').trim().split('\n').map(Number) : [];
  return judge({ sent, answers, effects, rows: await rowsOf(root, file), kills });
}

function randomCommand(random: Random, n: number): SentCommand {
  const kind = random.chance(0.15) ? 'refused' : random.chance(0.1) ? 'failed' : 'done';
  return { n, kind, waitMs: random.integer(0, 8), key: random.chance(0.6) ? `key-${n}` : null };
}

interface Row {
  target: string | null;
  outcome: string;
  detail: string | null;
}

/** The record after one more start, which finds what the killed processes left. */
async function rowsOf(root: string, file: string): Promise<Row[]> {
  const options = {
    ...{ root, file, zone: 'UTC', retention: { days: 30, messages: 100_000 } },
    openFor: { questionsMs: 86_400_000, failuresMs: 1_800_000 },
  };
  await new Recorder(options, () => {}).close();
  const history = new History(file, { readonly: true });
  const { rows } = actionRows(history.db, { limit: 1_000_000 });
  history.close();
  return rows;
}

interface Evidence {
  sent: readonly SentCommand[];
  answers: ReadonlyMap<number, readonly CommandAnswer[]>;
  effects: readonly number[];
  rows: readonly Row[];
  kills: number;
}

function judge({ sent, answers, effects, rows, kills }: Evidence): Outcome {
  const faults: string[] = [];
  const counts = new Map<number, number>();
  for (const n of effects) counts.set(n, (counts.get(n) ?? 0) + 1);
  const byTarget = new Map<string, Row[]>();
  for (const row of rows) byTarget.set(String(row.target), [...(byTarget.get(String(row.target)) ?? []), row]);
  let unknown = 0;
  for (const { n, kind } of sent) {
    const count = counts.get(n) ?? 0;
    const own = byTarget.get(String(n)) ?? [];
    // A repeated key whose command was lost is refused, which is a record of its own.
    const runs = own.filter(({ outcome, detail }) => outcome !== 'refused' || detail === `Command ${n} is refused.`);
    const heard = answers.get(n) ?? [];
    const known = heard.filter(({ code }) => code !== 'outcome_unknown' && code !== 'command_running');
    if (count > 1) faults.push(`command ${n} had ${count} effects`);
    if (runs.length > 1) faults.push(`command ${n} has ${runs.length} records`);
    if (count > 0 && runs.length === 0) faults.push(`command ${n} had an effect and no record`);
    const [run] = runs;
    if (run?.outcome === 'started') faults.push(`command ${n} is still recorded as running`);
    if (run?.outcome === 'unknown') unknown += 1;
    if (run && run.outcome !== 'unknown' && run.outcome !== kind)
      faults.push(`command ${n}: ${run.outcome}, not ${kind}`);
    if (run?.outcome === 'done' && count !== 1) faults.push(`command ${n} is recorded as done without an effect`);
    if (run?.outcome === 'refused' && count !== 0) faults.push(`command ${n} was refused and had an effect`);
    if (known.length > 0 && (run === undefined || run.outcome === 'unknown')) {
      faults.push(`command ${n} was answered, but its end is not recorded`);
    }
  }
  const facts = `${sent.length} commands, ${kills} kills, ${effects.length} effects, ${rows.length} records, ${unknown} unknown`;
  return { facts, faults };
}
