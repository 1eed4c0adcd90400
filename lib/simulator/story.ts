/**
 * The story of a simulated team: an endless sequence of actions, one message per second of the story on average. Pure:
 * it reads no clock and no file, so equal seeds give equal stories.
 */
import { ROLES } from './codebase';
import { type Happening, reactionTo } from './happenings';
import { incident, type PastDeed } from './incident';
import { Random } from './random';
import { arrival, SCENES } from './scenes';
import type { Scene } from './speech';
import { BRIEF_SCENES, MIN_FREE, openTerminals, TERMINAL_SCENES } from './terminal-scenes';
import { type Deed, type StoryAgent, World } from './world';

/** An action and its time in seconds since the story began; times never decrease. */
export type StoryAction = Deed & {
  at: number;
  /** In the past of an incident: how long before the present it happened, in seconds. */
  secondsAgo?: number;
};

interface Running {
  due: number;
  scene: Scene;
  /** It is part of an incident, whose agents say nothing else, or a reaction to what a person did. */
  isUrgent?: true;
  /** Its next step, which has to wait: the agent is occupied at its terminal. */
  delayed?: Deed;
}

/** The terminals of a story, drawn from a sequence of its own: the rest of the story does not depend on it. */
interface Terminals {
  random: Random;
  nextAt: number;
}

/** Seconds between two lines of one conversation, on average; messages of others come in between. */
const REPLY_SECONDS = 6;
/** Longer silences would look like a broken swarm. */
const MAX_SILENCE_SECONDS = 6;
/** Seconds between two scenes at terminals, on average. */
const TERMINAL_SCENE_SECONDS = 12;
/** How long a scene waits before it looks again whether an occupied agent can go on. */
const OCCUPIED_SECONDS = 3;

/**
 * Generates the story.
 *
 * @param options.seed any integer
 * @param options.agents how many agents begin it, at least 3; one for each role if left out
 * @param options.incidentAfter the number of messages after which an incident is under way; never if left out
 * @param options.terminalsAfter the number of messages after which agents also wait for people at their terminals, at two
 *   of them at once; without it nothing at all happens at terminals
 * @param options.happenings gives what people did since its last call; the agents react to it
 * @returns a generator that never ends
 */
export function* generateStory(options: {
  seed: number;
  agents?: number | undefined;
  incidentAfter?: number | undefined;
  terminalsAfter?: number | undefined;
  happenings?: (() => readonly Happening[]) | undefined;
}): Generator<StoryAction, never> {
  const world = new World(new Random(options.seed));
  const running: Running[] = [];
  const { terminalsAfter } = options;
  const terminals = terminalsAfter === undefined ? null : { random: new Random(options.seed + 1), nextAt: 0 };
  for (let joined = 0; joined < (options.agents ?? ROLES.length); joined += 1) {
    running.push({ due: joined * 2, scene: arrival(world, world.newcomer()) });
    const first = running.at(-1)?.scene.next();
    if (first && !first.done && typeof first.value !== 'number') yield* perform(world, first.value);
  }
  for (let messages = 0; ; messages += 1) {
    const cast = messages === options.incidentAfter ? yield* beginIncident(world, running) : [];
    if (terminals && messages === terminalsAfter) yield* beginWaits(world, running, terminals, cast);
    if (terminals) beginAtTerminals(world, running, terminals, messages < (terminalsAfter ?? 0));
    for (const happening of options.happenings?.() ?? []) {
      // Before all scenes that are overdue: a person waits for it.
      running.push({ due: Number.NEGATIVE_INFINITY, scene: reactionTo(world, happening), isUrgent: true });
    }
    world.clock += Math.min(world.random.exponential(1), MAX_SILENCE_SECONDS);
    while (!(yield* playScene(world, running))) {
      // A scene without a message now, such as a refreshed lock, takes no time; the next one follows at once.
    }
  }
}

/** @returns all who take part */
function* beginIncident(world: World, running: Running[]): Generator<StoryAction, readonly StoryAgent[]> {
  const begun = incident(world);
  if (begun === null) return [];
  yield* performPast(world, begun.past);
  for (const scene of begun.scenes) running.push({ due: world.clock, scene, isUrgent: true });
  return begun.cast;
}

function* beginWaits(
  world: World,
  running: Running[],
  { random }: Terminals,
  taken: readonly StoryAgent[],
): Generator<StoryAction, void> {
  const { past, scenes } = openTerminals(world, random, taken);
  yield* performPast(world, past);
  for (const scene of scenes) running.push({ due: world.clock, scene });
}

function* performPast(world: World, past: readonly PastDeed[]): Generator<StoryAction, void> {
  for (const { deed, secondsAgo } of past) {
    if (world.perform(deed)) yield { ...deed, at: world.clock, secondsAgo };
  }
}

function beginAtTerminals(world: World, running: Running[], terminals: Terminals, brief: boolean): void {
  if (world.clock < terminals.nextAt) return;
  terminals.nextAt = world.clock + terminals.random.exponential(TERMINAL_SCENE_SECONDS);
  const free = world.free();
  if (free.length <= MIN_FREE || world.occupied.size * 3 >= world.listed.size) return;
  const agent = terminals.random.pick(free);
  const scene = terminals.random.pickWeighted(brief ? BRIEF_SCENES : TERMINAL_SCENES)(world, agent, terminals.random);
  running.push({ due: world.clock, scene });
}

/**
 * Plays the scene that is due, or a new one, up to its next message or pause.
 *
 * @returns whether time passes now: a message was sent, or nobody can send one
 */
function* playScene(world: World, running: Running[]): Generator<StoryAction, boolean> {
  const next = takeDue(running, world.clock) ?? newScene(world);
  // All wait for people: the story goes on when one of them has answered.
  if (next === null) return true;
  const { scene, isUrgent, delayed } = next;
  const later = (seconds: number, deed?: Deed) =>
    running.push({
      due: world.clock + seconds,
      scene,
      ...(isUrgent && { isUrgent }),
      ...(deed && { delayed: deed }),
    });
  let answer = true;
  let step: Deed | number | undefined = delayed;
  for (;;) {
    if (step === undefined) {
      const played = scene.next(answer);
      if (played.done) return false;
      step = played.value;
    }
    if (typeof step === 'number') {
      later(step);
      return false;
    }
    if (isOccupied(world, step)) {
      later(OCCUPIED_SECONDS, step);
      return false;
    }
    answer = !isStuck(world, step, isUrgent) && (yield* perform(world, step));
    if (step.kind === 'message' && answer) {
      later(world.random.exponential(REPLY_SECONDS));
      return true;
    }
    step = undefined;
  }
}

/** Whether an agent waits for a person, so that it can neither write nor lock anything now. */
function isOccupied(world: World, deed: Deed): boolean {
  switch (deed.kind) {
    case 'message':
      return world.occupied.has(deed.message.sender);
    case 'acquire':
    case 'release':
    case 'vanish':
      return world.occupied.has(deed.agentId);
    default:
      return false;
  }
}

/** Other scenes go on without the words of agents that wait in an incident. */
function isStuck(world: World, deed: Deed, isUrgent: true | undefined): boolean {
  return !isUrgent && deed.kind === 'message' && world.engaged.has(deed.message.sender);
}

function* perform(world: World, deed: Deed): Generator<StoryAction, boolean> {
  const happened = world.perform(deed);
  if (happened) yield { ...deed, at: world.clock };
  return happened;
}

function takeDue(running: Running[], clock: number): Running | undefined {
  let earliest = 0;
  for (let index = 1; index < running.length; index += 1) {
    if ((running[index] as Running).due < (running[earliest] as Running).due) earliest = index;
  }
  return running.length > 0 && (running[earliest] as Running).due <= clock ? running.splice(earliest, 1)[0] : undefined;
}

function newScene(world: World): Running | null {
  const free = world.free();
  if (free.length === 0) return null;
  const agent = world.random.pick(free);
  return { due: world.clock, scene: world.random.pickWeighted(SCENES)(world, agent) };
}
