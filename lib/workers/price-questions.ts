/** The recorder thread's questions for prices, which the main thread answers. */
import type { LookUpPrices } from '../recorder/usage-feed';
import type { PricesByModel } from '../sources/claude-code/model-prices';

export class PriceQuestions {
  readonly #post: (models: readonly string[]) => void;
  #settle: ((prices: { found: PricesByModel | null; detail: string }) => void) | null = null;

  /** @param post sends the question */
  constructor(post: (models: readonly string[]) => void) {
    this.#post = post;
  }

  /** Asks one question; the next one may follow its answer. */
  readonly ask: LookUpPrices = (models) =>
    new Promise((resolve, reject) => {
      this.#settle = ({ found, detail }) => (found === null ? reject(new Error(detail)) : resolve(found));
      this.#post(models);
    });

  /** Takes the answer. */
  answer(prices: { found: PricesByModel | null; detail: string }): void {
    this.#settle?.(prices);
    this.#settle = null;
  }
}
