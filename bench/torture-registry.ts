/** The registry replaced many times a second, by a process of its own: no state that is sent may be torn or empty. */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath, pathToFileURL } from 'node:url';
import type { AgentsAnswer } from '../lib/contract/schemas';
import { ROLES, type Role } from '../lib/simulator/codebase';
import { type RosterEntry, writeRegistry } from '../lib/simulator/registry-file';
import { mostInOneSecond } from './torture-checks';
import { StateWatch } from './torture-follower';
import type { Outcome } from './torture-report';

interface RegistryJob {
  root: string;
  perSecond: number;
  seconds: number;
}

const AGENTS = 8;
const FIRST_PID = 5_000_000;
const LAST_STATE_MS = 300;
const EVENTS_A_SECOND = 10;

/** A registry whose every agent bears the same version, so that a mixture of two shows. */
export function roster(version: number): RosterEntry[] {
  return Array.from({ length: AGENTS }, (_, index) => ({
    agent: {
      id: `agent-${index}`,
      role: ROLES[0] as Role,
      pid: FIRST_PID + version,
      paneIndex: `torture:${version}.${index}`,
      sessionName: 'torture',
      tmuxPaneId: `%${index}`,
    },
    status: 'active',
    lastSeen: Date.now(),
  }));
}

/** The version that all agents bear, or null if the state is torn or lacks some. */
function registryVersion({ agents }: AgentsAnswer): number | null {
  const versions = new Set(agents.map(({ pid }) => Number(pid) - FIRST_PID));
  return agents.length === AGENTS && versions.size === 1 ? ([...versions][0] as number) : null;
}

/** Replaces the registry of a root and holds every state that a client gets against what was written. */
export async function tortureRegistry(url: string, root: string, plan: Omit<RegistryJob, 'root'>): Promise<Outcome> {
  writeRegistry(root, roster(0), Date.now());
  const watch = new StateWatch<AgentsAnswer>(url, 'agents', Number.POSITIVE_INFINITY);
  if ((await watch.until((state) => registryVersion(state) === 0)) === null) {
    return { facts: '', faults: ['the first registry did not arrive'] };
  }
  const before = watch.events.length;
  const job: RegistryJob = { root, ...plan };
  const child = fork(fileURLToPath(import.meta.url), [JSON.stringify(job)], { execArgv: ['--import', 'tsx'] });
  const [seconds] = (await once(child, 'message')) as [number];
  const last = await watch.until((state) => registryVersion(state) === plan.perSecond * plan.seconds);
  watch.close();
  return judge(watch.events.slice(before), seconds, last, plan.perSecond * plan.seconds);
}

function judge(
  events: readonly { data: string; at: number }[],
  seconds: number,
  last: number | null,
  replacements: number,
): Outcome {
  const versions = events.map(({ data }) => registryVersion(JSON.parse(data) as AgentsAnswer));
  const torn = versions.filter((version) => version === null).length;
  const backwards = versions.filter((version, index) => (version ?? 0) < (versions[index - 1] ?? 0)).length;
  const most = mostInOneSecond(events.map(({ at }) => at));
  const faults: string[] = [];
  if (last === null) faults.push('the last registry did not arrive');
  if (torn > 0) faults.push(`${torn} states were torn or empty`);
  if (backwards > 0) faults.push(`${backwards} states were older than the one before`);
  if (events.length > EVENTS_A_SECOND * (seconds + 1))
    faults.push(`${events.length} events in ${seconds.toFixed(1)} s`);
  const slow: string[] = [];
  // Events leave 100 ms apart; on their way the first may be held up, and one more then falls into its second.
  if (most > EVENTS_A_SECOND + 1) slow.push(`${most} events arrived within one second`);
  if (last !== null && last > LAST_STATE_MS) slow.push(`the last state took ${Math.round(last)} ms`);
  return {
    facts:
      `${replacements} replacements in ${seconds.toFixed(1)} s, ${events.length} agents events (at most ${most} within ` +
      `a second), ${torn} torn or empty, last state after ${Math.round(last ?? -1)} ms`,
    faults,
    slow,
  };
}

/** Replaces it at an even speed, and tells the parent how many seconds it took. */
async function replaceRegistry({ root, perSecond, seconds }: RegistryJob): Promise<void> {
  const begun = performance.now();
  const elapsed = () => (performance.now() - begun) / 1000;
  for (let version = 0; version < perSecond * seconds; await delay(1)) {
    const due = Math.min(elapsed() * perSecond, perSecond * seconds);
    for (; version < due; version += 1) writeRegistry(root, roster(version + 1), Date.now());
  }
  process.send?.(elapsed());
  process.disconnect?.();
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  await replaceRegistry(JSON.parse(process.argv[2] ?? '') as RegistryJob);
}
