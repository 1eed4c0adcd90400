/** One lock file: its name, its content, and warnings about it. */
import { isUtf8 } from 'node:buffer';
import { hash } from 'node:crypto';
import { isTooLongForPattern } from '../../contract/fnmatch';
import { normalizeLockPath } from '../../contract/lock-path';
import type { LockWarning } from '../../contract/schemas';
import { isNestedTooDeeply } from '../../platform/json-depth';

/** One lock as its file has it. */
export interface LockEntry {
  /** The name of the file. */
  lock_file: string;
  /** The file's fields; `locked_at` as a number if it can be read as one, a missing `reason` as an empty string. */
  fields: Record<string, unknown>;
  /** `locked_at` in milliseconds since 1970; null if it is not a time. */
  lockedAt: number | null;
  /**
   * What the swarm's tool would not have written. Without `in_future` and `uncompared`, which depend on the moment.
   */
  warnings: readonly LockWarning[];
}

/** Shared by the locks without warnings, which are most of them. */
const NO_WARNINGS: readonly LockWarning[] = [];

const TYPES = { agent_id: 'string', filepath: 'string', locked_at: 'number', reason: 'string' } as const;

const NAMES = Object.keys(TYPES) as (keyof typeof TYPES)[];
const KNOWN: ReadonlySet<string> = new Set(NAMES);

const BYTE_ORDER_MARK = '\uFEFF';

/** A number in the form of JSON, the only form that the swarm's tool writes. */
const NUMBER = /^[+-]?\d+(\.\d+)?([eE][+-]?\d+)?$/;

/**
 * Reads the bytes of a lock file, tolerantly.
 *
 * @param lockFile the name of the file
 * @returns the lock, or its fault: `empty`, `invalid JSON`, `not an object` or `nested too deeply`
 */
export function parseLock(lockFile: string, bytes: Buffer): LockEntry | { error: string } {
  if (bytes.length === 0) return { error: 'empty' };
  const warnings: LockWarning[] = [];
  const text = bytes.toString('utf8');
  if (text.startsWith(BYTE_ORDER_MARK)) warnings.push('byte_order_mark');
  if (!isUtf8(bytes)) warnings.push('invalid_utf8');
  let value: unknown;
  try {
    value = JSON.parse(text.trim());
  } catch {
    return { error: 'invalid JSON' };
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return { error: 'not an object' };
  if (isNestedTooDeeply(value, text.length)) return { error: 'nested too deeply' };
  const fields = value as Record<string, unknown>;
  warnings.push(...oddFields(fields));
  if (typeof fields.filepath === 'string') {
    if (lockFileName(fields.filepath) !== lockFile) warnings.push('name_mismatch');
    if (isTooLongForPattern(fields.filepath)) warnings.push('path_too_long');
  }
  fields.reason ??= '';
  const seconds = finiteNumber(fields.locked_at);
  if (seconds !== null) fields.locked_at = seconds;
  return {
    lock_file: lockFile,
    fields,
    lockedAt: seconds === null ? null : seconds * 1000,
    warnings: warnings.length === 0 ? NO_WARNINGS : warnings,
  };
}

/** @returns whether two entries of one file have equal content, in whatever form it was written */
export function isSameEntry(one: LockEntry, other: LockEntry): boolean {
  const entryText = ({ fields, warnings }: LockEntry) => JSON.stringify([fields, warnings]);
  return entryText(one) === entryText(other);
}

function oddFields(fields: Readonly<Record<string, unknown>>): LockWarning[] {
  const odd: LockWarning[] = [];
  if (NAMES.some((name) => !Object.hasOwn(fields, name))) odd.push('missing_field');
  if (Object.keys(fields).some((name) => !KNOWN.has(name))) odd.push('unknown_field');
  if (NAMES.some((name) => Object.hasOwn(fields, name) && typeof fields[name] !== TYPES[name])) odd.push('wrong_type');
  return odd;
}

function finiteNumber(value: unknown): number | null {
  const number = typeof value === 'string' && NUMBER.test(value.trim()) ? Number(value) : value;
  return typeof number === 'number' && Number.isFinite(number) ? number : null;
}

/** @returns the name of the file that locks a path: the SHA-256 of its normalised form, `.lock` */
export function lockFileName(filepath: string): string {
  return `${hash('sha256', normalizeLockPath(filepath))}.lock`;
}

/** Orders locks by the name of their file. */
export function byLockFile(a: Pick<LockEntry, 'lock_file'>, b: Pick<LockEntry, 'lock_file'>): number {
  return a.lock_file < b.lock_file ? -1 : a.lock_file > b.lock_file ? 1 : 0;
}
