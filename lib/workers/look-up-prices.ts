/** Looks up the prices of models in a thread of its own. */
import { Worker } from 'node:worker_threads';
import type { PricesByModel } from '../sources/claude-code/model-prices';

const LOOK_UP_TIMEOUT_MS = 10_000;
const resourceLimits = { maxYoungGenerationSizeMb: 12, maxOldGenerationSizeMb: 256 };

/**
 * @param models names of models, as the API's answers have them
 * @returns the prices of each; null for a model without a known price
 * @throws if the list of prices can't be loaded
 */
export function lookUpPrices(models: readonly string[]): Promise<PricesByModel> {
  return new Promise((resolve, reject) => {
    // The bundler adds fields to the data of a worker, so that must be an object.
    const workerData = { models };
    const worker = new Worker(new URL('./prices-thread.ts', import.meta.url), { workerData, resourceLimits });
    const timer = setTimeout(() => end(new Error('no answer within 10 s')), LOOK_UP_TIMEOUT_MS);
    const end = (error: Error) => {
      clearTimeout(timer);
      reject(error);
      void worker.terminate();
    };
    worker.once('message', (prices: PricesByModel) => {
      clearTimeout(timer);
      resolve(prices);
      void worker.terminate();
    });
    worker.once('error', end);
    worker.once('exit', () => end(new Error('the thread ended')));
  });
}
