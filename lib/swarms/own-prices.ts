/** The own prices of models from the file that CLAUDE_PRICES names; read again when it changes. */
import { ConfigError } from '../config/config';
import { SettingsFile } from '../config/watched-file';
import type { OwnPrice } from '../sources/claude-code/model-prices';
import { parsePriceFile } from '../sources/claude-code/price-file';

const CALLED = 'CLAUDE_PRICES';
/** One object: another one would be a change. */
const NO_PRICES: readonly OwnPrice[] = [];

export class OwnPrices {
  readonly #file: SettingsFile<readonly OwnPrice[]> | null;

  /** @param path absolute; null without own prices */
  constructor(path: string | null) {
    this.#file =
      path === null
        ? null
        : new SettingsFile<readonly OwnPrice[]>(path, {
            called: CALLED,
            parse: (text) => {
              const read = parsePriceFile(text, `${CALLED} ${path}`);
              if ('faults' in read) throw new ConfigError(read.faults);
              return read.prices;
            },
            initial: NO_PRICES,
            consequence: (prices) =>
              prices.length === 0
                ? 'Bundled prices are used; correct the file.'
                : 'The prices of its last valid version stay; correct the file.',
          });
  }

  get all(): readonly OwnPrice[] {
    return this.#file?.content ?? NO_PRICES;
  }

  /** The fault of the file and its consequence, sentences; null if it has none. */
  get fault(): string | null {
    return this.#file?.fault ?? null;
  }

  /**
   * Reads the file again if it has changed.
   *
   * @returns whether the prices have changed
   */
  refresh(): boolean {
    const before = this.all;
    this.#file?.refresh();
    return this.all !== before;
  }
}
