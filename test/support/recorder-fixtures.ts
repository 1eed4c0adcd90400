/** A swarm's message log and recorders on it, for tests: what they publish, and the clocks that they read. */
import assert from 'node:assert/strict';
import { appendFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, afterEach } from 'node:test';
import { setTimeout as wait } from 'node:timers/promises';
import type { EncodedMessage } from '../../lib/history/encoded-messages';
import type { KeptMessage } from '../../lib/history/history';
import type { RecorderEvent, RecorderOptions } from '../../lib/recorder/events';
import { Recorder } from '../../lib/recorder/recorder';
import type { LookUpPrices } from '../../lib/recorder/usage-feed';
import { LOG_NAME } from '../../lib/sources/claudeswarm/message-log';

const UNTIL_INTERVAL_MS = 10;
const MAX_TRIES = 1500;

const RECORDER_DEFAULTS = {
  retention: { days: 30, messages: 1_000_000 },
  zone: 'UTC',
  openFor: { questionsMs: 86_400_000, failuresMs: 1_800_000 },
} satisfies Partial<RecorderOptions>;

type StartOptions = Partial<RecorderOptions> & Pick<RecorderOptions, 'root' | 'file'>;

/** Clocks in milliseconds, the system's by default; prices, none by default. */
export interface Clocks {
  now?: () => number;
  monotonic?: () => number;
  lookUpPrices?: LookUpPrices;
}

/** The folder of a project, and the path of a history for it, whose folder does not exist yet. */
export interface SwarmFolder {
  root: string;
  file: string;
  /** Appends messages with these numbers to the log. */
  say: (...numbers: number[]) => void;
  /** Appends these messages to the log. */
  append: (...messages: object[]) => void;
}

function newSwarmFolder(folder: string): SwarmFolder {
  const root = mkdtempSync(join(folder, 'root-'));
  const write = (lines: string[]) => appendFileSync(join(root, LOG_NAME), lines.map((line) => `${line}\n`).join(''));
  return {
    root,
    file: join(mkdtempSync(join(folder, 'state-')), 'h', 'history.sqlite'),
    say: (...numbers) => write(numbers.map((n) => `{"n": ${n}, "content": "number ${n}"}`)),
    append: (...messages) => write(messages.map((message) => JSON.stringify(message))),
  };
}

/** A recorder as the main thread sees it: the events, and what they add up to. */
export class WatchedRecorder {
  readonly events: RecorderEvent[] = [];
  readonly recorder: Recorder;
  epoch = '';
  /** The numbers of the published messages by epoch, as streams would get them. */
  readonly published = new Map<string, string[]>();

  constructor(options: StartOptions, { now, monotonic, lookUpPrices }: Clocks) {
    const publish = (event: RecorderEvent) => this.#take(event);
    this.recorder = new Recorder({ ...RECORDER_DEFAULTS, ...options }, publish, now, monotonic, lookUpPrices);
  }

  #take(event: RecorderEvent): void {
    this.events.push(event);
    if (event.type === 'opened') {
      this.epoch = event.epoch;
      this.published.set(event.epoch, event.newest.map(numberOf));
    }
    if (event.type === 'committed') this.published.get(this.epoch)?.push(...event.messages.map(numberOf));
  }

  /** What was published of the present history. */
  get now(): string[] {
    return this.published.get(this.epoch) ?? [];
  }

  get condition() {
    const last = this.events.findLast((event) => event.type === 'condition');
    assert.ok(last?.type === 'condition');
    return last;
  }
}

/**
 * Prepares a test file: its folder is removed after the last test, and recorders that a test leaves running are closed
 * after it.
 *
 * @param prefix of the folder's name
 */
export function recorderTests(prefix: string) {
  const folder = mkdtempSync(join(tmpdir(), prefix));
  const running: WatchedRecorder[] = [];
  after(() => rmSync(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 50 }));
  afterEach(async () => {
    for (const { recorder } of running.splice(0)) await recorder.close();
  });
  return {
    folder,
    newSwarm: () => newSwarmFolder(folder),
    start(options: StartOptions, clocks: Clocks = {}): WatchedRecorder {
      const watched = new WatchedRecorder(options, clocks);
      running.push(watched);
      return watched;
    },
    /** Closes a recorder before the end of its test. */
    async stop(watched: WatchedRecorder): Promise<void> {
      running.splice(running.indexOf(watched), 1);
      await watched.recorder.close();
    },
  };
}

/** In place of `MessageFaults`: a fault fails the test. */
export const unguarded = { attempt: (_part: string, _seq: number, step: () => void) => step() };

/** @returns `seq:n` of a message */
export function numberOf({ seq, json }: KeptMessage | EncodedMessage): string {
  return `${seq}:${(JSON.parse(Buffer.from(json).toString()) as { n: number }).n}`;
}

/** Waits for a condition, up to 15 s. */
export async function until(condition: () => boolean, what: string): Promise<void> {
  for (let tries = 0; !condition(); tries++) {
    assert.ok(tries < MAX_TRIES, `timed out waiting until ${what}`);
    await wait(UNTIL_INTERVAL_MS);
  }
}
