import autocannon, { type Result } from 'autocannon';
import type { Server } from '../torture-server';
import { fewKept, MILLION, millionKept } from './million';
import { BareNext, startDashboard, untilRead } from './processes';
import { SwarmFiles } from './swarm-files';
import { type Bench, type Figure, median, quantile } from './table';

const CLIENTS = 8;
const SECONDS = 1;
const ROUNDS = 3;
const FEW = 1000;
const LOCKS = 5;
const PLACES = ['/api/agents', '/api/locks', '/api/messages?limit=50', '/api/stats'];

const SIDES = ['bare', 'few', 'many'] as const;
type Side = (typeof SIDES)[number];

interface Load {
  perSecond: number;
  /** Duration of each request, in milliseconds. */
  delays: number[];
}

async function ask(url: string): Promise<Load> {
  const delays: number[] = [];
  const { requests, non2xx, errors } = await new Promise<Result>((resolve, reject) => {
    const done = (error: unknown, result: Result) => (error ? reject(error) : resolve(result));
    autocannon({ url, connections: CLIENTS, duration: SECONDS }, done).on(
      'response',
      (_client, _status, _bytes, milliseconds) => delays.push(milliseconds),
    );
  });
  if (non2xx + errors > 0) throw new Error(`${url}: ${non2xx} answers were no success, ${errors} errors.`);
  return { perSecond: requests.average, delays };
}

async function size(server: Server, place: string): Promise<number> {
  return (await (await fetch(server.url + place)).arrayBuffer()).byteLength;
}

async function run(scratch: string): Promise<Figure[]> {
  const many = await millionKept(scratch);
  const few = await fewKept(scratch, FEW);
  for (const { root } of [few, many]) {
    const files = new SwarmFiles(root);
    for (let number = 0; number < LOCKS; number++) files.acquireLock(number);
    files.close();
  }
  const servers = [await startDashboard(few.root, few.history), await startDashboard(many.root, many.history)] as const;
  const bare = await BareNext.started();
  try {
    await untilRead(servers[0], FEW);
    await untilRead(servers[1], MILLION);
    const figures: Figure[] = [];
    for (const place of PLACES) {
      const urls = {
        bare: `${bare.url}/fixed?size=${await size(servers[1], place)}`,
        few: servers[0].url + place,
        many: servers[1].url + place,
      };
      const loads: Record<Side, Load[]> = { bare: [], few: [], many: [] };
      for (let round = 0; round <= ROUNDS; round++) {
        // In both orders, so that a machine that gets faster or slower favours neither.
        for (const side of round % 2 === 0 ? SIDES : SIDES.toReversed()) {
          const load = await ask(urls[side]);
          // The first round warms up.
          if (round > 0) loads[side].push(load);
        }
      }
      const rate = (side: Side) => median(loads[side].map(({ perSecond }) => perSecond));
      // Over all rounds: within one round, a single pause that affects all clients is more than one request of a
      // hundred.
      const p99 = (side: Side) =>
        quantile(
          loads[side].flatMap(({ delays }) => delays),
          0.99,
        );
      const limit = rate('bare');
      figures.push(
        { name: `${place}, 1,000 kept`, value: rate('few'), unit: 'a second', atLeast: 0.6 * limit, baseline: limit },
        {
          name: `${place}, 1,000,000 kept`,
          value: rate('many'),
          unit: 'a second',
          atLeast: 0.6 * limit,
          baseline: limit,
        },
        {
          name: `${place}, of both sizes the slower`,
          value: Math.max(p99('few'), p99('many')),
          unit: 'ms, 99 of 100',
          atMost: 50,
          baseline: p99('bare'),
        },
        {
          name: `${place}, 1,000,000 against 1,000`,
          value: (100 * rate('many')) / rate('few'),
          unit: '%',
          atLeast: 90,
        },
      );
    }
    return figures;
  } finally {
    bare.stop();
    for (const server of servers) await server.stop('SIGKILL');
  }
}

export const rest: Bench = {
  name: 'rest',
  how: `Requests a second of ${CLIENTS} clients without a pause, ${ROUNDS} rounds of ${SECONDS} s in turns: the median of their rates, and the 99th percentile of all requests. Baseline: a bare next start with a route that returns a fixed body of the same size; the bound is 60 % of its requests.`,
  run,
};
