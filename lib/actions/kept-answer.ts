/** What the record keeps of how a command ended, so that the same key is answered in the same way. */
import { UNKNOWN } from '../contract/action-record';
import { type Action, ActionRefused, type Done } from './action';

/** Answers are small; a longer one is not kept. */
const MAX_ANSWER_CHARACTERS = 256 * 1024;

export type Ended =
  | { kind: 'done'; done: Done<unknown> }
  | { kind: 'refused'; code: ActionRefused['code']; detail: string; more: ActionRefused['more']; isUnclear?: true }
  | { kind: 'failed' };

/**
 * Whether an error says that a command had no effect. Checked by name, not by class: one process has several copies of
 * a module, each with its own class.
 */
export function isRefusal(error: unknown): error is ActionRefused {
  return error instanceof Error && error.name === 'ActionRefused';
}

/** @returns how a command ended, from what it threw */
export function endedBy(error: unknown): Ended {
  if (!isRefusal(error)) return { kind: 'failed' };
  const { code, message: detail, more } = error;
  return { kind: 'refused', code, detail, more, ...('isUnclear' in error && { isUnclear: true }) };
}

/** @returns what the record says of a command that threw */
export function recordedText(error: unknown): string {
  if (isRefusal(error)) return error.recorded;
  return error instanceof Error ? error.message : String(error);
}

/** @returns the outcome of a command that threw, one word */
export function outcomeOf(ended: Ended): string {
  if (ended.kind !== 'refused') return 'failed';
  return ended.isUnclear ? UNKNOWN : 'refused';
}

/** @returns JSON; null if it is too long to be kept */
export function keptAnswer(ended: Ended): string | null {
  const json = JSON.stringify(ended);
  return json.length > MAX_ANSWER_CHARACTERS ? null : json;
}

/**
 * Answers a repeated command as it was answered first.
 *
 * @param kept JSON of an `Ended`
 * @throws {ActionRefused} if the first was refused, or has failed
 */
export function repeated<Answer>({ name }: Pick<Action, 'name'>, kept: string): Done<Answer> {
  const ended = JSON.parse(kept) as Ended;
  if (ended.kind === 'done') return ended.done as Done<Answer>;
  if (ended.kind === 'refused') throw new ActionRefused(ended.code, ended.detail, ended.more);
  throw new ActionRefused(
    'internal',
    `The command ${name} failed when it was first sent with this Idempotency-Key; it was not carried out again. The log of the server says more.`,
  );
}
