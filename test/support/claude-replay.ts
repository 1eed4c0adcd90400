/**
 * Replays session files as Claude Code 2.1.332 wrote them in real runs, step by step, while a server follows.
 *
 * `test/fixtures/claude-code/replay.jsonl` has one line for each scenario: each content of its files `sessions/<pid>.json`
 * in order of time. A step has the fields that changed (`change`) and those that were removed (`without`); from them the
 * content is composed byte for byte. `torn` is what a reader saw between write(2) and ftruncate(2): the next content,
 * and behind it the end of the one before. `empty` is the file at its creation. `says` are the status and `waitingFor`
 * that the scenario's own timeline says (`timeline: false`: that the content says, where no timeline covers it).
 */
import { closeSync, constants, ftruncateSync, mkdirSync, openSync, readFileSync, rmSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { type AgentProcess, AgentProcesses, ownPidDomain } from '../../lib/simulator/agent-processes';

const FILE = join(import.meta.dirname, '../fixtures/claude-code/replay.jsonl');
/** The folders of the projects in the captured runs; sessions outside the root would not be shown. */
const CAPTURED_PROJECT = /^\/home\/u\/proj[^/]*/;

type Fields = Record<string, unknown>;

export type Says = readonly [status: string | null, waitingFor: string | null];

export type Step = { pid: number } & (
  | { do: 'write'; change: Fields; without?: string[]; says: Says }
  | { do: 'torn' | 'empty' | 'delete' }
);

export interface Scenario {
  scenario: string;
  timeline: boolean;
  steps: Step[];
}

/** What a session file says after a step. */
export interface SaidState {
  sessionId: string;
  says: Says;
  /** Milliseconds since 1970; null before the first status. */
  since: number | null;
  /** The process that it belongs to here. */
  pid: number;
}

export function readScenarios(): Scenario[] {
  return readFileSync(FILE, 'utf8')
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Scenario);
}

/** The statuses of each session in order, without repetitions: what a follower may show of it, and nothing else. */
export function saidInOrder(states: readonly SaidState[]): Map<string, string[]> {
  const order = new Map<string, string[]>();
  for (const { sessionId, says } of states) {
    const said = order.get(sessionId) ?? [];
    const word = says.join(' ');
    if (said.at(-1) !== word) said.push(word);
    order.set(sessionId, said);
  }
  return order;
}

interface ReplayedFile {
  file: string;
  /** The fields as captured; null before the first write. */
  captured: Fields | null;
  /** The bytes that a reader sees now. */
  bytes: Buffer;
  process: AgentProcess;
}

/** One scenario on its way. Its processes are live ones of this test. */
export class Replay {
  readonly #scenario: Scenario;
  readonly #claudeFolder: string;
  readonly #root: string;
  /** Added to every captured time, so that all are shortly before now. */
  readonly #shiftMs: number;
  readonly #files = new Map<number, ReplayedFile>();
  readonly #processes = new AgentProcesses();

  /**
   * @param claudeFolder the configuration folder
   * @param root the project's folder, a real path
   */
  constructor(scenario: Scenario, claudeFolder: string, root: string) {
    this.#scenario = scenario;
    this.#claudeFolder = claudeFolder;
    this.#root = root;
    const times = scenario.steps.flatMap((step) => (step.do === 'write' ? Number(step.change.updatedAt ?? 0) : []));
    this.#shiftMs = Date.now() - Math.max(...times);
    mkdirSync(join(claudeFolder, 'sessions'), { recursive: true });
  }

  /**
   * Performs one step.
   *
   * @returns the state that the file says from now on; for a step that leaves no readable content, the last one that it
   *   said, or null if it said none. `gone`: the state that is over
   */
  perform(index: number): { state: SaidState | null; readable: boolean; gone: SaidState | null } {
    const step = this.#scenario.steps[index] as Step;
    const replayed = this.#files.get(step.pid) ?? this.#create(step.pid);
    const before = stateOf(replayed);
    switch (step.do) {
      case 'empty':
        overwrite(replayed.file, Buffer.alloc(0), true);
        return { state: before, readable: false, gone: null };
      case 'delete':
        rmSync(replayed.file);
        this.#files.delete(step.pid);
        return { state: null, readable: false, gone: before };
      case 'torn':
        overwrite(replayed.file, this.#compose(replayed, this.#nextWrite(index)), false);
        return { state: before, readable: false, gone: null };
      case 'write': {
        replayed.bytes = this.#compose(replayed, step);
        replayed.captured = merged(replayed.captured, step);
        overwrite(replayed.file, replayed.bytes, true);
        const state = stateOf(replayed);
        const isNew = before !== null && before.sessionId !== state?.sessionId;
        return { state: state && { ...state, says: step.says }, readable: true, gone: isNew ? before : null };
      }
    }
  }

  /** Removes what is left, and ends its processes. */
  end(): void {
    for (const { file } of this.#files.values()) rmSync(file, { force: true });
    this.#processes.stopAll();
  }

  #create(captured: number): ReplayedFile {
    this.#processes.start(String(captured));
    const process = this.#processes.find(String(captured));
    if (process === null) throw new Error('A process of a simulated agent could not be started.');
    const file = join(this.#claudeFolder, 'sessions', `${process.pid}.json`);
    const created = { file, captured: null, bytes: Buffer.alloc(0), process };
    this.#files.set(captured, created);
    return created;
  }

  #nextWrite(index: number): Extract<Step, { do: 'write' }> {
    const { pid } = this.#scenario.steps[index] as Step;
    const next = this.#scenario.steps.slice(index).find((step) => step.pid === pid && step.do === 'write');
    if (next?.do !== 'write') throw new Error(`${this.#scenario.scenario}: no content follows step ${index}.`);
    return next;
  }

  /** The bytes that the program wrote, but of this machine's processes, folders and time. */
  #compose(replayed: ReplayedFile, step: Extract<Step, { do: 'write' }>): Buffer {
    const fields = Object.entries(merged(replayed.captured, step)).map(([name, value]) => {
      if (name === 'pid' || name === 'procStart') return [name, replayed.process[name]];
      if (name === 'pidDomain') return [name, ownPidDomain()];
      if (name === 'cwd') return [name, String(value).replace(CAPTURED_PROJECT, this.#root)];
      if (/^(startedAt|updatedAt|statusUpdatedAt|nameSince)$/.test(name)) return [name, Number(value) + this.#shiftMs];
      return [name, value];
    });
    return Buffer.from(JSON.stringify(Object.fromEntries(fields)));
  }
}

function merged(before: Fields | null, { change, without = [] }: { change: Fields; without?: string[] }): Fields {
  return Object.fromEntries(Object.entries({ ...before, ...change }).filter(([name]) => !without.includes(name)));
}

function stateOf({ bytes, process: { pid } }: ReplayedFile): SaidState | null {
  if (bytes.length === 0) return null;
  const { sessionId, status = null, waitingFor = null, statusUpdatedAt = null } = JSON.parse(bytes.toString());
  return { sessionId, says: [status, waitingFor], since: statusUpdatedAt, pid };
}

/** Writes from the beginning of a file, as the program does: without cutting it off, the end of the old content stays. */
function overwrite(file: string, bytes: Buffer, cutOff: boolean): void {
  const descriptor = openSync(file, constants.O_WRONLY | constants.O_CREAT, 0o600);
  try {
    writeSync(descriptor, bytes, 0, bytes.length, 0);
    if (cutOff) ftruncateSync(descriptor, bytes.length);
  } finally {
    closeSync(descriptor);
  }
}
