/** What agents remember, `.agent_memory/<id>.json`: the folder is listed, and a file is read only when asked for. */
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { formatInstant } from '../../../contract/instant';
import type { AgentMemory } from '../../../contract/work-answers';
import { isNestedTooDeeply } from '../../../platform/json-depth';
import { isObject } from '../../../platform/json-shape';
import { readIfChanged } from '../../../platform/read-file';
import { FolderNames } from '../../settled-folder';
import type { ReaderStatus } from '../../source-status';
import { statusAfter } from '../../source-status';
import { parseObject } from '../json-file';
import { readName } from '../message-fields';
import { readFigure, readObjects, readText, readTexts, readTime } from './fields';

export const MEMORY_FOLDER = '.agent_memory';

const MAX_MEMORY_BYTES = 1024 * 1024;
const MAX_TASKS = 50;
const MAX_PATTERNS = 100;
const MAX_RELATIONSHIPS = 100;
const MAX_KNOWLEDGE = 200;
const MAX_LISTED = 50;
const ENDING = '.json';
/** The tool accepts no other ids; a name never leads out of the folder. */
const FILE_NAME = /^[A-Za-z0-9_-]{1,64}\.json$/;

type Fields = Readonly<Record<string, unknown>>;

/** Which agents have a memory. */
export class MemoryFolder {
  status: ReaderStatus;
  /** The agents that have one, sorted. They stay as they were while the folder can't be listed. A new list after a change. */
  agents: readonly string[] = [];
  /** When a file of it was last replaced, milliseconds since 1970; null before the first listing. */
  changedAt: number | null = null;
  readonly #root: string;
  readonly #names: FolderNames;
  readonly #now: () => number;
  #goodAt: number | null = null;

  /**
   * @param root the swarm's root
   * @param now the clock, milliseconds since 1970
   */
  constructor(root: string, now: () => number = Date.now) {
    this.#root = root;
    this.#now = now;
    this.#names = new FolderNames(join(root, MEMORY_FOLDER), (name) => FILE_NAME.test(name), { now });
    this.status = { ...MISSING, since: now() };
  }

  /** Lists the folder if it changed. @returns whether a file of it or its state changed */
  async refresh(): Promise<boolean> {
    const before = this.status;
    const listed = await this.#names.refresh();
    const now = this.#now();
    const known = this.agents;
    if (this.#names.state.kind === 'ok') {
      this.#goodAt = now;
      if (listed) await this.#takeNames();
    }
    this.status = statusAfter(this.status, this.#found(), now);
    return this.agents !== known || this.status !== before;
  }

  /** A file is replaced by a rename, which changes the time of the folder. */
  async #takeNames(): Promise<void> {
    const agents = this.#names.names.map((name) => name.slice(0, -ENDING.length)).sort();
    const changedAt = await stat(join(this.#root, MEMORY_FOLDER)).then(
      ({ mtimeMs }) => mtimeMs,
      () => null,
    );
    if (changedAt === this.changedAt && agents.join() === this.agents.join()) return;
    this.agents = agents;
    this.changedAt = changedAt;
  }

  #found(): Omit<ReaderStatus, 'since'> {
    const { state } = this.#names;
    const keptFrom = this.#goodAt;
    if (state.kind === 'ok') return { state: 'ok', reason: null, keptFrom: null, skipped: [] };
    if (state.kind === 'fault') {
      return { state: 'unreadable', reason: `${MEMORY_FOLDER} ${state.fault}.`, keptFrom, skipped: [] };
    }
    if (keptFrom === null) return MISSING;
    const reason = `${MEMORY_FOLDER} was there until ${formatInstant(keptFrom)}; it is gone.`;
    return { state: 'missing', reason, keptFrom, skipped: [] };
  }

  /**
   * Reads the memory of one agent now.
   *
   * @returns the memory, or a sentence that says why there is none
   */
  read(agentId: string): { memory: AgentMemory; changedAt: number } | { fault: string; isMissing: boolean } {
    const name = `${agentId}${ENDING}`;
    const missing = { fault: `${agentId} has no memory in ${MEMORY_FOLDER}.`, isMissing: true };
    if (!FILE_NAME.test(name)) return missing;
    const options = { limitBytes: MAX_MEMORY_BYTES, known: null, followLinks: false, now: this.#now() };
    const reading = readIfChanged(join(this.#root, MEMORY_FOLDER, name), options);
    const fault = (what: string) => ({ fault: `${MEMORY_FOLDER}/${name} ${what}.`, isMissing: false });
    if (reading.kind === 'missing' || reading.kind === 'unchanged') return missing;
    if (reading.kind === 'irregular') return fault(`is ${reading.what}, not a file`);
    if (reading.kind === 'unreadable') return fault(`can't be read: ${reading.reason}`);
    const parsed = parseMemory(reading.bytes, agentId);
    return 'error' in parsed ? fault(`is unusable: ${parsed.error}`) : { ...parsed, changedAt: reading.changedAt };
  }
}

const MISSING: Omit<ReaderStatus, 'since'> = {
  ...{ state: 'missing', keptFrom: null, skipped: [] },
  reason: `There is no ${MEMORY_FOLDER}: no agent of this folder keeps a memory.`,
};

/** @returns the memory in the bytes, tolerantly, or why there is none */
export function parseMemory(bytes: Buffer, agentId: string): { memory: AgentMemory } | { error: string } {
  const parsed = parseObject(bytes);
  if ('error' in parsed) return parsed;
  const { task_history, patterns, relationships, knowledge, created_at, updated_at } = parsed.object;
  if (isNestedTooDeeply(knowledge, bytes.length)) return { error: 'its knowledge is nested too deeply' };
  return {
    memory: {
      agent_id: agentId,
      tasks: readObjects(task_history, MAX_TASKS).map(readTask),
      patterns: readObjects(patterns, MAX_PATTERNS).map(readPattern),
      relationships: named(relationships, MAX_RELATIONSHIPS).flatMap(([id, one]) =>
        isObject(one) ? [readRelationship(one, id)] : [],
      ),
      knowledge: named(knowledge, MAX_KNOWLEDGE).flatMap(([key, value]) => {
        const text = readText(typeof value === 'string' ? value : JSON.stringify(value));
        return text === null ? [] : [{ key, value: text }];
      }),
      created_at: readTime(created_at),
      updated_at: readTime(updated_at),
    },
  };
}

function named(value: unknown, most: number): [name: string, value: unknown][] {
  if (!isObject(value)) return [];
  const entries = Object.entries(value).slice(0, most);
  return entries.map(([name, one]) => [readName(name) ?? '', one]);
}

function readTask(task: Fields): AgentMemory['tasks'][number] {
  return {
    task_id: readName(task.task_id),
    objective: readText(task.objective),
    outcome: readText(task.outcome),
    skills: readTexts(task.skills_used, MAX_LISTED),
    files: readTexts(task.files_touched, MAX_LISTED),
    duration_seconds: readFigure(task.duration_seconds),
    lessons: readTexts(task.lessons_learned, MAX_LISTED),
    at: readTime(task.timestamp),
  };
}

function readPattern(pattern: Fields): AgentMemory['patterns'][number] {
  return {
    type: readText(pattern.pattern_type),
    description: readText(pattern.description),
    context: readText(pattern.context),
    effectiveness: readFigure(pattern.effectiveness),
    occurrences: readFigure(pattern.occurrences),
    last_seen_at: readTime(pattern.last_seen),
  };
}

function readRelationship(one: Fields, id: string): AgentMemory['relationships'][number] {
  return {
    agent_id: readName(one.agent_id) ?? id,
    trust: readFigure(one.trust_score),
    reliability: readFigure(one.reliability_score),
    speed: readFigure(one.speed_score),
    collaborations: readFigure(one.collaboration_count),
    last_at: readTime(one.last_interaction),
    notes: readText(one.notes),
  };
}
