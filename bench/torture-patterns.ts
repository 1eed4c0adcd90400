/** Patterns and conflicts that are made to take long: nobody who watches may notice. */
import { rmSync, writeFileSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as delay, setImmediate as nextTurn } from 'node:timers/promises';
import type { LocksAnswer } from '../lib/contract/schemas';
import { CONFLICT_LOG_FILE } from '../lib/sources/claudeswarm/conflict-log';
import { lockFileName } from '../lib/sources/claudeswarm/lock-entry';
import { LOCKS_FOLDER } from '../lib/sources/claudeswarm/locks';
import { openStream } from '../test/support/sse-client';
import { StateWatch } from './torture-follower';
import type { Outcome } from './torture-report';

/** A heartbeat comes every second. */
const MAX_HEARTBEAT_GAP_MS = 1500;
const MAX_HEALTH_MS = 500;
const WATCH_MS = 5000;
const EXACT_DEADLINE_MS = 60_000;

interface Hostile {
  name: string;
  locks: readonly (readonly [holder: string, filepath: string])[];
  conflicts?: number;
}

/** Each held the event loop for seconds or for good where patterns were matched by backtracking. */
const HOSTILE: readonly Hostile[] = [
  {
    name: 'one pattern of 30 KB, one path of 60 KB',
    locks: [
      ['a', '*a'.repeat(15_000)],
      ['b', `${'a'.repeat(60_000)}b`],
    ],
  },
  {
    name: '100 patterns of 2 KB, 100 paths of 4 KB',
    locks: numbered(100, (index) => [
      ['a', `${'*a'.repeat(1000)}*b${index}`],
      ['b', `${'a'.repeat(4000)}${index}`],
    ]),
  },
  {
    name: '400 patterns of sets, 400 paths of 4 KB',
    locks: numbered(400, (index) => [
      ['a', `*${'[a-y]?'.repeat(330)}z${index}*`],
      ['b', `${'ab'.repeat(2000)}${index}`],
    ]),
  },
  {
    name: '1,000 conflicts of one holder with 200 patterns',
    locks: numbered(200, (index) => [['b', `${'*a'.repeat(500)}*b${index}`]]),
    conflicts: 1000,
  },
];

function numbered<Value>(count: number, made: (index: number) => readonly Value[]): Value[] {
  return Array.from({ length: count }, (_, index) => made(index)).flat();
}

/** Writes hostile locks and conflicts, and watches heartbeats and `/health` until all of it is shown and after. */
export async function torturePatterns(url: string, root: string): Promise<Outcome> {
  const folder = path.join(root, LOCKS_FOLDER);
  await mkdir(folder, { recursive: true });
  const pulse = new Pulse(url);
  const facts: string[] = [];
  const faults: string[] = [];
  const slow: string[] = [];
  for (const { name, locks, conflicts = 0 } of HOSTILE) {
    pulse.begin();
    const watch = new StateWatch<LocksAnswer>(url, 'locks');
    const files: string[] = [];
    for (const [holder, filepath] of locks) {
      files.push(writeLock(folder, holder, filepath));
      if (files.length % 20 === 0) await nextTurn();
    }
    if (conflicts > 0) writeFileSync(path.join(root, CONFLICT_LOG_FILE), conflictLog(conflicts));
    const wanted = new Set(files);
    const shownAfter = await watch.until(
      (answer) => answer.locks.filter(({ lock_file }) => wanted.has(lock_file)).length === wanted.size,
      EXACT_DEADLINE_MS,
    );
    await delay(WATCH_MS);
    for (const file of files) rmSync(path.join(folder, file));
    const { gap, health } = await pulse.end();
    watch.close();
    facts.push(
      `${name}: shown after ${Math.round(shownAfter ?? -1)} ms, heartbeat gap ${gap} ms, /health ${health} ms`,
    );
    if (shownAfter === null) faults.push(`${name}: the locks were never shown`);
    if (gap > MAX_HEARTBEAT_GAP_MS) slow.push(`${name}: ${gap} ms between heartbeats`);
    if (health > MAX_HEALTH_MS) slow.push(`${name}: /health answered after ${health} ms`);
  }
  rmSync(path.join(root, CONFLICT_LOG_FILE), { force: true });
  pulse.close();
  return { facts: facts.join('; '), faults, slow };
}

function writeLock(folder: string, agent_id: string, filepath: string): string {
  const file = lockFileName(filepath);
  const lock = { agent_id, filepath, locked_at: Date.now() / 1000, reason: 'torture' };
  writeFileSync(path.join(folder, file), JSON.stringify(lock));
  return file;
}

function conflictLog(count: number): string {
  const conflicts = Array.from({ length: count }, (_, index) => ({
    conflict_id: `conflict-${index}`,
    conflict_type: 'file_lock',
    agents_involved: [`agent-${index}`, 'b'],
    resource: `${'a'.repeat(200)}${index}`,
    detected_at: new Date().toISOString(),
    status: 'pending',
  }));
  return JSON.stringify({ version: '1.0', conflicts });
}

/** The longest wait for a heartbeat and for `/health` within a span. */
class Pulse {
  readonly #url: string;
  readonly #close: () => void;
  #heartbeatAt = performance.now();
  #gap = 0;
  #health = 0;
  #asking = true;
  readonly #asked: Promise<void>;

  constructor(url: string) {
    this.#url = url;
    this.#close = openStream({
      url: `${url}/api/stream`,
      onEvent: ({ name }) => name === 'heartbeat' && this.#heartbeat(),
      onEnd: () => {},
    });
    this.#asked = this.#ask();
  }

  #heartbeat(): void {
    this.#gap = Math.max(this.#gap, performance.now() - this.#heartbeatAt);
    this.#heartbeatAt = performance.now();
  }

  async #ask(): Promise<void> {
    while (this.#asking) {
      const begun = performance.now();
      await (await fetch(`${this.#url}/health`)).arrayBuffer();
      this.#health = Math.max(this.#health, performance.now() - begun);
      await delay(50);
    }
  }

  begin(): void {
    this.#heartbeatAt = performance.now();
    [this.#gap, this.#health] = [0, 0];
  }

  /** Waits for one more heartbeat, so that a hold at the end counts. @returns milliseconds */
  async end(): Promise<{ gap: number; health: number }> {
    const last = this.#heartbeatAt;
    while (this.#heartbeatAt === last && performance.now() - last < EXACT_DEADLINE_MS) await delay(20);
    const gap = Math.max(this.#gap, performance.now() - this.#heartbeatAt);
    return { gap: Math.round(gap), health: Math.round(this.#health) };
  }

  close(): void {
    this.#asking = false;
    this.#close();
    // The server may be stopped at once.
    void this.#asked.catch(() => {});
  }
}
