import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as delay } from 'node:timers/promises';
import { PROJECT } from '../../test/support/production-server';
import { HOLDS_WINDOW_MS, longestHolds, readHolds } from '../loop-holds';
import { residentMb } from './processes';
import type { Bench, Figure } from './table';
import { LOAD, type Load, SessionWriter, shareWhileWriting } from './transcript-load';

/** A process that follows transcripts, or does nothing. */
class Following {
  readonly #child: ChildProcess;
  readonly #loopFile: string;
  readonly #said: string[] = [];

  constructor(folder: string, sessionIds: readonly string[], loopFile: string) {
    this.#loopFile = loopFile;
    const words = ['--import', './bench/loop-delay.mjs', '--import', 'tsx', 'bench/bare/transcripts.ts', folder];
    this.#child = spawn(process.execPath, [...words, ...sessionIds], {
      cwd: PROJECT,
      stdio: ['ignore', 'pipe', 'inherit'],
      env: { ...process.env, LOOP_DELAY_FILE: loopFile },
    });
    if (!this.#child.stdout) throw new Error('The output of the process is not piped.');
    createInterface(this.#child.stdout).on('line', (line) => this.#said.push(line));
  }

  get pid(): number {
    return this.#child.pid as number;
  }

  async until(word: string): Promise<void> {
    while (!this.#said.includes(word)) await delay(20);
  }

  /** The longest hold of its event loop since a time, in milliseconds: as observed, and what it computed in one. */
  holds(since: number): { observed: number; computed: number } {
    const holds = existsSync(this.#loopFile) ? readHolds(this.#loopFile, since + HOLDS_WINDOW_MS) : [];
    const { byClock, byThread } = longestHolds(holds);
    return { observed: byClock.held, computed: byThread.ran };
  }

  async answers(): Promise<number> {
    const before = this.#said.length;
    this.#child.kill('SIGUSR2');
    while (this.#said.length === before) await delay(20);
    return Number(this.#said.at(-1)?.split(' ')[0]);
  }

  async stop(): Promise<void> {
    this.#child.kill('SIGTERM');
    await once(this.#child, 'exit');
  }
}

/** Measures a load; smaller ones for a first impression. */
export async function followTranscripts(scratch: string, load: Load): Promise<Figure[]> {
  const folder = path.join(scratch, 'claude');
  const writers = Array.from({ length: load.sessions }, (_, i) => new SessionWriter(folder, `session-${i}`));
  for (const writer of writers) writer.fill(load.megabytesEach * 2 ** 20);
  const idle = new Following(folder, [], path.join(scratch, 'idle-loop'));
  await idle.until('following');
  const following = new Following(
    folder,
    writers.map(({ id }) => id),
    path.join(scratch, 'loop'),
  );
  await following.until('following');
  const begun = performance.now();
  const since = Date.now() - 2 * HOLDS_WINDOW_MS;
  let mostMemory = 0;
  const watch = setInterval(() => {
    mostMemory = Math.max(mostMemory, residentMb(following.pid));
  }, 50);
  await following.until('read');
  const firstSeconds = (performance.now() - begun) / 1000;
  const firstHolds = following.holds(since);
  const share = await shareWhileWriting(following.pid, writers, load);
  const idleShare = await shareWhileWriting(idle.pid, writers, load);
  await delay(1000);
  clearInterval(watch);
  const missed = writers.reduce((sum, { answers }) => sum + answers, 0) - (await following.answers());
  const [memory, idleMemory] = [residentMb(following.pid), residentMb(idle.pid)];
  await Promise.all([following.stop(), idle.stop()]);
  return [
    { name: 'first reading, usage complete', value: firstSeconds, unit: 's', atMost: 60 },
    {
      name: 'first reading, longest hold of the event loop, computed',
      value: firstHolds.computed,
      unit: 'ms',
      atMost: 50,
    },
    { name: 'first reading, longest hold of the event loop, observed', value: firstHolds.observed, unit: 'ms' },
    { name: 'processor share more than none', value: share - idleShare, unit: '%', atMost: 5, baseline: idleShare },
    { name: 'memory more than none', value: memory - idleMemory, unit: 'MB', atMost: 40, baseline: idleMemory },
    { name: 'memory more than none, at most', value: mostMemory - idleMemory, unit: 'MB' },
    { name: 'answers not counted', value: missed, unit: '', atMost: 0 },
  ];
}

export const transcripts: Bench = {
  name: 'transcripts',
  how: 'Twenty sessions with transcripts of 50 MB, read for the first time by a process that does nothing else; then each grows by 20 lines a second for 30 s. Baseline: the same process without sessions. Here the thread loads a compiler for TypeScript, 8 to 10 MB that the built server does not need.',
  run: (scratch) => followTranscripts(scratch, LOAD),
};
