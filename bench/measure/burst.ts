import { setTimeout as delay } from 'node:timers/promises';
import { residentMb } from './processes';
import type { Bench, Figure } from './table';
import { besideBare, type ViewedSwarm } from './viewed-swarm';
import { mark } from './viewers';

const VIEWERS = 100;
const MESSAGES = 10_000;
const SETTLE_MS = 5000;
/** What a process of Node takes and gives back without anything being kept. */
const MAX_RETAINED_MB = 40;

async function measure({ files, server, viewers, bare, others }: ViewedSwarm): Promise<Figure[]> {
  await others.open(bare.url, VIEWERS);
  // As many messages in an event as the dashboard puts into one.
  const perEvent = 500;
  const lines = Array.from({ length: perEvent - 1 }, () => JSON.stringify(files.message('')));
  const events = Array.from({ length: MESSAGES / perEvent }, (_, index) => {
    const text = index === MESSAGES / perEvent - 1 ? mark(1) : '';
    return `{"messages":[${[...lines, JSON.stringify(files.message(text))].join(',')}]}`;
  });
  let begun = performance.now();
  for (const event of events) bare.broadcast(event);
  if (!(await others.all(1))) throw new Error('Not everyone got the burst of the bare server.');
  const limit = performance.now() - begun;
  others.close();

  await viewers.open(server.url, VIEWERS);
  // A first burst brings it to its usual size.
  files.appendMessages(1, MESSAGES);
  if (!(await viewers.all(1))) throw new Error('Not everyone got the first burst.');
  await delay(SETTLE_MS);
  const before = residentMb(server.pid as number);
  begun = performance.now();
  files.appendMessages(2, MESSAGES);
  if (!(await viewers.all(2))) throw new Error('Not everyone got the burst.');
  const took = performance.now() - begun;
  const peak = residentMb(server.pid as number);
  await delay(SETTLE_MS);
  const after = residentMb(server.pid as number);
  return [
    { name: `${MESSAGES} messages at ${VIEWERS} streams`, value: took, unit: 'ms', atMost: 2000, baseline: limit },
    { name: 'memory when the last has come', value: peak - before, unit: 'MB more' },
    { name: 'memory five seconds later', value: after - before, unit: 'MB more', atMost: MAX_RETAINED_MB },
  ];
}

export const burst: Bench = {
  name: 'burst',
  how: 'Messages written at once, until the last has come to everyone; resident memory before, then, and after five seconds. That each came once and in order is what the torture counts. Baseline: a bare node:http server that broadcasts as many bytes.',
  run: (scratch) => besideBare(scratch, 'burst', measure),
};
