/** Describes a swarm from its files: agents with their health, locks with their overlaps. */
import { NO_AGENTS, NO_TASKS } from '../contract/defaults';
import type { AgentsAnswer, DepartedAgent, Lock, LocksAnswer } from '../contract/schemas';
import type { TasksState } from '../contract/task-schemas';
import { runAtOnce } from '../platform/turns';
import { describeAgents, type Evidence, type Speech } from '../rules/agent-health';
import { AgentLives, MAX_DEPARTED } from '../rules/agent-lives';
import type { BlockedAgents } from '../rules/blocked-agents';
import { LockBoard } from '../rules/lock-board';
import { LockComparison } from '../rules/lock-comparison';
import { LockHolders } from '../rules/lock-holders';
import { findNeighbours } from '../rules/lock-neighbours';
import { findOverlaps, type LockOverlap } from '../rules/lock-overlaps';
import type { LockRow } from '../rules/lock-row';
import { describeLock, isEarly, isStale, type LockBoardFacts } from '../rules/lock-status';
import { unfinishedSessionTasks } from '../rules/session-tasks';
import { taskBoardSteps, tasksInHand } from '../rules/task-board';
import type { AgentCards, AgentCardsReader } from '../sources/claudeswarm/agent-cards';
import { isSameEntry, type LockEntry } from '../sources/claudeswarm/lock-entry';
import { findLock } from '../sources/claudeswarm/lock-list';
import type { LocksReader } from '../sources/claudeswarm/locks';
import type { Registry, RegistryEntry, RegistryReader } from '../sources/claudeswarm/registry';
import type { SwarmConfig } from '../sources/claudeswarm/swarm-config';
import type { ListedTask, TasksReader } from '../sources/claudeswarm/tasks';
import { isPid, type ProcessTable } from '../sources/processes/processes';
import {
  type AgentContact,
  ClaudeAgents,
  type ClaudeAgentsOptions,
  type ClaudeFacts,
  NO_CLAUDE_FACTS,
} from './claude-agents';

interface Described {
  /** The swarm's root, absolute. */
  root: string;
  registry: RegistryReader;
  locks: LocksReader;
  cards: Pick<AgentCardsReader, 'cards'>;
  processes: ProcessTable;
  tasks?: Pick<TasksReader, 'tasks' | 'status'>;
  config: SwarmConfig;
  claude?: ClaudeAgentsOptions;
  /** Called when locks that took long to compare can be described; the caller then calls `describe`. */
  onCompared?: () => void;
}

/**
 * Each further sign of life of an active agent changes nothing but a time, yet would be an event with all agents. So
 * such signs are taken about once a second, with the heartbeat where somebody follows; a sign that revives a silent
 * agent is taken at once.
 */
const SIGNS_INTERVAL_MS = 900;

/** The facts from which the agents were described. */
interface Signs {
  registry: Registry | null;
  /** When each sender last spoke and each holder last took a lock, milliseconds since 1970. */
  messages: ReadonlyMap<string, Speech>;
  locks: ReadonlyMap<string, number>;
  cards: AgentCards;
  tasks: readonly ListedTask[];
  blocked: BlockedAgents;
  claude: ClaudeFacts;
  at: number;
}

export class SwarmDescription {
  /** The same object for as long as nothing in it changes. */
  agents: AgentsAnswer = NO_AGENTS;
  overlaps: readonly LockOverlap[] = [];
  /** Which agents are blocked, as the wait relations say. */
  blocked: BlockedAgents = new Map();
  /** What is known from Claude Code's files. */
  claude: ClaudeFacts = NO_CLAUDE_FACTS;
  /** The unfinished tasks of Claude Code's lists, with the agents that own them. The same list while none differs. */
  sessionTasks: readonly ListedTask[] = [];
  /** All tasks, as they are published. The same object for as long as nothing in it changes. */
  tasks: TasksState = NO_TASKS;
  readonly lives = new AgentLives();
  /** The tasks of Claude Code's lists, finished ones too. */
  #listTasks: readonly ListedTask[] = [];
  /** Agents that the registry does not list. */
  readonly #ownLives = new AgentLives();
  readonly #claudeAgents: ClaudeAgents;
  readonly #from: Described;
  readonly #board = new LockBoard();
  readonly #comparison: LockComparison;
  #signs: Signs | null = null;
  /** What `tasks` was computed from. */
  #tasksFrom: { file: readonly ListedTask[]; status: TasksReader['status']; lists: readonly ListedTask[] } | null =
    null;
  #describingTasks: object | null = null;
  #newestLocks: { entries: LocksReader['locks']; newest: ReadonlyMap<string, number>; at: number } | null = null;

  constructor(from: Described) {
    this.#from = from;
    this.#claudeAgents = new ClaudeAgents(from.claude ?? { places: NO_PLACES });
    this.#comparison = new LockComparison(from.root, () => from.onCompared?.());
  }

  /** Compares the locks that the reader has before any of them is shown, so that `describe` has them. */
  async compareLocks(): Promise<void> {
    this.#comparison.request(this.#from.locks.locks);
    await this.#comparison.settled();
  }

  /** The published answer about locks. The same object for as long as nothing in it changes. */
  get locks(): LocksAnswer {
    return this.#board.answer;
  }

  /** The same as JSON. */
  get locksJson(): string {
    return this.#board.json;
  }

  /** The same with as many locks as one answer may list; null where `locks` lists them all. */
  get longestLocksJson(): string | null {
    return this.#board.longest;
  }

  /** Every lock, sorted by `lock_file`. */
  get allLocks(): readonly LockRow[] {
    return this.#board.locks;
  }

  /** @returns a lock as the API shows it, also one whose file was read just now and is not among `allLocks` */
  describeLock(entry: LockEntry): Lock {
    const known = findLock(this.allLocks, entry.lock_file);
    if (known && isSameEntry(known.entry, entry)) return known.describe();
    const now = Date.now();
    const { holders, staleTimeoutSeconds } = this.#lockFacts(now);
    const { conflicts, complete } = findNeighbours(entry, this.#from.locks.locks);
    return describeLock(entry, {
      stale: isStale(entry, staleTimeoutSeconds, now),
      early: isEarly(entry, now),
      holder: holders.of(entry.fields.agent_id, entry.lockedAt),
      conflicts,
      uncompared: !complete,
    });
  }

  /**
   * Describes what the readers have, where a file, a sign of life or the clock gives a reason to describe it again.
   *
   * @param newestBySender each sender's newest own message
   * @param signsAnew takes all signs of life, however recently they were taken
   */
  describe(newestBySender: ReadonlyMap<string, Speech>, now: number, signsAnew = false): void {
    runAtOnce(this.describeSteps(newestBySender, now, signsAnew));
  }

  /** The same as `describe`, in steps. */
  *describeSteps(newestBySender: ReadonlyMap<string, Speech>, now: number, signsAnew = false): Generator<void> {
    const { registry } = this.#from.registry;
    const { cards } = this.#from.cards;
    const tasks = this.#from.tasks?.tasks ?? NO_LISTED_TASKS;
    const { blocked, claude } = this;
    const locks = this.#newestLocksAt(now);
    const signs = { registry, messages: newestBySender, locks, cards, tasks, blocked, claude, at: now };
    if (signsAnew || this.#wantsDescribing(signs)) {
      this.#signs = signs;
      this.agents = this.#describeAgents(signs);
      yield;
    }
    yield* this.#describeTasks();
    this.#describeLocks(now);
  }

  /** Every number that may be the pid of an agent whose process is to be observed. */
  *pids(): Iterable<number> {
    yield* this.lives.pids(this.#from.registry.registry);
    yield* this.#ownLives.pids(this.#claudeAgents.own);
    for (const { pid, alive } of this.claude.sessions) if (alive === true && isPid(pid)) yield pid;
  }

  /** The teams of Claude Code that are shown, as they were described last. */
  get teams(): ClaudeAgents['teams'] {
    return this.#claudeAgents.teams;
  }

  /** The sessions of Claude Code that are shown, with the ids of their agents. */
  shownSessions(): ReturnType<ClaudeAgents['shown']> {
    return this.#claudeAgents.shown();
  }

  /** The teammates in panes of their own that are shown. */
  shownTeammates(): ClaudeAgents['paneTeammates'] {
    return this.#claudeAgents.paneTeammates;
  }

  /** @returns the entry of an agent and how it can be reached, as they were described last; null if it is not listed */
  contact(id: string): ({ entry: RegistryEntry } & AgentContact) | null {
    const entries = [...(this.#signs?.registry?.entries ?? []), ...this.#claudeAgents.own.entries];
    const entry = entries.find((one) => one.id === id);
    return entry === undefined ? null : { entry, ...this.#claudeAgents.contact(entry) };
  }

  #wantsDescribing({ registry, messages, locks, cards, tasks, blocked, claude, at }: Signs): boolean {
    const last = this.#signs;
    if (last === null || last.registry !== registry || last.cards !== cards || last.blocked !== blocked) return true;
    if (last.claude !== claude || last.tasks !== tasks) return true;
    if (Math.abs(at - last.at) >= SIGNS_INTERVAL_MS) return true;
    return this.agents.agents.some(
      ({ id, health }) =>
        health !== 'active' &&
        (messages.get(id)?.message.seq !== last.messages.get(id)?.message.seq || locks.get(id) !== last.locks.get(id)),
    );
  }

  #describeAgents({ registry, messages, locks, cards, tasks, blocked, claude, at }: Signs): AgentsAnswer {
    const { processes, config } = this.#from;
    const agents = this.#claudeAgents;
    agents.update(registry, claude, processes, at);
    if (this.#listTasks !== agents.teams.tasks) {
      this.#listTasks = agents.teams.tasks;
      this.sessionTasks = unfinishedSessionTasks(this.#listTasks);
    }
    const evidence: Evidence = {
      newestMessageBySender: messages,
      newestLockByHolder: locks,
      ...{ cards, blocked, claude: agents, tasks: tasksInHand([...tasks, ...this.#listTasks]) },
      staleThresholdSeconds: config.staleThresholdSeconds,
      now: at,
    };
    const own = this.#describeOwn(evidence);
    if (registry === null) return own.agents.length + own.departed.length === 0 ? NO_AGENTS : { ...NO_AGENTS, ...own };
    const { session_name, session_names, updated_at } = registry;
    this.lives.update(registry, processes, at);
    const listed = describeAgents(this.lives, evidence);
    return {
      ...{ session_name, session_names, updated_at },
      agents: [...listed.agents, ...own.agents],
      departed: newestDeparted(listed.departed, own.departed),
    };
  }

  /** Apart from the registry's: what is proven of their processes says nothing about the host that it is from. */
  #describeOwn(evidence: Evidence): Pick<AgentsAnswer, 'agents' | 'departed'> {
    const { own } = this.#claudeAgents;
    const lives = this.#ownLives;
    if (own.entries.length + lives.listed.length + lives.departed.length === 0) return { agents: [], departed: [] };
    lives.update(own, this.#from.processes, evidence.now);
    const { agents, departed } = describeAgents(lives, evidence);
    return { agents, departed: departed.map(asOwnDeparted) };
  }

  *#describeTasks(): Generator<void> {
    const { tasks: reader } = this.#from;
    if (reader === undefined) return;
    const from = { file: reader.tasks, status: reader.status, lists: this.#listTasks };
    const last = this.#tasksFrom;
    if (last?.file === from.file && last.status === from.status && last.lists === from.lists) return;
    this.#describingTasks = from;
    const tasks = yield* taskBoardSteps([...from.file, ...from.lists], from.status);
    // Another description has begun meanwhile, from newer tasks.
    if (this.#describingTasks !== from) return;
    this.#tasksFrom = from;
    this.tasks = tasks;
    yield;
  }

  #formerEnds(): ReadonlyMap<string, number> {
    const ends = this.lives.listed.flatMap(({ entry, formerEndedAt }): [string, number][] =>
      formerEndedAt === null ? [] : [[entry.id, formerEndedAt]],
    );
    return new Map(ends);
  }

  #newestLocksAt(now: number): ReadonlyMap<string, number> {
    const entries = this.#from.locks.locks;
    const known = this.#newestLocks;
    // A lock time that was ahead of the clock may have come by now.
    if (known?.entries === entries && Math.abs(now - known.at) < SIGNS_INTERVAL_MS) return known.newest;
    const newest = newestLocks(entries, now);
    this.#newestLocks = { entries, newest, at: now };
    return newest;
  }

  /** Leaves out locks that were not compared yet: to list them without overlaps would be a false statement. */
  #describeLocks(now: number): void {
    this.#comparison.request(this.#from.locks.locks);
    const { entries, conflicts, spelled } = this.#comparison.compared;
    if (!this.#board.update(entries, conflicts, this.#lockFacts(now))) return;
    this.overlaps = findOverlaps(this.#board.locks, spelled);
  }

  #lockFacts(now: number): LockBoardFacts {
    const { registry, status } = this.#from.registry;
    // A registry that vanished stays as it was read last; one that cannot be read whole may list anybody now.
    const readable = registry !== null && status.state !== 'unreadable' && status.state !== 'degraded';
    const holders = new LockHolders(readable ? this.agents : null, this.#formerEnds());
    return { holders, staleTimeoutSeconds: this.#from.config.lockStaleTimeoutSeconds, now };
  }
}

const NO_LISTED_TASKS: readonly ListedTask[] = [];

/** Where nothing is known of processes above others. */
const NO_PLACES = { ancestors: () => [], tmuxServer: () => null };

/** The sentences about the registry do not fit an agent that it never listed. */
function asOwnDeparted(agent: DepartedAgent): DepartedAgent {
  const { health, process, pid } = agent;
  const left =
    process.state === 'gone' ? `Its process (pid ${pid}) ended.` : 'The files of Claude Code no longer list it.';
  return { ...agent, source: 'claude-code', left_reason: health === 'moved' ? agent.left_reason : left };
}

function newestDeparted(one: readonly DepartedAgent[], other: readonly DepartedAgent[]): DepartedAgent[] {
  if (other.length === 0) return [...one];
  const all = [...one, ...other].sort((a, b) => (a.left_at > b.left_at ? -1 : 1));
  return all.slice(0, MAX_DEPARTED);
}

/** A time ahead of the clock is not a sign of life, and must not hide an older one that is. */
function newestLocks(entries: LocksReader['locks'], now: number): Map<string, number> {
  const newest = new Map<string, number>();
  for (const { fields, lockedAt } of entries) {
    const holder = fields.agent_id;
    if (typeof holder !== 'string' || lockedAt === null || lockedAt > now) continue;
    const known = newest.get(holder);
    if (known === undefined || lockedAt > known) newest.set(holder, lockedAt);
  }
  return newest;
}
