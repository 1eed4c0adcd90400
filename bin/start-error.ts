/** The dashboard cannot start. The user sees only the message, so it must say what to do. */
export class StartError extends Error {
  override readonly name = 'StartError';
  /** @param exitCode 1: a problem of this computer; 2: a problem of the command line */
  constructor(
    message: string,
    readonly exitCode: 1 | 2 = 1,
  ) {
    super(message);
  }
}
