/** How each source of a swarm stands, and since when: as its reader says, or the worker that reads it. */
import { formatInstant } from '../contract/instant';
import type { Source, Sources, ZoneSource } from '../contract/schemas';
import { log } from '../platform/log';
import type { HistoryCondition, LogCondition } from '../recorder/events';
import type { ResolvedZone } from '../sources/claudeswarm/time-zone';
import type { SwarmWatcher } from '../sources/claudeswarm/watcher';
import type { ZoneMismatch } from '../sources/claudeswarm/zone-mismatch';
import type { ReaderStatus } from '../sources/source-status';

interface Readers {
  registry: { status: ReaderStatus };
  locks: { status: ReaderStatus };
  watcher: SwarmWatcher;
  config: { status: ReaderStatus };
  /** In which naive times of the log are read. */
  zone: Pick<ResolvedZone, 'zone' | 'notice'>;
}

export class SwarmSources {
  log: LogCondition = UNREAD_LOG;
  history: HistoryCondition = UNOPENED_HISTORY;
  zoneMismatch: ZoneMismatch | null = null;
  readonly #readers: Readers;
  /** What failed inside, by its place; each is a sentence. */
  readonly #faults = new Map<string, string>();
  readonly #since = new Map<string, { condition: string; since: number }>();

  constructor(readers: Readers) {
    this.#readers = readers;
  }

  /**
   * Notes what failed inside.
   *
   * @param detail a sentence, or null where it works again
   * @param error what was thrown, if anything: the log tells of it without the words, which may be the swarm's
   * @returns whether that is new
   */
  fault(place: string, detail: string | null, error?: unknown): boolean {
    if (detail === (this.#faults.get(place) ?? null)) return false;
    if (detail === null) this.#faults.delete(place);
    else this.#faults.set(place, detail);
    if (detail === null) log().info({ place }, 'Works again inside.');
    else log().error({ place, error }, 'A fault inside.');
    return true;
  }

  failed(place: string): boolean {
    return this.#faults.has(place);
  }

  now(): Sources {
    const { registry, locks, watcher, config } = this.#readers;
    const inside = [...this.#faults.values()].join(' ') || null;
    const history = inside ? { ...this.history, state: 'degraded' as const, reason: inside } : this.history;
    return {
      registry: asSource(registry.status),
      locks: asSource(locks.status),
      log: { ...this.log, since: this.#stateSince('log', this.log) },
      history: { ...history, since: this.#stateSince('history', history) },
      watcher: { ...asSource(watcher.status), mode: watcher.status.mode },
      config: asSource(config.status),
      zone: this.#zone(),
    };
  }

  #zone(): ZoneSource {
    const { zone, notice } = this.#readers.zone;
    // What arrives is the stronger evidence: it says which zone would fit.
    const reason = this.zoneMismatch?.reason ?? notice;
    const state = reason === null ? ('ok' as const) : ('degraded' as const);
    const known = { state, reason, kept_from: null, skipped: [] };
    const suggested = this.zoneMismatch?.suggested ?? null;
    return { ...known, since: this.#stateSince('zone', known), zone, suggested };
  }

  /** The workers say how a source is; since when is kept here. */
  #stateSince(name: string, { state, reason }: Pick<Source, 'state' | 'reason'>): string {
    const condition = `${state} ${reason}`;
    const known = this.#since.get(name);
    const since = known?.condition === condition ? known.since : Date.now();
    this.#since.set(name, { condition, since });
    return formatInstant(since);
  }
}

function asSource({ state, reason, since, keptFrom, skipped }: ReaderStatus): Source {
  const kept_from = keptFrom === null ? null : formatInstant(keptFrom);
  return { state, reason, since: formatInstant(since), kept_from, skipped };
}

const UNREAD_LOG: LogCondition = {
  state: 'missing',
  reason: 'The log has not been read yet.',
  kept_from: null,
  skipped: [],
  gaps: 0,
  losses: [],
  unterminated_tail: null,
  backlog: null,
};

const UNOPENED_HISTORY: HistoryCondition = {
  state: 'missing',
  reason: 'The history is being opened.',
  kept_from: null,
  skipped: [],
  mode: 'memory',
  role: 'follower',
};
