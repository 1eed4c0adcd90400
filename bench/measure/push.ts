import { setTimeout as delay } from 'node:timers/promises';
import { type Bench, type Figure, median, quantile } from './table';
import { besideBare, type ViewedSwarm } from './viewed-swarm';
import { mark, type Viewers } from './viewers';

const VIEWERS = 100;
const CHANGES = 60;
const CHANGE_INTERVAL_MS = 100;
const WARM_UP = 5;

/** @returns the delays of every viewer for each change, in milliseconds */
async function delays(viewers: Viewers, first: number, change: (number: number) => void): Promise<number[]> {
  const found: number[] = [];
  for (let number = first; number < first + CHANGES + WARM_UP; number++) {
    const begun = performance.now();
    change(number);
    if (!(await viewers.all(number))) throw new Error(`Not everyone got change ${number}.`);
    if (number >= first + WARM_UP) found.push(...viewers.arrivals(number).map((at) => at - begun));
    await delay(CHANGE_INTERVAL_MS);
  }
  return found;
}

async function measure({ files, server, viewers, bare, others }: ViewedSwarm): Promise<Figure[]> {
  await viewers.open(server.url, VIEWERS);
  await others.open(bare.url, VIEWERS);
  const limit = await delays(others, 0, (number) => bare.broadcast(JSON.stringify({ mark: mark(number) })));
  const messages = await delays(viewers, 1000, (number) => files.appendMessages(number));
  const locks = await delays(viewers, 2000, (number) => files.acquireLock(number));
  const registry = await delays(viewers, 3000, (number) => files.writeRegistry(number));
  const both = (name: string, found: number[], middle: number): Figure[] => [
    { name: `${name}, median`, value: median(found), unit: 'ms', atMost: middle, baseline: median(limit) },
    {
      name: `${name}, 99 of 100`,
      value: quantile(found, 0.99),
      unit: 'ms',
      atMost: 60,
      baseline: quantile(limit, 0.99),
    },
  ];
  return [...both('message', messages, 10), ...both('lock', locks, 25), ...both('registry', registry, 10)];
}

export const push: Bench = {
  name: 'push',
  how: `From the change of a file to the event at each of ${VIEWERS} viewers, ${CHANGES} changes of each kind. Baseline: from a write to the standard input of a bare node:http server to the event.`,
  run: (scratch) => besideBare(scratch, 'push', measure),
};
