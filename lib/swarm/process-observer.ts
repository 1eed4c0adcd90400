/** How processes are looked at: by `/proc` where there is one, else by `ps`. */
import { execFile } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { promisify } from 'node:util';
import { errorCode } from './small-file';

/** A process of this user, as far as health depends on it; `gone`: surely none; `unseen`: can't be known. */
export type Observation = { startedAt: number; isClaude: boolean } | 'gone' | 'unseen';

type Observed = ReadonlyMap<number, Observation>;

export interface ProcessObserver {
  /** The least time between two looks, for what they cost. */
  intervalMs: number;
  /** Looks at some processes and what runs under them; never throws. */
  observe(pids: readonly number[]): Map<number, Observation> | Promise<Observed>;
}

/** A pane holds a shell, a claude and its tools; the bounds are for what runs wild under them. */
const DEPTH_AT_MOST = 16;
const PROCESSES_AT_MOST = 256;

/** @returns the way that this system offers */
export function systemProcesses(): ProcessObserver {
  const user = process.getuid?.() ?? -1;
  if (existsSync('/proc/self/stat')) return procObserver('/proc', user);
  return psObserver(runPs, user);
}

/** @returns whether a command line is that of Claude Code, run as itself or by an interpreter */
function isClaude(command: string, args: readonly string[]): boolean {
  return (
    command === 'claude' || args.slice(0, 2).some((arg) => basename(arg) === 'claude' || arg.includes('claude-code'))
  );
}

/** @returns whether a process or one under it fulfils a condition, breadth first, within the bounds */
function anyInTree(top: number, childrenOf: (pid: number) => readonly number[], holds: (pid: number) => boolean) {
  const visited = new Set<number>([top]);
  let level = [top];
  for (let depth = 0; depth <= DEPTH_AT_MOST && level.length > 0; depth++) {
    if (level.some(holds)) return true;
    level = level
      .flatMap(childrenOf)
      .filter((pid) => visited.size < PROCESSES_AT_MOST && !visited.has(pid) && visited.add(pid));
  }
  return false;
}

/**
 * Linux: reads only the listed processes and what runs under them, some 30 us for each. See proc(5).
 *
 * @param proc the folder, `/proc` but in tests
 * @param user whose processes count
 */
export function procObserver(proc: string, user: number): ProcessObserver {
  const hides = mayHide(readText(`${proc}/mounts`));
  return {
    // Asked for once a second, give or take the event loop's lateness.
    intervalMs: 900,
    observe(pids) {
      let read: number | undefined;
      const bootTime = () => {
        read ??= Number(/^btime (\d+)$/m.exec(readText(`${proc}/stat`))?.[1] ?? Number.NaN) * 1000;
        return read;
      };
      return new Map(
        pids.map((pid) => [
          pid,
          observeInProc(proc, pid, user, bootTime) ?? (hides && exists(pid) ? 'unseen' : 'gone'),
        ]),
      );
    },
  };
}

/** The unit of times in `/proc`, the same on every Linux that Node runs on. */
const MS_PER_TICK = 10;

/** @returns null where there is no such process to be seen */
function observeInProc(proc: string, pid: number, user: number, bootTime: () => number): Observation | null {
  // An exception for each process that is gone would be most of an idle swarm's cost.
  if (!existsSync(`${proc}/${pid}`)) return null;
  try {
    // The command may hold anything, `)` too. What follows it begins with the 3rd field; the 22nd is the start.
    const stat = readFileSync(`${proc}/${pid}/stat`, 'latin1');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    const owner = /^Uid:\s+(\d+)/m.exec(readFileSync(`${proc}/${pid}/status`, 'latin1'))?.[1];
    if (Number(owner) !== user) return 'unseen';
    if (fields[0] === 'Z' || fields[0] === 'X') return 'gone';
    const startedAt = bootTime() + Number(fields[19]) * MS_PER_TICK;
    if (!Number.isFinite(startedAt)) return 'unseen';
    return {
      startedAt,
      isClaude: anyInTree(
        pid,
        (at) => childrenInProc(proc, at),
        (at) => isClaudeInProc(proc, at),
      ),
    };
  } catch (error) {
    return errorCode(error) === 'ENOENT' || errorCode(error) === 'ESRCH' ? null : 'unseen';
  }
}

/**
 * Whether the processes of other users may not be seen: where `/proc` is mounted so, or can't say how it is. See proc(5).
 *
 * @param mounts the table of mounts
 */
function mayHide(mounts: string): boolean {
  // The last one counts: it lies over the others.
  const options = mounts
    .split('\n')
    .flatMap((line) => /^\S+ \/proc proc (\S+)/.exec(line)?.[1] ?? [])
    .at(-1);
  return options === undefined || /\bhidepid=(?!0\b|off\b)/.test(options);
}

/** A signal of number 0 only asks whether there is such a process. */
function exists(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return errorCode(error) !== 'ESRCH';
  }
}

function isClaudeInProc(proc: string, pid: number): boolean {
  const command = readText(`${proc}/${pid}/comm`).trim();
  return isClaude(command, readText(`${proc}/${pid}/cmdline`).split('\0'));
}

function childrenInProc(proc: string, pid: number): number[] {
  try {
    const threads = readdirSync(`${proc}/${pid}/task`);
    return threads.flatMap((thread) => numbers(readText(`${proc}/${pid}/task/${thread}/children`)));
  } catch {
    return []; // it ended meanwhile
  }
}

function numbers(text: string): number[] {
  return (text.match(/\d+/g) ?? []).map(Number);
}

function readText(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return ''; // it ended meanwhile, or this kernel keeps no list of children
  }
}

/**
 * macOS and others: one `ps` for all processes.
 *
 * @param run gives the output of `ps` with the columns of `PS_COLUMNS`
 * @param user whose processes count
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

async function runPs(): Promise<string> {
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

function observeInTable(pids: readonly number[], rows: ReadonlyMap<number, TableRow>, user: number): Observed {
  const children = new Map<number, number[]>();
  for (const [pid, { parent }] of rows) children.set(parent, [...(children.get(parent) ?? []), pid]);
  const isClaudeAt = (pid: number) => isClaude('', rows.get(pid)?.args ?? []);
  return new Map(
    pids.map((pid): [number, Observation] => {
      const row = rows.get(pid);
      // An empty table says nothing, whatever went wrong.
      if (rows.size === 0 || (row && row.user !== user)) return [pid, 'unseen'];
      if (!row || row.state.startsWith('Z')) return [pid, 'gone'];
      const tree = anyInTree(pid, (at) => children.get(at) ?? [], isClaudeAt);
      return [pid, { startedAt: row.startedAt, isClaude: tree }];
    }),
  );
}
