/**
 * Reads `PENDING_ACKS.json` in other folders: the swarm's tool writes it in the folder where it runs, which is an
 * agent's working folder. These folders are read from `/proc`, where it exists and this user may see them.
 */
import { existsSync, readdirSync, readFileSync, readlinkSync, realpathSync } from 'node:fs';
import { isAbsolute, join } from 'node:path';
import type { ReaderStatus } from '../source-status';
import { PENDING_ACKS_FILE, type PendingAck, PendingAcksReader } from './pending-acks';

const MAX_PIDS = 100;
const MAX_FOLDERS = 20;
const MAX_DEPTH = 4;
const FOLDERS_INTERVAL_MS = 5000;

interface Options {
  /** The swarm's root, whose own file has a reader of its own. */
  root: string;
  /** IANA zone of naive times; the process's own if null. */
  zone: string | null;
  /** The pids that the registry lists. */
  pids: () => Iterable<number>;
  /** Milliseconds since 1970. */
  now?: () => number;
}

export class PendingAcksPlaces {
  readonly #options: Options;
  readonly #now: () => number;
  readonly #readers = new Map<string, PendingAcksReader>();
  #refreshedAt = Number.NEGATIVE_INFINITY;

  constructor(options: Options) {
    this.#options = options;
    this.#now = options.now ?? Date.now;
  }

  /** The entries of all these files, each with its folder. */
  get acks(): PendingAck[] {
    return [...this.#readers].flatMap(([folder, { acks }]) => acks.map((ack) => ({ ...ack, folder })));
  }

  /** These files, by their folders. */
  get readers(): ReadonlyMap<string, PendingAcksReader> {
    return this.#readers;
  }

  /** The status of files that are not entirely usable, by their paths. */
  get faults(): Record<string, ReaderStatus> {
    const found = [...this.#readers].filter(
      ([
        ,
        {
          status: { state },
        },
      ]) => state === 'unreadable' || state === 'degraded',
    );
    return Object.fromEntries(found.map(([folder, { status }]) => [join(folder, PENDING_ACKS_FILE), status]));
  }

  /**
   * Reads the files that changed. The folders are determined once in 5 seconds.
   *
   * @returns whether an entry may have changed
   */
  refresh(): boolean {
    return [...this.refreshSteps()].includes(true);
  }

  /** Does the same file by file, so that the caller can do other work in between. */
  *refreshSteps(): Generator<boolean> {
    yield this.#findFolders();
    for (const reader of [...this.#readers.values()]) yield reader.refresh();
  }

  #findFolders(): boolean {
    const now = this.#now();
    if (Math.abs(now - this.#refreshedAt) < FOLDERS_INTERVAL_MS) return false;
    this.#refreshedAt = now;
    const { root, zone, pids } = this.#options;
    const folders = workingFolders(pids(), root);
    let changed = false;
    for (const folder of this.#readers.keys()) {
      if (folders.has(folder)) continue;
      // An agent that changed its folder still waits for the entries of its old file; a file without entries is
      // dropped.
      if (this.#readers.size <= MAX_FOLDERS && existsSync(join(folder, PENDING_ACKS_FILE))) continue;
      changed = this.#readers.delete(folder) || changed;
    }
    for (const folder of folders) {
      if (this.#readers.has(folder) || this.#readers.size >= MAX_FOLDERS) continue;
      if (existsSync(join(folder, PENDING_ACKS_FILE))) this.#readers.set(folder, new PendingAcksReader(folder, zone));
    }
    return changed;
  }
}

/**
 * @returns the entries of the root's file, then those of the others; of each message and recipient only the first
 */
export function mergeAcks(own: readonly PendingAck[], others: readonly PendingAck[]): readonly PendingAck[] {
  if (others.length === 0) return own;
  const merged = new Map<string, PendingAck>();
  for (const ack of [...own, ...others]) {
    const key = JSON.stringify([ack.msgId, ack.recipient]);
    if (!merged.has(key)) merged.set(key, ack);
  }
  return [...merged.values()];
}

/** @returns the working folders of up to 100 processes, the listed ones and those below them, without the root */
function workingFolders(pids: Iterable<number>, root: string): Set<string> {
  const visited = new Set<number>();
  let level = [...new Set(pids)].filter((pid) => Number.isInteger(pid) && pid > 0).slice(0, MAX_PIDS);
  const folders = new Set<string>();
  for (let depth = 0; depth < MAX_DEPTH && level.length > 0; depth++) {
    for (const pid of level) {
      visited.add(pid);
      const folder = workingFolder(pid);
      if (folder !== null) folders.add(folder);
    }
    const children = [...new Set(level.flatMap(openChildren))].filter((pid) => !visited.has(pid));
    level = children.slice(0, Math.max(0, MAX_PIDS - visited.size));
  }
  folders.delete(realPath(root));
  return folders;
}

/** @returns null where the process is gone or another user's */
function workingFolder(pid: number): string | null {
  try {
    const folder = readlinkSync(`/proc/${pid}/cwd`);
    return isAbsolute(folder) ? folder : null;
  } catch {
    return null;
  }
}

function openChildren(pid: number): number[] {
  try {
    return readdirSync(`/proc/${pid}/task`).flatMap((thread) =>
      (readFileSync(`/proc/${pid}/task/${thread}/children`, 'utf8').match(/\d+/g) ?? []).map(Number),
    );
  } catch {
    return []; // The process ended meanwhile, or this kernel keeps no list of children
  }
}

function realPath(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    return path;
  }
}
