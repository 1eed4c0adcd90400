/** Tens of thousands of lock files: neither the first read nor a change may hold the server up or cost much memory. */
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as delay, setImmediate as nextTurn } from 'node:timers/promises';
import type { LocksAnswer } from '../lib/contract/schemas';
import { writeRegistry } from '../lib/simulator/registry-file';
import { lockFileName } from '../lib/sources/claudeswarm/lock-entry';
import { LOCKS_FOLDER } from '../lib/sources/claudeswarm/locks';
import { createLock, releaseLock } from '../lib/sources/claudeswarm/writer';
import { openStream } from '../test/support/sse-client';
import { roster } from './torture-registry';
import type { Outcome } from './torture-report';
import { Server } from './torture-server';

const HEARTBEAT_INTERVAL_MS = 1000;
/** How much later than its second a heartbeat may come. */
const MAX_HEARTBEAT_DELAY_MS = 300;
const MAX_CHANGE_MS = 150;
const MAX_RESIDENT_BYTES = 250e6;
const FIRST_READ_TIMEOUT_MS = 120_000;
const CHANGES = 12;
/** Between changes, so that each is a lone one, and none is taken for part of a burst. */
const BETWEEN_CHANGES_MS = 700;
/** Long enough that the server looks at every file again. */
const AT_REST_MS = 15_000;
const SAMPLE_INTERVAL_MS = 50;
const HOLDERS = 8;
/** The counts stand behind the list, and are shorter than this. */
const MAX_COUNTS_LENGTH = 200_000;

/** Starts a server over a folder of many locks, changes some of them and stops it. */
export async function tortureManyLocks(folders: { root: string; control: string }, locks: number): Promise<Outcome> {
  const { root, control } = folders;
  await writeLocks(root, locks);
  const server = new Server(root, path.join(control, 'history.sqlite'));
  await server.start();
  const abandon = () => server.abandon();
  process.prependOnceListener('exit', abandon);
  const watch = new ManyLocksWatch(server);
  try {
    const first = await watch.until(({ count }) => count === locks, FIRST_READ_TIMEOUT_MS);
    await delay(AT_REST_MS);
    const times: number[] = [];
    for (let change = 0; change < CHANGES; change += 1) {
      await delay(BETWEEN_CHANGES_MS);
      times.push(await watch.changed(locks + 1, () => createLock(root, lockOf('src/one-more.ts', 'agent-1'))));
      await delay(BETWEEN_CHANGES_MS);
      times.push(await watch.changed(locks, () => releaseLock(root, 'agent-1', 'src/one-more.ts')));
    }
    return manyLocksOutcome(first, times, watch);
  } finally {
    watch.close();
    await server.stop();
    process.off('exit', abandon);
  }
}

/** Agents that are registered, holders that are not, locks past the timeout and some that overlap. */
async function writeLocks(root: string, locks: number): Promise<void> {
  writeRegistry(root, roster(0), Date.now());
  mkdirSync(path.join(root, LOCKS_FOLDER), { recursive: true });
  const now = Date.now();
  for (let index = 0; index < locks; index += 1) {
    const holder = index % 100 === 0 ? `gone-${index % 700}` : `agent-${index % HOLDERS}`;
    const filepath =
      index % 5000 === 0 ? `src/part-${index}/*.ts` : `src/part-${index - (index % 50)}/file-${index}.ts`;
    const text = JSON.stringify({
      agent_id: holder,
      filepath,
      locked_at: (now - (index % 3600) * 1000) / 1000,
      reason: 'many locks',
    });
    writeFileSync(path.join(root, LOCKS_FOLDER, lockFileName(filepath)), text);
    if (index % 1000 === 999) await nextTurn();
  }
}

function lockOf(filepath: string, agentId: string) {
  return { agentId, filepath, reason: 'one more', now: Date.now() };
}

/** Follows the counts of locks and the heartbeats, and samples the memory of the server. */
class ManyLocksWatch {
  maxHeartbeatDelayMs = 0;
  maxEventBytes = 0;
  maxResidentBytes = 0;
  /** The newest number of locks, and when it arrived (as `performance.now`). */
  #latest: { count: number; at: number } | null = null;
  #heardAt: number | null = null;
  readonly #close: () => void;
  readonly #timer: NodeJS.Timeout;

  constructor(server: Server) {
    this.#timer = setInterval(() => {
      this.maxResidentBytes = Math.max(this.maxResidentBytes, server.residentBytes() ?? 0);
    }, SAMPLE_INTERVAL_MS);
    this.#close = openStream({
      url: `${server.url}/api/stream`,
      onEvent: ({ name, data }) => this.#take(name, data, performance.now()),
      onEnd: () => {},
    });
  }

  /** Makes a change and waits for the number of locks after it. @returns milliseconds until it arrived */
  async changed(count: number, change: () => unknown): Promise<number> {
    const begun = performance.now();
    change();
    return (await this.until((latest) => latest.count === count, MAX_CHANGE_MS * 100)) ?? performance.now() - begun;
  }

  /** @returns milliseconds until a state that passes arrived, null if none came */
  async until(test: (latest: Pick<LocksAnswer, 'count'>) => boolean, timeoutMs: number): Promise<number | null> {
    const begun = performance.now();
    while (performance.now() - begun < timeoutMs) {
      if (this.#latest && test(this.#latest)) return Math.max(0, this.#latest.at - begun);
      await delay(1);
    }
    return null;
  }

  close(): void {
    clearInterval(this.#timer);
    this.#close();
  }

  #take(name: string, data: string, at: number): void {
    if (name === 'heartbeat') {
      if (this.#heardAt !== null) {
        this.maxHeartbeatDelayMs = Math.max(this.maxHeartbeatDelayMs, at - this.#heardAt - HEARTBEAT_INTERVAL_MS);
      }
      this.#heardAt = at;
    } else if (name === 'locks') {
      this.maxEventBytes = Math.max(this.maxEventBytes, data.length);
      // The whole is megabytes long, and reading it here would count as time of the server.
      const count = /"count":(\d+),"stale_count"/.exec(data.slice(-MAX_COUNTS_LENGTH))?.[1];
      this.#latest = { count: Number(count), at };
    }
  }
}

function manyLocksOutcome(first: number | null, times: readonly number[], watch: ManyLocksWatch): Outcome {
  const slowest = Math.max(...times);
  const median = times.toSorted((one, other) => one - other)[times.length >> 1] ?? Number.NaN;
  const { maxHeartbeatDelayMs, maxResidentBytes, maxEventBytes } = watch;
  const megabytes = (bytes: number) => `${(bytes / 1e6).toFixed(0)} MB`;
  const slow: string[] = [];
  if (maxHeartbeatDelayMs > MAX_HEARTBEAT_DELAY_MS)
    slow.push(`a heartbeat came ${maxHeartbeatDelayMs.toFixed(0)} ms late, at most ${MAX_HEARTBEAT_DELAY_MS}`);
  if (slowest > MAX_CHANGE_MS) slow.push(`one change took ${slowest.toFixed(0)} ms, at most ${MAX_CHANGE_MS}`);
  if (maxResidentBytes > MAX_RESIDENT_BYTES)
    slow.push(`${megabytes(maxResidentBytes)} of memory, at most ${megabytes(MAX_RESIDENT_BYTES)}`);
  return {
    facts:
      `all counted after ${first?.toFixed(0) ?? '?'} ms, heartbeats at most ${maxHeartbeatDelayMs.toFixed(0)} ms late, ` +
      `one change ${median.toFixed(0)} ms (median of ${times.length}), ${slowest.toFixed(0)} ms (slowest), ` +
      `${megabytes(maxResidentBytes)} of memory, events of at most ${megabytes(maxEventBytes)}`,
    faults: first === null ? ['the locks were never all counted'] : [],
    slow,
  };
}
