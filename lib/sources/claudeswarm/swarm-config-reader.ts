/** The swarm's own configuration, read again whenever its file is created, changed or removed. */
import { resolve } from 'node:path';
import { type ReaderStatus, statusAfter } from '../source-status';
import { wasThere } from './json-file';
import { findConfigFile, type ReadSwarmConfig, readSwarmConfig, type SwarmConfig } from './swarm-config';

/** A file that changed this recently may change again within one step of the file system's clock. */
const SETTLED_MS = 50;

export class SwarmConfigReader {
  readonly #folder: string;
  readonly #now: () => number;
  /** Path and signature of the file that was read last; null if there was none or it has to be read again. */
  #signature: string | null;
  #read: ReadSwarmConfig;
  #status: ReaderStatus;
  /** The content of the last usable file. */
  #good: SwarmConfig | null = null;
  #goodAt = 0;
  /** The file that was found last, and when (milliseconds since 1970). */
  #seen: { file: string; at: number } | null = null;
  #missed = false;
  /** The values at the start, which determine where the dashboard listens. */
  readonly #atStart: Pick<SwarmConfig, 'dashboardPort' | 'dashboardHost'>;

  /**
   * Reads the configuration for the first time.
   *
   * @param startFolder where the search begins
   * @param now the clock, milliseconds since 1970
   */
  constructor(startFolder: string, now: () => number = Date.now) {
    this.#folder = resolve(startFolder);
    this.#now = now;
    this.#signature = this.#find();
    this.#read = readSwarmConfig(this.#folder);
    this.#status = { ...this.#read.status, since: now() };
    this.#atStart = this.#read.config;
    this.#noteGood();
  }

  /** The configuration in force; a new object after a change. */
  get config(): SwarmConfig {
    return this.#read.config;
  }

  get status(): ReaderStatus {
    return this.#status;
  }

  /**
   * Reads the nearest file again if it has changed or another file is nearer now. Costs a few system calls for each
   * folder up to the top, so call it about once a second.
   *
   * @returns whether `status` or `config` changed
   */
  refresh(): boolean {
    const known = { status: this.#status, config: this.#read.config };
    const signature = this.#find();
    if (signature === null && this.#seen !== null && !this.#missed) {
      // Writers replace a file by a rename, and with some of them the file is missing for a moment.
      this.#missed = true;
      return false;
    }
    if (signature !== null) this.#missed = false;
    if (signature !== this.#signature) {
      this.#signature = signature;
      this.#readAgain(known.config);
    } else if (this.#status.state === 'ok') this.#noteGood();
    return this.#status !== known.status || this.#read.config !== known.config;
  }

  #readAgain(before: SwarmConfig): void {
    const read = readSwarmConfig(this.#folder, this.#good);
    this.#read = sameConfig(read.config, before) ? { ...read, config: before } : read;
    const { since: _, ...found } = read.status;
    const status = found.state === 'missing' && this.#seen ? { ...found, reason: this.#gone(this.#seen) } : found;
    const keptFrom = found.state === 'unreadable' && this.#good !== null ? this.#goodAt : null;
    this.#status = statusAfter(this.#status, this.#withRestart({ ...status, keptFrom }), this.#now());
    this.#noteGood();
  }

  #gone({ file, at }: { file: string; at: number }): string {
    return wasThere(file, at, "The defaults of the swarm's tool hold.");
  }

  /** A running listener keeps its address. */
  #withRestart(status: Omit<ReaderStatus, 'since'>): Omit<ReaderStatus, 'since'> {
    const { config, file } = this.#read;
    const changed = (['dashboardPort', 'dashboardHost'] as const).filter((key) => config[key] !== this.#atStart[key]);
    if (status.state !== 'ok' || changed.length === 0) return status;
    const names = changed.map((key) => (key === 'dashboardPort' ? 'dashboard.port' : 'dashboard.host')).join(' and ');
    const reason = `${file}: ${names} changed after the start of the dashboard; restart it to use the new value.`;
    return { ...status, state: 'degraded', reason };
  }

  #noteGood(): void {
    const { state } = this.#read.status;
    if (state === 'missing') this.#good = null;
    if (state !== 'ok' && state !== 'degraded') return;
    this.#good = this.#read.config;
    this.#goodAt = this.#now();
  }

  /** @returns path and signature of the nearest file, null if there is none */
  #find(): string | null {
    const found = findConfigFile(this.#folder);
    if (found === null) return null;
    const now = this.#now();
    this.#seen = { file: found.file, at: now };
    const isFresh = now - found.changedAt < SETTLED_MS;
    return `${found.file} ${found.signature}${isFresh ? ` at ${now}` : ''}`;
  }
}

function sameConfig(a: SwarmConfig, b: SwarmConfig): boolean {
  return (Object.keys({ ...a, ...b }) as (keyof SwarmConfig)[]).every((key) => a[key] === b[key]);
}
