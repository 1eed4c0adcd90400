/** Commands about locks: acquire or refresh, release, release by force, and clean up. */
import { UNKNOWN } from '../contract/action-record';
import { normalizeLockPath } from '../contract/lock-path';
import {
  type AcquireLockAnswer,
  type AcquireLockBody,
  type CleanUpLocksAnswer,
  type CleanUpLocksBody,
  MAX_CLEANED_LOCKS,
  type ReleaseLockAnswer,
  type ReleaseLockBody,
} from '../contract/lock-requests';
import type { Lock } from '../contract/schemas';
import { describeFileError } from '../platform/read-file';
import { runInTurns } from '../platform/turns';
import { type LockEntry, lockFileName } from '../sources/claudeswarm/lock-entry';
import type { LockReading } from '../sources/claudeswarm/lock-files';
import type { Acquired, LockWriter, Released } from '../sources/claudeswarm/lock-writer';
import { faultOfPath } from '../sources/claudeswarm/lockable-path';
import { type Action, ActionRefused, ActionUnclear, type Done } from './action';
import { conflictSentence, heldSentence, quoted } from './lock-words';

/** The largest number of locks that a refusal lists. */
const MAX_CONFLICTS = 20;
/** Commands of one swarm wait for each other; more than this are refused. */
const MAX_WAITING = 100;

interface LockActionOptions {
  /** The swarm's root, absolute, symbolic links resolved. */
  root: string;
  writer: Pick<LockWriter, 'acquire' | 'release' | 'removeSeen' | 'findStale' | 'removeAll'>;
  /** The swarm's own timeout of locks. */
  staleSeconds: () => number;
  /** Reads lock files again and publishes the change. */
  publish: (lockFiles: ReadonlySet<string>) => Promise<void>;
  /** Describes a lock as `GET /api/locks` does. */
  describe: (entry: LockEntry) => Lock;
}

export interface LockActions {
  readonly acquire: Action<AcquireLockBody, AcquireLockAnswer>;
  readonly release: Action<ReleaseLockBody, ReleaseLockAnswer>;
  readonly cleanUp: Action<CleanUpLocksBody, CleanUpLocksAnswer>;
}

/** @returns the commands about the locks of one swarm; each waits for those before it */
export function lockActions(options: LockActionOptions): LockActions {
  const commands = new LockCommands(options);
  return {
    acquire: {
      name: 'acquire_lock',
      group: 'locks',
      outcomes: ['acquired', 'refreshed', UNKNOWN],
      subject: (body) => ({ target: body.filepath, agentId: body.agent_id, request: body }),
      run: (body) => commands.acquire(body),
    },
    release: {
      name: 'release_lock',
      group: 'locks',
      outcomes: ['released', 'released_by_force', 'not_held', UNKNOWN],
      subject: (body) =>
        body.force === true
          ? { target: body.lock_file, agentId: holderOf(body.expected?.agent_id), request: body }
          : { target: body.filepath, agentId: body.agent_id, request: body },
      run: (body) => (body.force === true ? commands.releaseByForce(body) : commands.releaseOwn(body)),
    },
    cleanUp: {
      name: 'clean_up_locks',
      group: 'locks',
      outcomes: ['listed', 'cleaned_up', UNKNOWN],
      subject: (body) => ({ target: null, agentId: null, request: body ?? {} }),
      run: (body) => commands.cleanUp(body?.dry_run ?? false),
    },
  };
}

class LockCommands {
  readonly #options: LockActionOptions;
  #last: Promise<unknown> = Promise.resolve();
  #waiting = 0;

  constructor(options: LockActionOptions) {
    this.#options = options;
  }

  async acquire(body: AcquireLockBody): Promise<Done<AcquireLockAnswer>> {
    await this.#checkPath(body.filepath);
    const { agent_id: agentId, reason } = body;
    const filepath = normalizeLockPath(body.filepath);
    const staleSeconds = body.timeout_seconds ?? this.#options.staleSeconds();
    const request = { agentId, filepath, reason, staleSeconds };
    const name = lockFileName(filepath);
    const acquired = await this.#inTurn(() => this.#options.writer.acquire(request), [name]);
    if (acquired.outcome === 'conflict' || acquired.outcome === 'contended') throw this.#refusal(acquired, filepath);
    await this.#publish(acquired.replaced.map(({ lock_file }) => lock_file));
    const { outcome, entry } = acquired;
    const replaced = acquired.replaced.map((one) => this.#options.describe(one));
    const detail = replaced.length === 0 ? null : `Took over ${replaced.map(heldSentence).join(', ')}.`;
    const answer = { lock: this.#options.describe(entry), outcome, replaced };
    return { status: outcome === 'acquired' ? 201 : 200, answer, outcome, detail };
  }

  async releaseOwn(body: Extract<ReleaseLockBody, { agent_id: string }>): Promise<Done<ReleaseLockAnswer>> {
    await this.#checkPath(body.filepath);
    const { agent_id: agentId, filepath } = body;
    const name = lockFileName(filepath);
    const released = await this.#inTurn(() => this.#options.writer.release(agentId, filepath), [name]);
    if (released.outcome !== 'held_by_other') return done(released.outcome, released.outcome);
    const { found, lost } = released;
    const path = quoted(normalizeLockPath(filepath));
    const detail =
      found.kind === 'lock'
        ? `${path} is held by ${quoted(found.entry.fields.agent_id)}, not by ${quoted(agentId)}; release it by force with its lock_file and what it has now.`
        : `The lock file of ${path} can't be read (${faultOf(found)}), so nobody knows who holds it; release it by force with \`expected: null\`.`;
    const more = { ...this.#present(found), lock_file: name };
    throw new ActionRefused('lock_held_by_other', `${detail}${lost ? ` ${LOST}` : ''}`, more);
  }

  async releaseByForce(body: Extract<ReleaseLockBody, { force: true }>): Promise<Done<ReleaseLockAnswer>> {
    const { lock_file: name, expected } = body;
    const released = await this.#inTurn(() => this.#options.writer.removeSeen(name, expected), [name]);
    if (released.outcome === 'held_by_other') throw this.#changed(name, released);
    const { outcome } = released;
    return done(outcome, outcome === 'released' ? 'released_by_force' : outcome);
  }

  async cleanUp(dryRun: boolean): Promise<Done<CleanUpLocksAnswer>> {
    const { writer, staleSeconds } = this.#options;
    const { stale, locks, removed, kept } = await this.#inTurn(async () => {
      const stale = await writer.findStale(staleSeconds());
      // Described before they are removed: the published locks are compared already.
      const locks = await this.#describeAll(stale);
      return { stale, locks, ...(dryRun ? { removed: 0, kept: [] } : await writer.removeAll(stale)) };
    }, []);
    if (!dryRun) await this.#publish(stale.map(({ lock_file }) => lock_file));
    const answer = { dry_run: dryRun, locks, count: stale.length, kept: await this.#describeAll(kept) };
    const detail = dryRun ? `Found ${stale.length} past the timeout.` : `Removed ${removed} past the timeout.`;
    return { answer, outcome: dryRun ? 'listed' : 'cleaned_up', detail };
  }

  async #describeAll(entries: readonly LockEntry[]): Promise<Lock[]> {
    const { describe } = this.#options;
    const locks: Lock[] = [];
    const steps = function* () {
      for (const entry of entries.slice(0, MAX_CLEANED_LOCKS)) yield locks.push(describe(entry));
    };
    await runInTurns(steps());
    return locks;
  }

  /** @throws {ActionRefused} if the swarm's tool refuses the path */
  async #checkPath(filepath: string): Promise<void> {
    const fault = await faultOfPath(this.#options.root, filepath);
    if (fault === null) return;
    const errors = [{ parameter: 'filepath', detail: fault }];
    throw new ActionRefused('invalid_parameter', `The parameter filepath ${fault}`, { errors });
  }

  /**
   * Runs a change when the changes before it have ended, and publishes the files that it is about.
   *
   * @throws {ActionUnclear} if the file system fails
   */
  async #inTurn<Result>(change: () => Promise<Result>, lockFiles: readonly string[]): Promise<Result> {
    if (this.#waiting >= MAX_WAITING) {
      throw new ActionRefused(
        'unavailable',
        `${MAX_WAITING} commands about locks wait already; try again in a moment.`,
      );
    }
    this.#waiting++;
    const result = this.#last.then(change);
    this.#last = result.catch(() => {});
    try {
      return await result;
    } catch (error) {
      const what = `Changing the locks in ${this.#options.root} failed: ${describeFileError(error)}.`;
      throw new ActionUnclear(
        'unavailable',
        `${what} It is not known whether anything was changed; GET /api/locks lists what exists now.`,
      );
    } finally {
      this.#waiting--;
      await this.#publish(lockFiles);
    }
  }

  async #publish(lockFiles: readonly string[]): Promise<void> {
    // The files say what happened: if they can't be read now, the next regular refresh publishes it.
    if (lockFiles.length > 0) await this.#options.publish(new Set(lockFiles)).catch(() => {});
  }

  #refusal(acquired: Extract<Acquired, { outcome: 'conflict' | 'contended' }>, filepath: string): ActionRefused {
    if (acquired.outcome === 'contended') {
      const detail = `The lock of ${quoted(filepath)} changed each time that it was attempted; try again in a moment.`;
      return new ActionRefused('lock_conflict', detail, { conflicts: [] });
    }
    const { conflicts, unreadable } = acquired;
    if (unreadable !== null) {
      const detail =
        `The lock file of ${quoted(filepath)} (${unreadable.lock_file}) can't be read (${unreadable.reason}), so nobody ` +
        'knows who holds it. It is never deleted by this command: release it by force with `expected: null`.';
      return new ActionRefused('lock_conflict', detail, { conflicts: [], unreadable });
    }
    const described = conflicts.slice(0, MAX_CONFLICTS).map((entry) => this.#options.describe(entry));
    const detail = conflictSentence(filepath, described, conflicts.length);
    return new ActionRefused('lock_conflict', detail, { conflicts: described, conflict_count: conflicts.length });
  }

  #changed(name: string, { found, lost }: Extract<Released, { outcome: 'held_by_other' }>): ActionRefused {
    const present = this.#present(found);
    const what =
      present.lock !== null
        ? `now it is ${heldSentence(present.lock)}. Send its agent_id and locked_at as \`expected\` to remove that.`
        : `now it can't be read (${faultOf(found)}). Send \`expected: null\` to remove it.`;
    const detail = `Nothing was removed: ${name} is not the lock that was expected; ${what}${lost ? ` ${LOST}` : ''}`;
    return new ActionRefused('lock_changed', detail, { ...present, lock_file: name });
  }

  #present(found: LockReading): { lock: Lock | null } {
    return { lock: found.kind === 'lock' ? this.#options.describe(found.entry) : null };
  }
}

/** Cannot be prevented without help of all processes: see docs/decisions/0088-lock-commands.md. */
const LOST =
  'It was replaced while this command checked it, and a third lock took its place before it could be put back: its ' +
  'holder has lost it.';

function done(outcome: ReleaseLockAnswer['outcome'], recorded: string): Done<ReleaseLockAnswer> {
  return { answer: { outcome }, outcome: recorded, detail: null };
}

function faultOf(reading: LockReading): string {
  return reading.kind === 'unreadable' ? reading.reason : 'it is gone';
}

function holderOf(agentId: unknown): string | null {
  return typeof agentId === 'string' ? agentId : null;
}
