/** Observes processes on macOS and other systems: one `ps` for all of them. */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { type Observation, observeTree, type ProcessObserver } from './process-observer';

/**
 * @param run gives the output of `ps` with the columns of `PS_COLUMNS`
 * @param user the id of the user whose processes count
 */
export function psObserver(run: () => Promise<string>, user: number): ProcessObserver {
  return {
    intervalMs: 5000,
    async observe(pids) {
      try {
        const now = Date.now();
        return observeInTable(pids, parsePs(await run(), now), user);
      } catch {
        return new Map();
      }
    },
  };
}

const PS_COLUMNS = ['pid', 'ppid', 'uid', 'stat', 'etime', 'args'];

/** @returns the output of `ps` for all processes */
export async function runPs(): Promise<string> {
  const columns = PS_COLUMNS.flatMap((name) => ['-o', `${name}=`]);
  const { stdout } = await promisify(execFile)('ps', ['-A', '-ww', ...columns], {
    timeout: 4000,
    maxBuffer: 16 * 1024 * 1024,
  });
  return stdout;
}

interface TableRow {
  parent: number;
  user: number;
  state: string;
  startedAt: number;
  args: string[];
}

function parsePs(output: string, now: number): Map<number, TableRow> {
  const rows = new Map<number, TableRow>();
  for (const line of output.split('\n')) {
    const match = /^\s*(\d+)\s+(\d+)\s+(\d+)\s+(\S+)\s+([\d:-]+)\s+(.*)$/.exec(line);
    if (!match) continue;
    const [pid, parent, user] = match.slice(1, 4).map(Number) as [number, number, number];
    const [state, elapsed, args] = match.slice(4, 7) as [string, string, string];
    rows.set(pid, { parent, user, state, startedAt: now - elapsedSeconds(elapsed) * 1000, args: args.split(' ') });
  }
  return rows;
}

/** `[[days-]hours:]minutes:seconds` */
function elapsedSeconds(elapsed: string): number {
  const [seconds = 0, minutes = 0, hours = 0, days = 0] = elapsed.split(/[:-]/).map(Number).reverse();
  return ((days * 24 + hours) * 60 + minutes) * 60 + seconds;
}

function observeInTable(
  pids: readonly number[],
  rows: ReadonlyMap<number, TableRow>,
  user: number,
): Map<number, Observation> {
  const children = new Map<number, number[]>();
  for (const [pid, { parent }] of rows) children.set(parent, [...(children.get(parent) ?? []), pid]);
  const nodeOf = (pid: number) => {
    const row = rows.get(pid);
    if (!row || row.state.startsWith('Z')) return null;
    return { line: { command: '', executable: '', args: row.args }, suspended: row.state.startsWith('T') };
  };
  return new Map(
    pids.map((pid): [number, Observation] => {
      const row = rows.get(pid);
      // An empty table proves nothing.
      if (rows.size === 0) return [pid, 'unseen'];
      if (row && row.user !== user) return [pid, 'other_user'];
      if (!row || row.state.startsWith('Z')) return [pid, 'gone'];
      const { startedAt } = row;
      return [pid, { startedAt, startId: startedAt, ...observeTree(pid, (at) => children.get(at) ?? [], nodeOf) }];
    }),
  );
}
