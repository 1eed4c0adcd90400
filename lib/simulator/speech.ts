/** Messages of agents in scenes. */
import { FAULTS, WORDS } from './codebase';
import { phrase, type Slots, type Topic } from './phrases';
import type { Deed, MessageExtras, MessageType, StoryAgent, World } from './world';

/** Its steps are actions, or pauses in seconds of the story. */
export type Scene = Generator<Deed | number, void, boolean>;

interface Speech {
  from: StoryAgent | 'system';
  /** One agent, or all others. */
  to: StoryAgent | 'all';
  type: MessageType;
  topic: Topic;
  slots: Slots;
  prefix?: string;
  id?: string;
  extras?: MessageExtras;
}

/** Sends a phrase on a topic, unless no recipient is left. */
export function* say(world: World, speech: Speech): Scene {
  const content = (speech.prefix ?? '') + phrase(world.random, speech.topic, speech.slots);
  yield* sayText(world, content, speech);
}

/** Sends a given text, unless no recipient is left. */
export function* sayText(world: World, content: string, speech: Omit<Speech, 'topic' | 'slots' | 'prefix'>): Scene {
  const sender = speech.from === 'system' ? 'system' : speech.from.id;
  const wanted = speech.to === 'all' ? [...world.listed.keys()].filter((id) => id !== sender) : [speech.to.id];
  const delivery = world.address(wanted);
  if (!delivery) return;
  const { recipients, ...outcome } = delivery;
  const msg_id = speech.id ?? world.random.uuid();
  const message = { sender, msg_type: speech.type, content, recipients, msg_id, ...speech.extras, ...outcome };
  yield { kind: 'message', message };
}

/** The slots of a phrase about a file, and perhaps about another agent. */
export function between(
  world: World,
  agent: StoryAgent,
  file: string,
  other?: StoryAgent | null,
): Slots & { file: string } {
  const feature = world.random.pick(WORDS.feature);
  const slots = { file, role: agent.role.name, feature, ...world.random.pick(FAULTS) };
  return {
    ...slots,
    other: other?.id ?? 'somebody',
    ...(other ? { skill: world.random.pick(other.role.skills) } : {}),
  };
}

/** Picks a file of the agent's role, or sometimes one of its patterns. */
export function someFile(world: World, agent: StoryAgent): string {
  const { patterns, files } = agent.role;
  return patterns.length > 0 && world.random.chance(0.12) ? world.random.pick(patterns) : world.random.pick(files);
}
