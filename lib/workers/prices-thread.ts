/** Entry of the worker thread that looks up prices and ends: the memory of the price list ends with it. */
import { parentPort, workerData } from 'node:worker_threads';
import { bundledPrices } from '../sources/claude-code/bundled-prices';

const { models } = workerData as { models: readonly string[] };
parentPort?.postMessage(new Map(models.map((model) => [model, bundledPrices(model)])));
