/** A lock of the board: what is concluded from it, and its whole description where somebody asks for that. */
import type { HeldLock, Lock, LockConflict } from '../contract/schemas';
import type { LockEntry } from '../sources/claudeswarm/lock-entry';
import type { Holder } from './lock-holders';
import { acquiredAt, describeLock, isComparedAsPattern, type LockFacts, toConflicts } from './lock-status';

/** Of 50,000 locks the descriptions would take 40 MB, and few are ever shown: these take 4. */
export class LockRow implements HeldLock, LockFacts {
  readonly entry: LockEntry;
  readonly stale: boolean | null;
  readonly early: boolean;
  readonly holder: Holder;
  readonly conflicts: readonly LockEntry[];
  readonly uncompared: boolean;

  constructor(
    entry: LockEntry,
    { stale, early, holder }: Pick<LockFacts, 'stale' | 'early' | 'holder'>,
    conflicts: readonly LockEntry[],
    uncompared: boolean,
  ) {
    this.entry = entry;
    this.stale = stale;
    this.early = early;
    this.holder = holder;
    this.conflicts = conflicts;
    this.uncompared = uncompared;
  }

  get lock_file(): string {
    return this.entry.lock_file;
  }

  get agent_id(): unknown {
    return this.entry.fields.agent_id;
  }

  get filepath(): unknown {
    return this.entry.fields.filepath;
  }

  get acquired_at(): string | null {
    return acquiredAt(this.entry);
  }

  get orphaned(): boolean | null {
    return this.holder.orphaned;
  }

  get former_holder(): Lock['former_holder'] {
    return this.holder.former;
  }

  get conflicts_with(): LockConflict[] {
    return toConflicts(this.conflicts);
  }

  get pattern(): boolean {
    return isComparedAsPattern(this.entry);
  }

  /** It overlaps locks of other holders. */
  get isOverlapping(): boolean {
    return this.conflicts.length > 0;
  }

  /** It overlaps or is orphaned. */
  get isTroubled(): boolean {
    return this.conflicts.length > 0 || this.holder.orphaned === true;
  }

  /** Milliseconds since 1970; minus infinity where its file says no time. */
  get takenAt(): number {
    return this.entry.lockedAt ?? Number.NEGATIVE_INFINITY;
  }

  /** @returns the lock as the API gives it, made anew each time */
  describe(): Lock {
    return describeLock(this.entry, this);
  }
}
