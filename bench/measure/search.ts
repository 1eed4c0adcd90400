import { setTimeout as delay } from 'node:timers/promises';
import { Random } from '../../lib/simulator/random';
import { LogWriter } from '../../lib/sources/claudeswarm/writer';
import type { Server } from '../torture-server';
import { MILLION, millionKept, RARE_WORD } from './million';
import { startDashboard, untilRead } from './processes';
import { SwarmFiles } from './swarm-files';
import { type Bench, type Figure, median, quantile } from './table';
import { Viewers } from './viewers';

const ASKED = 200;
const RARE = 11;
const MARK_INTERVAL_MS = 50;

const random = new Random(9);
const agent = () => `agent-${random.integer(0, 9)}`;

/** What somebody types, each with filters or without. */
const KINDS: [name: string, query: () => string][] = [
  ['common word', () => 'q=the'],
  ['two common words', () => 'q=the%20tests'],
  ['rare word', () => `q=${RARE_WORD}`],
  ['word that nobody said', () => `q=word${random.integer(0, 1e6)}x`],
  ['common word of an agent', () => `q=the&sender=${agent()}`],
  ['common word, type and recipient', () => `q=the&type=QUESTION&recipient=${agent()}`],
  ['rare word of an agent', () => `q=${RARE_WORD}&agent=${agent()}`],
  [
    'common word before a time',
    () => `q=the&until=${new Date(Date.now() - random.integer(0, 400_000_000)).toISOString()}`,
  ],
];

async function ask(server: Server, query: () => string): Promise<number[]> {
  const times: number[] = [];
  for (let count = 0; count < ASKED; count++) {
    const begun = performance.now();
    await server.messages(`${query()}&limit=50`);
    times.push(performance.now() - begun);
  }
  return times;
}

async function run(scratch: string): Promise<Figure[]> {
  const { root, history } = await millionKept(scratch);
  const server = await startDashboard(root, history);
  const files = new SwarmFiles(root);
  const viewers = new Viewers();
  let number = 1;
  let marking: NodeJS.Timeout | undefined;
  try {
    await untilRead(server, MILLION);
    const log = new LogWriter(root, { rotateAtBytes: Number.MAX_SAFE_INTEGER });
    log.appendAll(Array.from({ length: RARE }, () => files.message(RARE_WORD)));
    log.close();
    await untilRead(server, MILLION + RARE);
    await viewers.open(server.url, 1);
    const sent = new Map<number, number>();
    marking = setInterval(() => {
      number += 1;
      sent.set(number, performance.now());
      files.appendMessages(number);
    }, MARK_INTERVAL_MS);
    const figures: Figure[] = [];
    for (const [name, query] of KINDS) {
      const times = await ask(server, query);
      figures.push(
        { name: `${name}, median`, value: median(times), unit: 'ms' },
        { name: `${name}, 99 of 100`, value: quantile(times, 0.99), unit: 'ms', atMost: 50 },
      );
    }
    clearInterval(marking);
    await viewers.all(number);
    await delay(100);
    const latencies = [...sent].flatMap(([mark, at]) => viewers.arrivals(mark).map((arrived) => arrived - at));
    figures.push({ name: 'stream meanwhile, 99 of 100', value: quantile(latencies, 0.99), unit: 'ms', atMost: 60 });
    return figures;
  } finally {
    clearInterval(marking);
    viewers.close();
    files.close();
    await server.stop('SIGKILL');
  }
}

export const search: Bench = {
  name: 'search',
  how: `Over HTTP, one after the other, ${ASKED} of each kind, while a message arrives every ${MARK_INTERVAL_MS} ms and is followed on a stream.`,
  run,
};
