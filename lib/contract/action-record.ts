/**
 * One command as the runner of commands and the history exchange it. Everything here survives structured cloning. The
 * API shows it as `ActionEntry`.
 */

/** Times are milliseconds since 1970. */
export interface ActionRecord {
  /** A random name of this one execution, by which its end finds its beginning. */
  run: string;
  at: number;
  /** When its outcome was known; null before. */
  endedAt: number | null;
  /** The name that came with the credentials; '' if there was none. */
  principal: string;
  client: string;
  action: string;
  target: string | null;
  agentId: string | null;
  /** JSON. */
  request: string;
  outcome: string;
  detail: string | null;
  /** The Idempotency-Key, unique for each principal; null if there is none, or if it may be used again. */
  key: string | null;
  /** A hash of the command and its body, which a repeated key is compared with; null without a key. */
  fingerprint: string | null;
  /** What a repeated key is answered with, as JSON; null without a key, before the end, or if it is too long to keep. */
  answer: string | null;
}

/** `start` writes the record before the effect; `end` completes it, or adds it if it is not there. */
export type ActionStep = 'start' | 'end';

/** The earlier command of a principal with the same key. */
export type KnownAction = Pick<ActionRecord, 'outcome' | 'fingerprint' | 'answer' | 'at'>;

/** The outcome before the end. */
export const STARTED = 'started';
/** The outcome of a command whose process ended before it was recorded. */
export const UNKNOWN = 'unknown';
/** For so long a key is kept at least. */
export const KEY_KEPT_MS = 24 * 3_600_000;
