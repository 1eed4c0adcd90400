/** How a command ends. */

/** The exit codes; `docs/cli.md` explains them. */
export const EXIT = {
  done: 0,
  /** The dashboard failed, or a message did not reach an agent. */
  failed: 1,
  /** The command line is wrong. */
  usage: 2,
  /** The dashboard refused the command. */
  refused: 3,
  /** No dashboard answers. */
  unreachable: 4,
  /** Sent, but not confirmed: a message is queued, or what happened is not known. */
  unconfirmed: 5,
} as const;

export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

/** A command ends without success. The message is one sentence or more for a person. */
export class CommandError extends Error {
  override readonly name = 'CommandError';
  /** @param answer the body of the answer as the dashboard sent it; null if it sent none */
  constructor(
    message: string,
    readonly exitCode: Exclude<ExitCode, 0>,
    readonly answer: string | null = null,
  ) {
    super(message);
  }
}
