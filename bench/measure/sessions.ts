import { mkdirSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { UsageAnswer } from '../../lib/contract/claude-schemas';
import type { AgentsAnswer } from '../../lib/contract/schemas';
import { AgentProcesses, ownPidDomain } from '../../lib/simulator/agent-processes';
import { SessionFile } from '../../lib/simulator/claude-session-file';
import { ProductionServer } from '../../test/support/production-server';
import { openStream } from '../../test/support/sse-client';
import { HOLDS_WINDOW_MS, longestHolds, measuringHolds, readHolds } from '../loop-holds';
import { residentMb } from './processes';
import { type Bench, type Figure, quantile } from './table';
import { LOAD, SessionWriter, shareWhileWriting } from './transcript-load';

const STATUS_CHANGES = 60;
/** After the first reading, until the memory that it needed is given back. */
const SETTLE_MS = 15_000;

/** Sessions of processes that run, with long transcripts. */
class SessionsAtWork {
  readonly folder: string;
  readonly writers: readonly SessionWriter[];
  readonly #processes = new AgentProcesses();
  readonly #files: readonly SessionFile[];

  constructor(folder: string, root: string) {
    this.folder = folder;
    mkdirSync(folder, { recursive: true });
    this.writers = Array.from({ length: LOAD.sessions }, (_, i) => new SessionWriter(folder, `session-${i}`));
    for (const writer of this.writers) writer.fill(LOAD.megabytesEach * 2 ** 20);
    this.#files = this.writers.map((writer, index) => {
      const name = `agent-${index}`;
      this.#processes.start(name);
      const process = this.#processes.find(name);
      if (process === null) throw new Error(`The process of ${name} did not start.`);
      const start = { sessionId: writer.id, cwd: root, name, tmux: `${name}:@0.%0`, startedAt: Date.now() };
      return new SessionFile(folder, { ...process, pidDomain: ownPidDomain(), ...start });
    });
    for (const file of this.#files) file.update({ status: 'idle' }, Date.now());
  }

  get answers(): number {
    return this.writers.reduce((sum, { answers }) => sum + answers, 0);
  }

  setStatus(index: number, status: 'busy' | 'idle'): void {
    this.#files[index]?.update({ status }, Date.now());
  }

  stop(): void {
    this.#processes.stopAll();
  }
}

const usageOf = (server: ProductionServer) => server.get<UsageAnswer>('/api/usage?by=agent');

/** @returns seconds until all usage of the transcripts is counted */
async function firstReading(server: ProductionServer): Promise<number> {
  const begun = performance.now();
  for (;;) {
    const { total, progress } = await usageOf(server);
    if (total.messages > 0 && progress === null) return (performance.now() - begun) / 1000;
    await delay(100);
  }
}

/** @returns milliseconds from the change of a status to its event, sorted */
async function statusDelays(server: ProductionServer, sessions: SessionsAtWork): Promise<number[]> {
  const delays: number[] = [];
  let seen: (agents: AgentsAnswer) => void = () => {};
  const close = openStream({
    url: `${server.url}/api/stream`,
    onEvent: ({ name, data }) => name === 'agents' && seen(JSON.parse(data) as AgentsAnswer),
    onEnd: () => {},
  });
  for (let change = 0; change < STATUS_CHANGES; change++) {
    const index = change % LOAD.sessions;
    const status = Math.floor(change / LOAD.sessions) % 2 === 0 ? 'busy' : 'idle';
    const begun = performance.now();
    const arrived = new Promise<number>((resolve) => {
      seen = ({ agents }) => {
        const agent = agents.find(({ id }) => id === `agent-${index}`);
        if (agent?.session?.status === status) resolve(performance.now() - begun);
      };
    });
    sessions.setStatus(index, status);
    delays.push(await arrived);
    await delay(150);
  }
  close();
  return delays.sort((one, other) => one - other);
}

async function measure(scratch: string): Promise<Figure[]> {
  const root = path.join(scratch, 'project');
  mkdirSync(path.join(root, '.agent_locks'), { recursive: true });
  const history = (name: string) => ({ CLAUDESWARM_ROOT: root, SWARM_HISTORY: path.join(scratch, `${name}.sqlite`) });
  const sessions = new SessionsAtWork(path.join(scratch, 'claude'), root);
  const claude = { CLAUDE_CONFIG_DIR: sessions.folder };

  // Measuring holds costs processor time, so a server of its own does that.
  const holdsFile = path.join(scratch, 'holds');
  const first = new ProductionServer({ ...history('first'), ...claude, ...measuringHolds(holdsFile) });
  await first.start();
  const since = Date.now();
  const seconds = await firstReading(first);
  const { byClock, byThread } = longestHolds(readHolds(holdsFile, since + HOLDS_WINDOW_MS));
  await first.stop();

  const without = new ProductionServer(history('without'));
  const server = new ProductionServer({ ...history('with'), ...claude });
  await Promise.all([without.start(), server.start()]);
  await Promise.all([firstReading(server), usageOf(without)]);
  await delay(SETTLE_MS);
  const share = await shareWhileWriting(server.pid as number, sessions.writers, LOAD);
  const shareWithout = await shareWhileWriting(without.pid as number, sessions.writers, LOAD);
  const [memory, memoryWithout] = [residentMb(server.pid as number), residentMb(without.pid as number)];
  const delays = await statusDelays(server, sessions);
  const counted = (await usageOf(server)).total.messages;
  const missed = sessions.answers - counted;
  sessions.stop();
  await Promise.all([server.stop(), without.stop()]);
  return [
    { name: 'first reading, usage complete', value: seconds, unit: 's', atMost: 60 },
    { name: 'first reading, longest hold of the event loop, computed', value: byThread.ran, unit: 'ms', atMost: 50 },
    { name: 'first reading, longest hold of the event loop, observed', value: byClock.held, unit: 'ms' },
    { name: 'status change to event, median', value: quantile(delays, 0.5), unit: 'ms', atMost: 60 },
    { name: 'status change to event, 95 of 100', value: quantile(delays, 0.95), unit: 'ms' },
    {
      name: 'processor share more than without',
      value: share - shareWithout,
      unit: '%',
      atMost: 5,
      baseline: shareWithout,
    },
    {
      name: 'memory more than without',
      value: memory - memoryWithout,
      unit: 'MB',
      atMost: 30,
      baseline: memoryWithout,
    },
    { name: 'answers not counted', value: missed, unit: '', atMost: 0 },
  ];
}

export const sessions: Bench = {
  name: 'sessions',
  how: 'Twenty sessions of Claude Code with transcripts of 50 MB at the production server: the first reading, then each transcript grows by 20 lines a second for 30 s, then 60 changes of a status until their event. Baseline: a server without a folder of Claude Code.',
  run: measure,
};
