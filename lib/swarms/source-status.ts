/**
 * The state of each source of a swarm and since when it is so, as its reader reports it or the worker that reads it.
 */
import { formatInstant } from '../contract/instant';
import type { Source, Sources, ZoneSource } from '../contract/schemas';
import { log } from '../platform/log';
import type { HistoryCondition, LogCondition } from '../recorder/events';
import type { ResolvedZone } from '../sources/claudeswarm/time-zone';
import type { SwarmWatcher } from '../sources/claudeswarm/watcher';
import type { ZoneMismatch } from '../sources/claudeswarm/zone-mismatch';
import type { ReaderStatus } from '../sources/source-status';
import type { HookEvents } from './hook-events';

interface Readers {
  registry: { status: ReaderStatus };
  locks: { status: ReaderStatus };
  watcher: SwarmWatcher;
  config: { status: ReaderStatus };
  /** The zone in which naive times of the log are read. */
  zone: Pick<ResolvedZone, 'zone' | 'notice'>;
  /** The files of Claude Code; absent where nothing reads them. */
  claudeCode?: { status: ReaderStatus };
  hooks: Pick<HookEvents, 'firstAt'>;
}

export class SwarmSources {
  log: LogCondition = UNREAD_LOG;
  history: HistoryCondition = UNOPENED_HISTORY;
  zoneMismatch: ZoneMismatch | null = null;
  readonly #readers: Readers;
  readonly #createdAt = Date.now();
  /** Internal faults by place, each a sentence. */
  readonly #faults = new Map<string, string>();
  readonly #since = new Map<string, { condition: string; since: number }>();

  constructor(readers: Readers) {
    this.#readers = readers;
  }

  /**
   * Notes an internal fault.
   *
   * @param detail a sentence, or null once it works again
   * @param error what was thrown, if anything: the log leaves out its message, which may contain content of the swarm
   * @returns whether that is new
   */
  fault(place: string, detail: string | null, error?: unknown): boolean {
    if (detail === (this.#faults.get(place) ?? null)) return false;
    if (detail === null) this.#faults.delete(place);
    else this.#faults.set(place, detail);
    if (detail === null) log().info({ place }, 'Recovered.');
    else log().error({ place, error }, 'Internal fault.');
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
      claude_code: this.#claudeCode(),
      hooks: this.#hooks(),
    };
  }

  #claudeCode(): Source {
    const { claudeCode } = this.#readers;
    if (claudeCode) return asSource(claudeCode.status);
    return { ...UNREAD_CLAUDE_CODE, since: this.#stateSince('claude_code', UNREAD_CLAUDE_CODE) };
  }

  #zone(): ZoneSource {
    const { zone, notice } = this.#readers.zone;
    // The times of arriving messages are the stronger evidence: they say which zone would fit.
    const reason = this.zoneMismatch?.reason ?? notice;
    const state = reason === null ? ('ok' as const) : ('degraded' as const);
    const known = { state, reason, kept_from: null, skipped: [] };
    const suggested = this.zoneMismatch?.suggested ?? null;
    return { ...known, since: this.#stateSince('zone', known), zone, suggested };
  }

  #hooks(): Source {
    const { firstAt } = this.#readers.hooks;
    const found = { kept_from: null, skipped: [] };
    if (firstAt !== null) return { ...found, state: 'ok', reason: null, since: formatInstant(firstAt) };
    return { ...found, state: 'missing', reason: NO_HOOKS, since: formatInstant(this.#createdAt) };
  }

  /** Workers report only the state of a source; the instant of its last change is kept here. */
  #stateSince(name: string, { state, reason }: Pick<Source, 'state' | 'reason'>): string {
    const condition = `${state} ${reason}`;
    const known = this.#since.get(name);
    const since = known?.condition === condition ? known.since : Date.now();
    this.#since.set(name, { condition, since });
    return formatInstant(since);
  }
}

/** @returns the state of a source as the API shows it */
export function asSource({ state, reason, since, keptFrom, skipped }: ReaderStatus): Source {
  const kept_from = keptFrom === null ? null : formatInstant(keptFrom);
  return { state, reason, since: formatInstant(since), kept_from, skipped };
}

const NO_HOOKS =
  'No hook of Claude Code has reported an event since the dashboard started, so only files are used. To hear of prompts ' +
  'and ends of turns at once, run "claude-swarm-dashboard hooks install".';

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

const UNREAD_CLAUDE_CODE = {
  state: 'missing' as const,
  reason: "Claude Code's own files are not read.",
  kept_from: null,
  skipped: [],
};

const UNOPENED_HISTORY: HistoryCondition = {
  state: 'missing',
  reason: 'The history is being opened.',
  kept_from: null,
  skipped: [],
  mode: 'memory',
  role: 'follower',
};
