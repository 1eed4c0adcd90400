/** Who is told now: the receivers of ALERT_WEBHOOKS, and those of ALERTS_FILE, which is looked at again. */
import { type Config, ConfigError, readVariable } from '../config/config';
import { SettingsFile } from '../config/watched-file';
import { parseReceivers, type Receiver, webhookReceivers } from './receivers';
import { secretFault } from './signature';

export class CurrentReceivers {
  readonly #webhooks: readonly Receiver[];
  readonly #file: SettingsFile<readonly Receiver[]> | null;
  #all: readonly Receiver[];

  /**
   * @param variable gives the value of an environment variable that the file names, null if it is not set
   * @throws {ConfigError} naming the variable, or the file and the place in it, and what to do, but no address and no secret
   */
  constructor(
    { alertWebhooks, alertsFile, alertSecret }: Pick<Config, 'alertWebhooks' | 'alertsFile' | 'alertSecret'>,
    variable: (name: string) => string | null = readVariable,
  ) {
    const fault = secretFault(alertSecret);
    if (fault !== null) throw new ConfigError([`The environment variable ALERT_SECRET ${fault}; correct or unset it.`]);
    this.#webhooks = webhookReceivers(alertWebhooks, alertSecret);
    this.#file =
      alertsFile === null
        ? null
        : new SettingsFile(alertsFile, {
            called: 'ALERTS_FILE',
            parse: (text) => parseReceivers(text, { file: alertsFile, alertSecret, variable }),
            consequence: () => 'Whoever it named before is told as before.',
          });
    this.#all = this.#together();
  }

  /** Another list only after a look that returned true. */
  get all(): readonly Receiver[] {
    return this.#all;
  }

  /** What is wrong with the file, as a sentence; null if nothing is. */
  get fault(): string | null {
    return this.#file?.fault ?? null;
  }

  /**
   * Reads the file if it is not as the last look left it; one that is faulty or gone changes nothing.
   *
   * @returns whether others are told now, or the same ones in another way
   */
  refresh(): boolean {
    if (!this.#file) return false;
    const before = this.#file.content;
    this.#file.refresh();
    if (this.#file.content === before) return false;
    this.#all = this.#together();
    return true;
  }

  #together(): readonly Receiver[] {
    return [...this.#webhooks, ...(this.#file?.content ?? [])];
  }
}
