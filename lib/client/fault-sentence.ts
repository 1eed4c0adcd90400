/** What is said of a command that did not succeed. */
import type { CommandAnswer } from './send-command';

/** A command that was refused, or whose answer never came. */
export type CommandFault = Pick<Extract<CommandAnswer<unknown>, { ok: false }>, 'status' | 'problem'>;

/**
 * @param nothing the sentence that nothing happened, which only a refusal proves
 * @returns why a command failed
 */
export function faultSentence({ status, problem }: CommandFault, nothing: string): string {
  return status >= 400 && status < 500 ? `${nothing} ${problem.detail}` : problem.detail;
}
