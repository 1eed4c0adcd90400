/**
 * The story of a simulated team: an endless sequence of actions, one message per second of the story on average. Pure:
 * it reads no clock and no file, so equal seeds give equal stories.
 */
import { ROLES } from './codebase';
import { incident } from './incident';
import { Random } from './random';
import { arrival, SCENES } from './scenes';
import type { Scene } from './speech';
import { type Deed, World } from './world';

/** An action and its time in seconds since the story began; times never decrease. */
export type StoryAction = Deed & {
  at: number;
  /** In the past of an incident: how long before the present it happened, in seconds. */
  secondsAgo?: number;
};

interface Running {
  due: number;
  scene: Scene;
  /** It is part of an incident, whose agents say nothing else. */
  ofIncident?: true;
}

/** Seconds between two lines of one conversation, on average; messages of others come in between. */
const REPLY_SECONDS = 6;
/** Longer silences would look like a broken swarm. */
const MAX_SILENCE_SECONDS = 6;

/**
 * Generates the story.
 *
 * @param options.seed any integer
 * @param options.agents how many agents begin it, at least 3; one for each role if left out
 * @param options.incidentAfter the number of messages after which an incident is under way; never if left out
 * @returns a generator that never ends
 */
export function* generateStory(options: {
  seed: number;
  agents?: number | undefined;
  incidentAfter?: number | undefined;
}): Generator<StoryAction, never> {
  const world = new World(new Random(options.seed));
  const running: Running[] = [];
  for (let joined = 0; joined < (options.agents ?? ROLES.length); joined += 1) {
    running.push({ due: joined * 2, scene: arrival(world, world.newcomer()) });
    const first = running.at(-1)?.scene.next();
    if (first && !first.done && typeof first.value !== 'number') yield* perform(world, first.value);
  }
  for (let messages = 0; ; messages += 1) {
    if (messages === options.incidentAfter) yield* beginIncident(world, running);
    world.clock += Math.min(world.random.exponential(1), MAX_SILENCE_SECONDS);
    while (!(yield* playScene(world, running))) {
      // A scene without a message now, such as a refreshed lock, takes no time; the next one follows at once.
    }
  }
}

function* beginIncident(world: World, running: Running[]): Generator<StoryAction, void> {
  const begun = incident(world);
  if (begun === null) return;
  for (const { deed, secondsAgo } of begun.past) {
    if (world.perform(deed)) yield { ...deed, at: world.clock, secondsAgo };
  }
  for (const scene of begun.scenes) running.push({ due: world.clock, scene, ofIncident: true });
}

/** Plays the scene that is due, or a new one, up to its next message or pause. @returns whether a message was sent */
function* playScene(world: World, running: Running[]): Generator<StoryAction, boolean> {
  const { scene, ofIncident } = takeDue(running, world.clock) ?? { scene: newScene(world) };
  const later = (seconds: number) =>
    running.push({ due: world.clock + seconds, scene, ...(ofIncident && { ofIncident }) });
  let answer = true;
  for (;;) {
    const step = scene.next(answer);
    if (step.done) return false;
    if (typeof step.value === 'number') {
      later(step.value);
      return false;
    }
    answer = !isStuck(world, step.value, ofIncident) && (yield* perform(world, step.value));
    if (step.value.kind === 'message' && answer) {
      later(world.random.exponential(REPLY_SECONDS));
      return true;
    }
  }
}

/** A scene from before an incident goes on without the words of agents that wait in it. */
function isStuck(world: World, deed: Deed, ofIncident: true | undefined): boolean {
  return !ofIncident && deed.kind === 'message' && world.engaged.has(deed.message.sender);
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

function newScene(world: World): Scene {
  const agent = world.random.pick(world.free());
  return world.random.pickWeighted(SCENES)(world, agent);
}
