/** Starts the entry of a worker thread from its source: Node does not load TypeScript as the entry of a worker. */
import { Worker, type WorkerOptions } from 'node:worker_threads';

const START = `
  const { workerData } = require('node:worker_threads');
  const { data, entry } = workerData;
  require('node:worker_threads').workerData = data;
  import('tsx/esm/api').then(({ register }) => {
    register();
    return import(entry);
  });`;

/** @param entry the URL of the module that would be the entry */
export function sourceWorker(entry: URL, { workerData, ...options }: WorkerOptions): Worker {
  return new Worker(START, {
    ...options,
    eval: true,
    execArgv: [],
    workerData: { data: workerData, entry: entry.href },
  });
}
