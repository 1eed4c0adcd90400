/** A seeded swarm that writes the real files of a root in the real way: demo, test bed and load of the benchmarks. */
import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { parseRegistry, REGISTRY_FILE } from '../sources/claudeswarm/registry';
import { type Counts, Player, type Written } from './player';
import { generateStory, type StoryAction } from './story';

export interface SimulatorOptions {
  /** Made if it does not exist. */
  root: string;
  /** Equal seeds and numbers of agents tell equal stories. */
  seed: number;
  /** Messages a second, on average; above 0, at most 5,000. */
  messagesPerSecond: number;
  agents?: number;
  /** A log larger than this is rotated; 10,485,760 if left out. */
  rotateAtBytes?: number;
  /** Called after each write, at once. */
  onWritten?: (written: Written) => void;
}

const PAST_MESSAGES = 200;
/** What happened before the past that is told: long enough for somebody to have vanished and left a lock behind. */
const UNSHOWN_MESSAGES = 400;
const PAST_MS = 60 * 60 * 1000;
const TICK_INTERVAL_MS = 10;
const MAX_SLEEP_MS = 1000;
/** `discover-agents --watch` looks every 30 s; slower stories must still look fresh, faster ones need not thrash. */
const DISCOVERY_INTERVAL_MS = 30_000;
const MIN_DISCOVERY_INTERVAL_MS = 100;
/** After a longer pause of the machine the story goes on where it was, it does not catch up in one burst. */
const MAX_LAG_MS = 2000;

const MAX_LINUX_PID = 4_194_304;

export class Simulator {
  readonly #options: SimulatorOptions;
  readonly #story: Generator<StoryAction, never>;
  readonly #player: Player;
  #next: StoryAction;
  /** The wall clock at the story's second 0, in milliseconds since 1970. */
  #origin = 0;
  #discoveredAt = 0;
  #timer: NodeJS.Timeout | null = null;

  /** Makes the root if needed. Throws if it holds the registry of a real swarm, which a simulation would destroy. */
  constructor(options: SimulatorOptions) {
    this.#options = options;
    mkdirSync(options.root, { recursive: true });
    refuseRealSwarm(options.root);
    this.#player = new Player(options.root, options.rotateAtBytes, options.onWritten);
    this.#story = generateStory(options);
    this.#next = this.#story.next().value;
  }

  /** What was written so far. */
  get counts(): Readonly<Counts> {
    return this.#player.counts;
  }

  /**
   * Writes a past into the root, so that the first look finds a swarm in the middle of its work: 200 messages spread
   * over the last hour, the agents, some of them gone, and the locks that are held or were left behind.
   */
  prepare(): void {
    const past = this.#takePast();
    const end = past.at(-1)?.at ?? 0;
    const shown = past.filter((action) => action.kind === 'message').slice(-PAST_MESSAGES);
    const begin = shown[0]?.at ?? 0;
    const now = Date.now();
    for (const action of past)
      if (action.kind !== 'message') this.#player.perform(action, now - (end - action.at) * 1000);
    for (const action of shown) this.#player.perform(action, now - (PAST_MS * (end - action.at)) / (end - begin));
    this.#player.flush();
    this.#discover(now);
  }

  /** Goes on with the story at its speed until `stop`. */
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
  }

  #tick(): void {
    const now = Date.now();
    const lag = now - this.#dueAt();
    if (lag > MAX_LAG_MS) this.#origin += lag;
    for (let due = this.#dueAt(); due <= now; due = this.#dueAt()) {
      this.#player.perform(this.#next, due);
      this.#next = this.#story.next().value;
    }
    this.#player.flush();
    const sinceDiscovery = now - this.#discoveredAt;
    const interval = Math.max(
      MIN_DISCOVERY_INTERVAL_MS,
      Math.min(DISCOVERY_INTERVAL_MS, this.#millisecondsOf(DISCOVERY_INTERVAL_MS / 1000)),
    );
    if (sinceDiscovery >= interval || (this.#player.rosterChanged && sinceDiscovery >= MIN_DISCOVERY_INTERVAL_MS)) {
      this.#discover(now);
    }
    const sleep = Math.min(Math.max(this.#dueAt() - Date.now(), TICK_INTERVAL_MS), MAX_SLEEP_MS);
    this.#timer = setTimeout(() => this.#tick(), sleep);
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
    for (let messages = 0; messages < UNSHOWN_MESSAGES + PAST_MESSAGES; ) {
      past.push(this.#next);
      if (this.#next.kind === 'message') messages += 1;
      this.#next = this.#story.next().value;
    }
    return past;
  }
}

function refuseRealSwarm(root: string): void {
  const file = path.join(root, REGISTRY_FILE);
  if (!existsSync(file)) return;
  const read = parseRegistry(readFileSync(file));
  const simulated =
    'registry' in read && read.registry.entries.every(({ pid }) => typeof pid === 'number' && pid > MAX_LINUX_PID);
  if (!simulated) {
    throw new Error(`${root} holds the registry of a real swarm: give the simulator a folder of its own.`);
  }
}
