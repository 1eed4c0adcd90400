// @ts-check
/**
 * Loaded into the server with `--import` (and `--expose-gc`): at SIGUSR2 it collects garbage and appends one line of
 * JSON to the file PROBE_FILE: what the process holds.
 */
import { appendFileSync, readdirSync } from 'node:fs';
import { setImmediate as turn } from 'node:timers/promises';
import { isMainThread } from 'node:worker_threads';

const file = process.env.PROBE_FILE;

async function probe() {
  // What a first pass finalizes, a second one frees.
  for (let pass = 0; pass < 3; pass++) {
    globalThis.gc?.();
    await turn();
  }
  const { heapUsed, external, rss } = process.memoryUsage();
  /** @type {Record<string, number>} */
  const resources = {};
  for (const kind of process.getActiveResourcesInfo()) resources[kind] = (resources[kind] ?? 0) + 1;
  const listeners = process.eventNames().reduce((sum, name) => sum + process.listenerCount(name), 0);
  const descriptors = readdirSync('/proc/self/fd').length;
  appendFileSync(String(file), `${JSON.stringify({ heapUsed, external, rss, resources, listeners, descriptors })}\n`);
}

if (isMainThread && file) process.on('SIGUSR2', () => void probe());
