/**
 * The story of a simulated team: an endless sequence of deeds, one message a second of the story on average. Pure:
 * it reads no clock and touches no file, so equal seeds tell equal stories.
 */
import { ROLES } from './codebase';
import { Random } from './random';
import { arrival, SCENES } from './scenes';
import type { Scene } from './speech';
import { type Deed, World } from './world';

/** A deed and when it happens, in seconds since the story began; times never fall. */
export type StoryAction = Deed & { at: number };

interface Running {
  due: number;
  scene: Scene;
}

/** Seconds between two lines of one conversation, on average; others' lines come between. */
const REPLY_SECONDS = 6;
/** Longer silences would look like a broken swarm. */
const MAX_SILENCE_SECONDS = 6;

/**
 * Tells the story.
 *
 * @param options.seed any integer
 * @param options.agents how many agents begin it, at least 3; one for each role if left out
 * @returns a generator that never ends
 */
export function* generateStory(options: { seed: number; agents?: number }): Generator<StoryAction, never> {
  const world = new World(new Random(options.seed));
  const running: Running[] = [];
  for (let joined = 0; joined < (options.agents ?? ROLES.length); joined += 1) {
    running.push({ due: joined * 2, scene: arrival(world, world.newcomer()) });
    const first = running.at(-1)?.scene.next();
    if (first && !first.done && typeof first.value !== 'number') yield* perform(world, first.value);
  }
  for (;;) {
    world.clock += Math.min(world.random.exponential(1), MAX_SILENCE_SECONDS);
    while (!(yield* playScene(world, running))) {
      // Scenes without a word now, such as a lock refreshed, take no time; the next one follows at once.
    }
  }
}

/** Plays the scene that is due, or a new one, up to its next message or pause. @returns whether a message was told */
function* playScene(world: World, running: Running[]): Generator<StoryAction, boolean> {
  const { scene } = takeDue(running, world.clock) ?? { scene: newScene(world) };
  let answer = true;
  for (;;) {
    const step = scene.next(answer);
    if (step.done) return false;
    if (typeof step.value === 'number') {
      running.push({ due: world.clock + step.value, scene });
      return false;
    }
    answer = yield* perform(world, step.value);
    if (step.value.kind === 'message' && answer) {
      running.push({ due: world.clock + world.random.exponential(REPLY_SECONDS), scene });
      return true;
    }
  }
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
  const agent = world.random.pick(world.present());
  return world.random.pickWeighted(SCENES)(world, agent);
}
