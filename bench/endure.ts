/**
 * `npm run endure`: what the server must withstand from its clients and its machine: clients that never read, bodies
 * that are unwanted, hundreds that reconnect continuously, thousands at once, kills and stops at any moment. `--short`
 * is its form for the tests, in which only outcomes can fail and times are only printed; `--only kills` runs the steps whose
 * names contain that text. Ends with exit code 1 if anything failed.
 */
import { mkdirSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { type BodiesPlan, bodies } from './endure-bodies';
import { crowd, type SlowPlan, slowClients } from './endure-clients';
import { type SharedPlan, shared } from './endure-shared';
import { stops } from './endure-stops';
import { reconnectStorm, type StormPlan } from './endure-storm';
import { makeScratch } from './scratch';
import { Report } from './torture-report';

interface Plan {
  bodies: BodiesPlan;
  slow: SlowPlan;
  storms: readonly StormPlan[];
  crowd: number;
  kills: number;
  stops: number;
  clients: number;
  shared: SharedPlan;
}

const LONG: Plan = {
  bodies: { clients: 200, stalled: true },
  slow: { clients: 100, readers: 10, bytesEach: 24_000_000 },
  storms: [1_000, 500, 0].map((pauseMs) => ({ clients: 500, seconds: 60, pauseMs })),
  crowd: 5000,
  kills: 200,
  stops: 50,
  clients: 20,
  shared: { processes: 3, kills: 50, clients: 6 },
};
const SHORT: Plan = {
  bodies: { clients: 50, stalled: false },
  slow: { clients: 20, readers: 3, bytesEach: 24_000_000 },
  storms: [{ clients: 100, seconds: 5, pauseMs: 500 }],
  crowd: 300,
  kills: 4,
  stops: 3,
  clients: 5,
  shared: { processes: 3, kills: 4, clients: 6 },
};

async function endure(plan: Plan, short: boolean, report: Report, scratch: string): Promise<void> {
  const slow = () => report.step('clients that never read', () => slowClients(folders(scratch, 'slow'), plan.slow));
  const others = async () => {
    await report.step('bodies that nobody asked for', () => bodies(folders(scratch, 'bodies'), plan.bodies));
    for (const storm of plan.storms) {
      const name = `reconnects without end, ${storm.pauseMs} ms apart`;
      await report.step(name, () => reconnectStorm(folders(scratch, `storm-${storm.pauseMs}`), storm));
    }
    await report.step('many at once', () => crowd(folders(scratch, 'crowd'), plan.crowd));
    const kill = { signal: 'SIGKILL', times: plan.kills, clients: plan.clients } as const;
    await report.step('kills', () => stops(folders(scratch, 'kills'), kill));
    const stop = { signal: 'SIGTERM', times: plan.stops, clients: plan.clients } as const;
    await report.step('processes that share a history', () => shared(folders(scratch, 'shared'), plan.shared));
    await report.step('stops', () => stops(folders(scratch, 'stops'), stop));
  };
  // The short form does not measure the waiting step, so the others need not wait for it.
  if (short) await Promise.all([slow(), others()]);
  else {
    await slow();
    await others();
  }
}

function folders(scratch: string, name: string): { root: string; history: string } {
  const root = path.join(scratch, name);
  mkdirSync(root);
  return { root, history: path.join(scratch, `${name}.sqlite`) };
}

function readFlags(): { short: boolean; only: string } {
  const options = { short: { type: 'boolean', default: false }, only: { type: 'string', default: '' } } as const;
  try {
    return parseArgs({ options }).values;
  } catch (error) {
    console.error(
      `${error instanceof Error ? error.message : error}\nUsage: npm run endure [-- --short] [--only TEXT]`,
    );
    process.exit(2);
  }
}

const { short, only } = readFlags();
const scratch = makeScratch('endure');
const report = new Report(!short, only);
await endure(short ? SHORT : LONG, short, report, scratch);
report.end();
process.exit(report.hasFailures ? 1 : 0);
