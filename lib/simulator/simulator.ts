/** A seeded swarm that writes the files of a root as a real one does, for demos, tests and benchmarks. */
import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { parseRegistry, REGISTRY_FILE } from '../sources/claudeswarm/registry';
import { type AgentProcess, AgentProcesses } from './agent-processes';
import type { Happening } from './happenings';
import type { HookTarget } from './permission-hook';
import { type Counts, Player, type Written } from './player';
import { generateStory, type StoryAction } from './story';
import { Terminals } from './terminals';

export interface SimulatorOptions {
  /** Created if it does not exist. */
  root: string;
  /** Equal seeds and numbers of agents give equal stories. */
  seed: number;
  /** Messages per second on average; above 0, up to 5,000. */
  messagesPerSecond: number;
  agents?: number;
  /** Begins in the middle of an incident, with a process for each agent; the root must be new. */
  incident?: boolean;
  /**
   * A configuration folder in which the agents also write what Claude Code would: sessions, transcripts and a team. Each
   * agent then has a process; the root must be new.
   */
  claudeFolder?: string | undefined;
  /**
   * With `claudeFolder`: agents react to people. Sessions take messages at a socket, dialogs are also reported to a
   * dashboard, if one is given, and locks that are taken away find a new holder.
   */
  people?: { hook: HookTarget | null } | undefined;
  /** A log larger than this is rotated; 10,485,760 if left out. */
  rotateAtBytes?: number;
  /** Called after each write, at once. */
  onWritten?: (written: Written) => void;
}

const PAST_MESSAGES = 200;
/** Messages of the story before the written past: enough for an agent to have vanished and left a lock. */
const UNSHOWN_MESSAGES = 400;
const PAST_MESSAGES_IN_ALL = UNSHOWN_MESSAGES + PAST_MESSAGES;
const PAST_MS = 60 * 60 * 1000;
const TICK_INTERVAL_MS = 10;
const MAX_SLEEP_MS = 1000;
/** What runs by itself at terminals, such as tool calls, is written at least this often. */
const TERMINALS_INTERVAL_MS = 100;
/** The folder of messaging sockets, below that of Claude Code. */
const SOCKET_FOLDER = 'socks';
/** `discover-agents --watch` runs every 30 s; slower stories must still look fresh, faster ones need no more. */
const DISCOVERY_INTERVAL_MS = 30_000;
const MIN_DISCOVERY_INTERVAL_MS = 100;
/** After a longer pause of the machine the story continues where it was instead of catching up in one burst. */
const MAX_LAG_MS = 2000;

const MAX_LINUX_PID = 4_194_304;

export class Simulator {
  readonly #options: SimulatorOptions;
  readonly #story: Generator<StoryAction, never>;
  readonly #player: Player;
  readonly #processes: AgentProcesses | null;
  readonly #terminals: Terminals | null;
  /** The first process of each agent, by its pid in the story. */
  readonly #begun = new Map<number, AgentProcess>();
  /** What people did, until the story reacts. */
  readonly #happenings: Happening[] = [];
  #next: StoryAction;
  /** The wall clock at second 0 of the story, in milliseconds since 1970. */
  #origin = 0;
  #discoveredAt = 0;
  #timer: NodeJS.Timeout | null = null;

  /**
   * Creates the root if needed. Throws if it contains the registry of a real swarm, which a simulation would destroy.
   */
  constructor(options: SimulatorOptions) {
    this.#options = options;
    mkdirSync(options.root, { recursive: true });
    refuseRealSwarm(options.root);
    const { seed, agents, incident, claudeFolder, root } = options;
    this.#processes = incident || claudeFolder !== undefined ? new AgentProcesses() : null;
    const findProcess = (agent: { pid: number }) => this.#begun.get(agent.pid) ?? null;
    const people = options.people && {
      ...{ hook: options.people.hook, socketFolder: path.join(claudeFolder ?? '', SOCKET_FOLDER) },
      onHappening: (happening: Happening) => this.#happenings.push(happening),
    };
    this.#terminals =
      claudeFolder === undefined ? null : new Terminals({ folder: claudeFolder, root, seed, findProcess, people });
    this.#player = new Player(options.root, {
      rotateAtBytes: options.rotateAtBytes,
      onWritten: options.onWritten,
      processes: this.#processes,
    });
    this.#story = generateStory({
      seed,
      agents,
      incidentAfter: incident ? PAST_MESSAGES_IN_ALL : undefined,
      terminalsAfter: this.#terminals ? PAST_MESSAGES_IN_ALL : undefined,
      happenings: () => this.#happenings.splice(0),
    });
    this.#next = this.#story.next().value;
  }

  /** The numbers of what was written so far. */
  get counts(): Readonly<Counts> {
    return this.#player.counts;
  }

  /**
   * Writes a past into the root, so that a dashboard shows a swarm in the middle of its work at once: 200 messages
   * spread over the last hour, the agents, some of them gone, and the locks that are held or were left behind.
   */
  prepare(): void {
    const past = this.#takePast();
    const end = past.at(-1)?.at ?? 0;
    const shown = past.filter((action) => action.kind === 'message').slice(-PAST_MESSAGES);
    const begin = shown[0]?.at ?? 0;
    const now = Date.now();
    const timeOf = (action: StoryAction): number => {
      if (action.secondsAgo !== undefined) return now - action.secondsAgo * 1000;
      if (action.kind !== 'message') return now - (end - action.at) * 1000;
      return now - (PAST_MS * (end - action.at)) / (end - begin);
    };
    for (const action of past) if (action.kind !== 'message') this.#play(action, timeOf(action));
    const silenced = silencedBy(past);
    const messages = shown
      .map((action) => ({ action, at: timeOf(action) }))
      .filter(({ action, at }) => action.secondsAgo !== undefined || !silenced(action, now - at));
    for (const { action, at } of messages.sort((one, other) => one.at - other.at)) this.#player.perform(action, at);
    this.#player.flush();
    this.#discover(now);
    if (!this.#terminals) return;
    const spread = (action: StoryAction): number =>
      action.secondsAgo === undefined ? now - (PAST_MS * (end - action.at)) / (end - begin) : timeOf(action);
    const seen = past
      .filter((action) => action.kind !== 'message' || action.secondsAgo !== undefined || action.at >= begin)
      .map((action) => ({ action, at: spread(action) }))
      .filter(({ action, at }) => action.secondsAgo !== undefined || !silenced(action, now - at));
    // Sorting keeps the order of deeds at one time.
    for (const { action, at } of seen.sort((one, other) => one.at - other.at)) this.#terminals.perform(action, at);
    this.#terminals.advance(now);
  }

  /** Continues the story at its speed until `stop`. */
  start(): void {
    if (this.#timer) return;
    this.#origin = Date.now() - this.#millisecondsOf(this.#next.at);
    this.#tick();
  }

  /** Ends the story after the messages that are due. */
  async stop(): Promise<void> {
    if (this.#timer) clearTimeout(this.#timer);
    this.#timer = null;
    this.#player.flush();
    this.#player.close();
    this.#terminals?.stop(Date.now());
    this.#processes?.stopAll();
  }

  #tick(): void {
    const now = Date.now();
    const lag = now - this.#dueAt();
    if (lag > MAX_LAG_MS) this.#origin += lag;
    for (let due = this.#dueAt(); due <= now; due = this.#dueAt()) {
      if (this.#next.kind !== 'join') this.#terminals?.perform(this.#next, due);
      this.#play(this.#next, due);
      if (this.#next.kind === 'join') this.#terminals?.perform(this.#next, due);
      this.#next = this.#story.next().value;
    }
    this.#player.flush();
    this.#terminals?.advance(now);
    if (this.#options.people) {
      for (const lost of this.#player.lostLocks()) this.#happenings.push({ kind: 'released', ...lost });
    }
    const sinceDiscovery = now - this.#discoveredAt;
    const interval = Math.max(
      MIN_DISCOVERY_INTERVAL_MS,
      Math.min(DISCOVERY_INTERVAL_MS, this.#millisecondsOf(DISCOVERY_INTERVAL_MS / 1000)),
    );
    if (sinceDiscovery >= interval || (this.#player.rosterChanged && sinceDiscovery >= MIN_DISCOVERY_INTERVAL_MS)) {
      this.#discover(now);
    }
    const longest = this.#terminals ? TERMINALS_INTERVAL_MS : MAX_SLEEP_MS;
    const sleep = Math.min(Math.max(this.#dueAt() - Date.now(), TICK_INTERVAL_MS), longest);
    this.#timer = setTimeout(() => this.#tick(), sleep);
  }

  #play(action: StoryAction, at: number): void {
    this.#player.perform(action, at);
    if (action.kind !== 'join') return;
    const process = this.#processes?.find(action.agent.id);
    if (process) this.#begun.set(action.agent.pid, process);
  }

  #dueAt(): number {
    return this.#origin + this.#millisecondsOf(this.#next.at);
  }

  #millisecondsOf(storySeconds: number): number {
    return (storySeconds * 1000) / this.#options.messagesPerSecond;
  }

  #discover(now: number): void {
    this.#player.discover(now);
    this.#discoveredAt = now;
  }

  #takePast(): StoryAction[] {
    const past: StoryAction[] = [];
    for (let messages = 0; messages < PAST_MESSAGES_IN_ALL || this.#next.secondsAgo !== undefined; ) {
      past.push(this.#next);
      if (this.#next.kind === 'message') messages += 1;
      this.#next = this.#story.next().value;
    }
    return past;
  }
}

/**
 * The deeds of the last hour are further apart than they were in the story, so those of agents in an incident may fall
 * into its time: nobody would speak after its death, or while a dialog is open at its terminal.
 *
 * @returns whether an agent of the incident did something after the incident began for it, by the deed's age in
 *   milliseconds
 */
function silencedBy(past: readonly StoryAction[]): (action: StoryAction, age: number) => boolean {
  const steps = past.filter(({ secondsAgo }) => secondsAgo !== undefined);
  const began = new Map<string, number>();
  const incidentBegan = Math.max(0, ...steps.map(({ secondsAgo }) => secondsAgo ?? 0)) * 1000;
  for (const step of steps) {
    if (step.kind === 'message') began.set(step.message.sender, incidentBegan);
    else if (step.kind === 'ask' || step.kind === 'endTurn') began.set(step.agentId, (step.secondsAgo ?? 0) * 1000);
  }
  return (action, age) => age < (began.get(doerOf(action) ?? '') ?? 0);
}

function doerOf(action: StoryAction): string | null {
  if (action.kind === 'message') return action.message.sender;
  return action.kind !== 'join' && 'agentId' in action ? action.agentId : null;
}

function refuseRealSwarm(root: string): void {
  const file = path.join(root, REGISTRY_FILE);
  if (!existsSync(file)) return;
  const read = parseRegistry(readFileSync(file));
  const simulated =
    'registry' in read && read.registry.entries.every(({ pid }) => typeof pid === 'number' && pid > MAX_LINUX_PID);
  if (!simulated) {
    throw new Error(`${root} contains the registry of a real swarm: give the simulator a folder of its own.`);
  }
}
