/** What agents work on, apart from tasks: reads the files about it, and answers questions about their content. */
import { NO_WORK } from '../contract/defaults';
import { formatInstant } from '../contract/instant';
import type {
  ConflictsAnswer,
  ContextsAnswer,
  CoordinationAnswer,
  DelegationsAnswer,
  LearningAnswer,
  MemoryAnswer,
  WorkContext,
} from '../contract/work-answers';
import type { UnreadMessages, WorkFile, WorkFileName, WorkState } from '../contract/work-schemas';
import { runInTurns } from '../platform/turns';
import type { ConflictLogReader } from '../sources/claudeswarm/conflict-log';
import { CONTEXTS } from '../sources/claudeswarm/work/contexts';
import { COORDINATION_FILE, CoordinationReader } from '../sources/claudeswarm/work/coordination';
import { DELEGATIONS } from '../sources/claudeswarm/work/delegations';
import { EntriesReader } from '../sources/claudeswarm/work/entries';
import { readText } from '../sources/claudeswarm/work/fields';
import { LEARNING } from '../sources/claudeswarm/work/learning';
import { MEMORY_FOLDER, MemoryFolder } from '../sources/claudeswarm/work/memory';
import { READ_MARKS_FILE, type ReadMarks, ReadMarksReader } from '../sources/claudeswarm/work/read-marks';
import type { ReaderStatus } from '../sources/source-status';
import { asSource } from './source-status';

const MAX_CONTEXTS = 200;
/** Of all contexts of one answer: with 200 contexts of 100 decisions it would have 20 MB. */
const MAX_DECISIONS = 1000;
const MAX_ENTRIES = 500;

interface Options {
  root: string;
  conflicts: ConflictLogReader;
  publish: (state: WorkState) => void;
  now?: () => number;
}

/** What was noted of one file when it changed last. */
interface Noted {
  status: ReaderStatus;
  content: unknown;
  changes: number;
}

interface FileFacts {
  status: ReaderStatus;
  content: unknown;
  count: number;
  changedAt: number | null;
}

export class SwarmWork {
  state: WorkState = NO_WORK;
  readonly #options: Options;
  readonly #startedAt = Date.now();
  readonly #contexts;
  readonly #delegations;
  readonly #learning;
  readonly #coordination: CoordinationReader;
  readonly #memory: MemoryFolder;
  readonly #marks: ReadMarksReader;
  readonly #noted = new Map<WorkFileName, Noted>();
  #unread: readonly UnreadMessages[] = [];

  constructor(options: Options) {
    const { root, now } = options;
    this.#options = options;
    this.#contexts = new EntriesReader(root, CONTEXTS, now);
    this.#delegations = new EntriesReader(root, DELEGATIONS, now);
    this.#learning = new EntriesReader(root, LEARNING, now);
    this.#coordination = new CoordinationReader(root, now);
    this.#memory = new MemoryFolder(root, now);
    this.#marks = new ReadMarksReader(root, now);
  }

  /** Up to which message each agent has read. The same object while it does not change. */
  get marks(): ReadMarks {
    return this.#marks.marks;
  }

  /** The state of each file, by its name, but for that of the conflicts. */
  get statuses(): Readonly<Record<string, ReaderStatus>> {
    return {
      [CONTEXTS.name]: this.#contexts.status,
      [DELEGATIONS.name]: this.#delegations.status,
      [LEARNING.name]: this.#learning.status,
      [COORDINATION_FILE]: this.#coordination.status,
      [MEMORY_FOLDER]: this.#memory.status,
      [READ_MARKS_FILE]: this.#marks.status,
    };
  }

  /**
   * Reads the files that changed, in turns of the event loop of a few milliseconds each, and publishes the state.
   *
   * @returns whether the state of a source may have changed
   */
  async refresh(): Promise<boolean> {
    let changed = false;
    await runInTurns(this.#refreshSteps(), (differs) => {
      changed = differs || changed;
    });
    changed = (await this.#memory.refresh()) || changed;
    this.publish();
    return changed;
  }

  *#refreshSteps(): Generator<boolean> {
    const readers = [this.#contexts, this.#delegations, this.#learning, this.#coordination, this.#marks];
    for (const reader of readers) yield reader.refresh();
  }

  /** Takes how many messages agents have not read, and publishes the state. */
  setUnread(unread: readonly UnreadMessages[]): void {
    this.#unread = unread;
    this.publish();
  }

  /** Publishes the state if it differs from the one before. */
  publish(): void {
    const files = WORK_FILES.flatMap((name) => this.#describe(name) ?? []);
    const unread = this.#unread as UnreadMessages[];
    const { state, reason } = this.#marks.status;
    const isSame =
      this.state.unread === unread &&
      this.state.read_marks?.state === state &&
      this.state.read_marks.reason === reason &&
      files.length === this.state.files.length &&
      files.every(({ name, version }, at) => {
        const known = this.state.files[at];
        return known?.name === name && known.version === version;
      });
    if (isSame) return;
    this.state = { files, unread, read_marks: { state, reason } };
    this.#options.publish(this.state);
  }

  contexts(): ContextsAnswer {
    const { entries } = this.#contexts;
    const newest = [...entries].sort((one, other) => compare(other.updated_at, one.updated_at));
    const listed = newest.slice(0, MAX_CONTEXTS);
    return {
      ...this.#about('contexts'),
      ...{ count: entries.length, left_off: entries.length - listed.length },
      contexts: withFewDecisions(listed),
    };
  }

  conflicts(): ConflictsAnswer {
    const { conflicts } = this.#options.conflicts;
    const listed = conflicts.slice(-MAX_ENTRIES).reverse();
    return {
      ...this.#about('conflicts'),
      ...{ count: conflicts.length, left_off: conflicts.length - listed.length },
      conflicts: listed.map(({ detectedAt: _detectedAt, ...conflict }) => {
        return { ...conflict, resource: readText(conflict.resource) };
      }),
    };
  }

  delegations(): DelegationsAnswer {
    const { entries } = this.#delegations;
    const delegations = entries.slice(-MAX_ENTRIES).reverse();
    const left_off = entries.length - delegations.length;
    return { ...this.#about('delegations'), count: entries.length, left_off, delegations };
  }

  learning(): LearningAnswer {
    const { entries } = this.#learning;
    const agents = [...entries].sort((one, other) => compare(one.agent_id, other.agent_id)).slice(0, MAX_ENTRIES);
    return { ...this.#about('learning'), count: entries.length, left_off: entries.length - agents.length, agents };
  }

  /** @param agentId whose memory is read now; null for the list of those that have one */
  memory(agentId: string | null): MemoryAnswer {
    const { agents } = this.#memory;
    const about = this.#about('memory');
    const listed = { agents: agents.slice(0, MAX_ENTRIES), left_off: Math.max(0, agents.length - MAX_ENTRIES) };
    if (agentId === null) return { ...about, ...listed, agent_id: null, memory: null };
    const read = this.#memory.read(agentId);
    if ('memory' in read) {
      const changed_at = formatInstant(Math.floor(read.changedAt));
      return { ...about, ...listed, changed_at, agent_id: agentId, memory: read.memory };
    }
    const now = formatInstant((this.#options.now ?? Date.now)());
    const state = read.isMissing ? ('missing' as const) : ('unreadable' as const);
    const source = { state, reason: read.fault, since: now, kept_from: null, skipped: [] };
    return { ...about, ...listed, source, changed_at: null, agent_id: agentId, memory: null };
  }

  coordination(): CoordinationAnswer {
    return { ...this.#about('coordination'), ...(this.#coordination.document ?? NO_DOCUMENT) };
  }

  #about(name: WorkFileName): Pick<ContextsAnswer, 'source' | 'changed_at' | 'version'> {
    const { status, changedAt } = this.#facts(name);
    const changed_at = changedAt === null ? null : formatInstant(Math.floor(changedAt));
    return { source: asSource(status), changed_at, version: this.#version(name) };
  }

  /** @returns null for a file that was never there */
  #describe(name: WorkFileName): WorkFile | null {
    const { status, count, changedAt } = this.#facts(name);
    if (status.state === 'missing' && status.keptFrom === null) return null;
    const changed_at = changedAt === null ? null : formatInstant(Math.floor(changedAt));
    return { name, count, changed_at, version: this.#version(name) };
  }

  /** Another text after each change, also across restarts. */
  #version(name: WorkFileName): string {
    const { status, content } = this.#facts(name);
    const known = this.#noted.get(name);
    const isSame = known?.status === status && known.content === content;
    const changes = isSame ? known.changes : (known?.changes ?? 0) + 1;
    if (!isSame) this.#noted.set(name, { status, content, changes });
    return `${this.#startedAt.toString(36)}.${changes}`;
  }

  #facts(name: WorkFileName): FileFacts {
    if (name === 'conflicts') {
      const { status, conflicts, changedAt } = this.#options.conflicts;
      return { status, content: conflicts, count: conflicts.length, changedAt };
    }
    if (name === 'memory') {
      const { status, agents, changedAt } = this.#memory;
      return { status, content: agents, count: agents.length, changedAt };
    }
    if (name === 'coordination') {
      const { status, document, changedAt } = this.#coordination;
      const count = document === null ? 0 : document.sections.length + document.left_off;
      return { status, content: document, count, changedAt };
    }
    const { status, entries, changedAt } = {
      contexts: this.#contexts,
      delegations: this.#delegations,
      learning: this.#learning,
    }[name];
    return { status, content: entries, count: entries.length, changedAt };
  }
}

const WORK_FILES: readonly WorkFileName[] = [
  ...(['contexts', 'conflicts', 'delegations', 'learning', 'memory', 'coordination'] as const),
];

const NO_DOCUMENT = {
  ...{ title: null, preamble: null, sections: [], left_off: 0, current_work: null, text: null, truncated: false },
};

/** Leaves out the oldest decisions of contexts that come late. */
function withFewDecisions(contexts: readonly WorkContext[]): WorkContext[] {
  let room = MAX_DECISIONS;
  return contexts.map((context) => {
    const kept = room === 0 ? [] : context.decisions.slice(-room);
    room -= kept.length;
    const dropped = context.decisions.length - kept.length;
    return dropped === 0
      ? context
      : { ...context, decisions: kept, decisions_left_off: context.decisions_left_off + dropped };
  });
}

/** Nulls come last in descending order. */
function compare(one: string | null, other: string | null): number {
  const [a, b] = [one ?? '', other ?? ''];
  return a < b ? -1 : a > b ? 1 : 0;
}
