/** The dashboard does not start; the message is all that a person gets to see, so it says what to do. */
export class StartError extends Error {
  override readonly name = 'StartError';
  /** @param exitCode 1: something about this computer; 2: something about the command line */
  constructor(
    message: string,
    readonly exitCode: 1 | 2 = 1,
  ) {
    super(message);
  }
}
