import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as delay } from 'node:timers/promises';
import { PROJECT } from '../../test/support/production-server';
import { type TestPane, TestTmux } from '../../test/support/test-tmux';
import { HOLDS_WINDOW_MS, longestHolds, readHolds } from '../loop-holds';
import { processorSeconds, residentMb } from './processes';
import { type Bench, type Figure, median, quantile } from './table';

const [TERMINALS, SCROLLING] = [12, 4];
const MEASURE_MS = 20_000;
const PING_INTERVAL_MS = 20;
const KEYS = 40;
/** 1 MB a second, in lines of 100 letters with colours. */
const SCROLL = `node -e "const l='\\u001b[32mword \\u001b[m'.repeat(6)+'x'.repeat(30)+'\\r\\n';const n=Math.round(50000/l.length);setInterval(()=>process.stdout.write(l.repeat(n)),50)"`;

/** The process that watches. */
class Watching {
  readonly #child: ChildProcess;
  readonly #loopFile: string;
  readonly #said = new Map<string, number>();

  constructor(socket: string, panes: readonly TestPane[], loopFile: string) {
    this.#loopFile = loopFile;
    const words = ['--import', './bench/loop-delay.mjs', '--import', 'tsx', 'bench/bare/terminals.ts'];
    this.#child = spawn(process.execPath, [...words, socket, JSON.stringify(panes)], {
      cwd: PROJECT,
      stdio: ['pipe', 'pipe', 'inherit'],
      env: { ...process.env, LOOP_DELAY_FILE: loopFile },
    });
    if (!this.#child.stdout) throw new Error('The output of the process is not piped.');
    createInterface(this.#child.stdout).on('line', (line) => this.#said.set(line, performance.now()));
  }

  get pid(): number {
    return this.#child.pid as number;
  }

  /** @returns when it said a line */
  async said(line: string, timeoutMs = 30_000): Promise<number> {
    const deadline = performance.now() + timeoutMs;
    for (;;) {
      const at = this.#said.get(line);
      if (at !== undefined) return at;
      if (performance.now() > deadline) throw new Error(`The process did not say "${line}".`);
      await delay(1);
    }
  }

  ask(line: string): void {
    this.#child.stdin?.write(`${line}\n`);
  }

  computedHold(since: number): number {
    const holds = existsSync(this.#loopFile) ? readHolds(this.#loopFile, since + HOLDS_WINDOW_MS) : [];
    return longestHolds(holds).byThread.ran;
  }

  async stop(): Promise<void> {
    this.#child.kill('SIGTERM');
    await once(this.#child, 'exit');
  }
}

/** @returns delays of answers, as of an event of another stream, in milliseconds */
async function pings(watching: Watching, ms: number): Promise<number[]> {
  const found: Promise<number>[] = [];
  for (let number = 0; number < ms / PING_INTERVAL_MS; number += 1) {
    const begun = performance.now();
    watching.ask(`ping ${number}`);
    found.push(watching.said(`pong ${number}`).then((at) => at - begun));
    await delay(PING_INTERVAL_MS);
  }
  return Promise.all(found);
}

/** @returns the times from a key for a pane to the event that shows it, in milliseconds */
async function keys(tmux: TestTmux, pane: TestPane, watching: Watching): Promise<number[]> {
  const found: number[] = [];
  for (let number = 0; number < KEYS; number += 1) {
    const mark = `<mark-${number}>`;
    const begun = performance.now();
    tmux.run('send-keys', '-t', pane.id, '-l', mark);
    found.push((await watching.said(`shown ${mark}`)) - begun);
    await delay(30);
  }
  return found;
}

async function measure(scratch: string): Promise<Figure[]> {
  const tmux = new TestTmux();
  const size = { columns: 120, rows: 40 };
  const panes = Array.from({ length: TERMINALS }, (_, number) =>
    tmux.start(number < SCROLLING ? SCROLL : number === SCROLLING ? 'bash --norc' : 'cat', size),
  );
  const [typed, counting] = [panes[TERMINALS - 1], panes[SCROLLING]] as [TestPane, TestPane];
  const watching = new Watching(tmux.socket, panes, path.join(scratch, 'loop'));
  try {
    await watching.said('watching');
    await delay(5000);
    const [seconds, begun] = [processorSeconds(watching.pid), performance.now()];
    const delays = await pings(watching, MEASURE_MS);
    const share = (100_000 * (processorSeconds(watching.pid) - seconds)) / (performance.now() - begun);
    const pressed = await keys(tmux, typed, watching);
    for (const { id } of panes.slice(0, SCROLLING)) tmux.run('kill-pane', '-t', id);
    const [memory, since] = [residentMb(watching.pid), Date.now()];
    tmux.run('send-keys', '-t', counting.id, 'seq 100000; echo "<mark-$((90000+9))>"', 'Enter');
    await watching.said('shown <mark-90009>');
    await delay(1500);
    return [
      { name: `share of a core, ${TERMINALS} terminals, ${SCROLLING} at 1 MB/s`, value: share, unit: '%', atMost: 40 },
      { name: 'delay of another stream, 99 of 100', value: quantile(delays, 0.99), unit: 'ms', atMost: 60 },
      { name: 'delay of another stream, median', value: median(delays), unit: 'ms' },
      { name: 'key to screen, median', value: median(pressed), unit: 'ms', atMost: 50 },
      { name: 'key to screen, 99 of 100', value: quantile(pressed, 0.99), unit: 'ms' },
      {
        name: 'seq 100000: longest hold of the event loop, computed',
        value: watching.computedHold(since),
        unit: 'ms',
        atMost: 60,
      },
      { name: 'seq 100000: memory', value: residentMb(watching.pid) - memory, unit: 'MB', atMost: 30 },
    ];
  } finally {
    await watching.stop();
    tmux.stop();
  }
}

export const terminals: Bench = {
  name: 'terminals',
  how: `${TERMINALS} terminals of a real tmux watched by one process that encodes every event, ${SCROLLING} of them with 1 MB of output a second. A key is one call of \`tmux send-keys\`, whose start is part of the time. Then \`seq 100000\`.`,
  run: measure,
};
