/** Decides what of the swarm's state is journaled: each subject whose content differs from the last time. */
import type {
  Agent,
  AgentsAnswer,
  AttentionAnswer,
  AttentionEntry,
  DepartedAgent,
  LocksAnswer,
  LogSource,
  Source,
  Sources,
} from '../contract/schemas';
import type { Task, TasksState } from '../contract/task-schemas';
import type { JournalUpdate } from '../history/journal';
import { JOURNALED_TASKS, type JournalKind } from '../history/journal-kind';

/** A thing as it was last, and its JSON; an unchanged object needs no new JSON. */
interface PublishedThing {
  thing: object;
  body: string;
}

type Named<T extends object> = readonly (readonly [subject: string, thing: T])[];

/** How many facts of an item's `why` are journaled, and how long each may be, in characters. */
const MAX_FACTS = 10;
const MAX_FACT_LENGTH = 300;
/** How many of the newest changes are journaled with a task: the entries before have the others. */
const MAX_TASK_CHANGES = 3;

export class SwarmJournal {
  readonly #record: (update: JournalUpdate) => void;
  readonly #published = new Map<JournalKind, Map<string, PublishedThing>>();
  #changed: JournalUpdate['changed'][number][] = [];
  #complete: JournalKind[] = [];
  #leftOff: string[] = [];
  readonly #server = new Map<string, object>();
  /** The recorder knows the whole state, so that differences suffice; before that it must get everything. */
  #begun = false;

  constructor(record: (update: JournalUpdate) => void) {
    this.#record = record;
  }

  get begun(): boolean {
    return this.#begun;
  }

  /** Ends the journal: another history is open, or this process does not record. */
  end(): void {
    this.#begun = false;
  }

  /** Records the whole state; from now on each `commit` records what differs from it. */
  begin(at: number): void {
    this.#begun = true;
    this.#complete = [...this.#published.keys()];
    this.#changed = [...this.#published].flatMap(([kind, things]) =>
      [...things].map(([subject, { body }]) => [kind, subject, body] as const),
    );
    this.commit(at);
  }

  /** @param at when the files were as described, milliseconds since 1970 */
  commit(at: number): void {
    const [changed, complete, leftOff] = [this.#changed, this.#complete, this.#leftOff];
    this.#changed = [];
    this.#complete = [];
    this.#leftOff = [];
    if (this.#begun && changed.length + complete.length > 0) this.#record({ at, changed, complete, leftOff });
  }

  /** @param event an event of the dashboard itself; `at` is part of it, since its uptime counts from there */
  server(event: { event: 'started' | 'stopped'; version: string; pid: number; at: number }): void {
    this.#server.set('dashboard', event);
    this.#publish('server', [...this.#server]);
  }

  agents({ agents, departed, ...header }: AgentsAnswer): void {
    const seen = new Map<string, number>();
    const named = agents.map((agent) => {
      // A registry may list an id twice.
      const times = (seen.get(agent.id) ?? 0) + 1;
      seen.set(agent.id, times);
      return [times === 1 ? agent.id : `${agent.id}\n${times}`, agent] as const;
    });
    this.#publish('agent', named, lastingOf);
    const lastSeen = named.map(([subject, agent]) =>
      Object.hasOwn(agent, 'last_seen') ? [subject, agent.last_seen] : [subject],
    );
    // Each departed agent is a subject of its own: a list of all would be journaled whenever an agent leaves.
    const left = departed.map((agent) => [departedSubject(agent), agent] as const);
    this.#publish<object>('registry', [['header', { ...header, last_seen: lastSeen }], ...left], (thing) =>
      'left_at' in thing ? { ...steadyOf(thing as DepartedAgent) } : thing,
    );
  }

  /**
   * Journals the listed locks; locks beyond the list are only counted.
   *
   * @param isHeld whether a lock file exists, listed or not
   */
  locks(answer: LocksAnswer, isHeld: (lockFile: string) => boolean): void {
    const { locks, truncated, count, stale_count, orphaned_count, overlapping_count } = answer;
    // Overlaps can be computed from the other locks.
    const named = locks.map((lock) => [lock.lock_file, lock] as const);
    const gone = this.#publish('lock', named, ({ conflicts_with: _, ...lasting }) => lasting);
    if (truncated > 0) {
      for (const lockFile of gone) if (isHeld(lockFile)) this.#leftOff.push(lockFile);
      this.#server.set('locks', { count, stale_count, orphaned_count, overlapping_count });
    } else if (!this.#server.delete('locks')) return;
    this.#publish('server', [...this.#server]);
  }

  /** Journals the listed tasks. How the file was read is a thing of the server, so that a past moment has both or none. */
  tasks({ tasks, left_off, file }: TasksState): void {
    this.#publish(
      'task',
      tasks.map((task) => [task.key, task] as const),
      boundedTask,
    );
    // As with sources, what was skipped is known of the present only.
    const { skipped: _, ...read } = file ?? {};
    this.#server.set(JOURNALED_TASKS, { left_off, ...read });
    this.#publish('server', [...this.#server]);
  }

  sources(sources: Sources): void {
    // Counts that rise while nothing happens are no part of the state at a moment.
    this.#publish('source', Object.entries(sources) as [string, Source | LogSource][], (source) => ({
      ...source,
      skipped: [],
      ...('backlog' in source && { unterminated_tail: null, backlog: null }),
    }));
  }

  attention({ attention }: AttentionAnswer): void {
    this.#publish(
      'attention',
      attention.map((entry) => [entry.id, entry] as const),
      boundedOf,
    );
  }

  /** @returns the subjects that are gone */
  #publish<T extends object>(
    kind: JournalKind,
    things: Named<T>,
    lasting: (thing: T) => object = (thing) => thing,
  ): string[] {
    const published = this.#published.get(kind) ?? new Map<string, PublishedThing>();
    if (!this.#published.has(kind)) this.#complete.push(kind);
    this.#published.set(kind, published);
    const before = published.size;
    let known = 0;
    for (const [subject, thing] of things) {
      const last = published.get(subject);
      if (last !== undefined) known++;
      if (last?.thing === thing) continue;
      const body = JSON.stringify(lasting(thing));
      published.set(subject, { thing, body });
      if (body !== last?.body) this.#changed.push([kind, subject, body]);
    }
    // Usually nothing is gone, and thousands of locks need not be compared.
    const gone = known === before ? [] : withoutThose(published.keys(), things);
    for (const subject of gone) {
      published.delete(subject);
      this.#changed.push([kind, subject, null]);
    }
    if (!this.#begun) this.#changed = [];
    return gone;
  }
}

function withoutThose(subjects: Iterable<string>, things: Named<object>): string[] {
  const present = new Set(things.map(([subject]) => subject));
  return [...subjects].filter((subject) => !present.has(subject));
}

/**
 * @returns an agent without the fields that change with every sign of life; the state of a moment fills them in again
 */
function steadyOf<T extends Agent>({
  last_evidence_at: _,
  last_spoke_at: __,
  last_message: ___,
  // Texts of prompts and answers stay in memory.
  work: _____,
  process,
  ...agent
}: T) {
  const { seen_at: ____, ...seen } = process;
  return { ...agent, process: seen };
}

/** @returns what is journaled of an agent: its `last_seen` is part of the registry's header */
function lastingOf(agent: Agent): object {
  const { last_seen: _, health_reason, ...lasting } = steadyOf(agent);
  // A reason that contains the time of a sign of life changes with each sign.
  const passes = agent.health === 'active' && agent.last_evidence_at !== null && /\d+:\d+/.test(agent.health_reason);
  return passes ? lasting : { ...lasting, health_reason };
}

/** @returns the subject under which an agent that left is journaled; an id may leave several times */
function departedSubject({ id, left_at }: DepartedAgent): string {
  return `departed\n${left_at}\n${id}`;
}

/** @returns an attention item whose facts take no more room than a few sentences */
function boundedOf({ why, ...entry }: AttentionEntry): object {
  const facts = why.facts.slice(0, MAX_FACTS).map((fact) => fact.slice(0, MAX_FACT_LENGTH));
  return { ...entry, why: { ...why, facts } };
}

function boundedTask({ history, ...task }: Task): object {
  return { ...task, history: history.slice(-MAX_TASK_CHANGES) };
}
