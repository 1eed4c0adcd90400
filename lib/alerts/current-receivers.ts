/** The present receivers: those of ALERT_WEBHOOKS, and those of ALERTS_FILE, which is read again when it changes. */
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
   * @throws {ConfigError} naming the variable, or the file and the place in it, and what to do, but no address and no
   *   secret
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
            consequence: () => 'The receivers of its last valid version stay.',
          });
    this.#all = this.#together();
  }

  /** The list changes only with a call of `refresh` that returns true. */
  get all(): readonly Receiver[] {
    return this.#all;
  }

  /** The fault of the file, as a sentence; null if it has none. */
  get fault(): string | null {
    return this.#file?.fault ?? null;
  }

  /**
   * Reads the file again if it has changed; a faulty or missing one changes nothing.
   *
   * @returns whether the receivers have changed
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
