/** What people do to a simulated swarm, and how its agents react. */
import { FAULTS, WORDS } from './codebase';
import type { PeerMessage } from './messaging-socket';
import { type Scene, sayText } from './speech';
import { MESSAGE_TYPES, type MessageType, type StoryAgent, type World } from './world';

export type Happening =
  /** An agent has read a message of a person. */
  | {
      kind: 'message';
      agentId: string;
      sender: string;
      type: MessageType;
      text: string;
      /** The agent rested, and works again. */
      woke: boolean;
    }
  /** The lock of an agent was taken away. */
  | { kind: 'released'; agentId: string; filepath: string }
  /** A person answered the dialog of an agent, elsewhere than at its terminal. */
  | {
      kind: 'decided';
      agentId: string;
      accepted: boolean;
      /** What the dialog was about, such as a command. */
      subject: string;
      /** The message of a denial, or the answer to a question. */
      said: string | null;
    };

const EXCERPT_LENGTH = 60;

/** What an agent writes back. Other types need no answer. */
const REPLIES: Partial<Record<MessageType, { type: MessageType; texts: readonly string[] }>> = {
  QUESTION: {
    type: 'INFO',
    texts: [
      'Yes: {problem}, so I {remedy}.',
      'Not yet: {problem}. As soon as I know more I write again.',
      'It is in {feature}: {problem}. I would {remedy}.',
    ],
  },
  BLOCKED: { type: 'INFO', texts: ['I push what I have in a minute, then you can go on.', 'I take it up now.'] },
  CHALLENGE: { type: 'INFO', texts: ['You are right, I {remedy}.', 'I measured it: {problem}. So I keep it.'] },
  'REVIEW-REQUEST': {
    type: 'REVIEW-FEEDBACK',
    texts: ['Read it. One thing: {problem}; please {remedy}.', 'Good. Only a test of {feature} is missing.'],
  },
  'CAPABILITY-QUERY': { type: 'CAPABILITY-RESPONSE', texts: ['I can take {feature}; I have time for it now.'] },
  CONFLICT: { type: 'NEGOTIATION', texts: ['You go first, I rebase on your commit.'] },
  NEGOTIATION: { type: 'ACK', texts: ['Agreed.'] },
  INFO: { type: 'ACK', texts: ['Noted, thank you.', 'Understood.'] },
  'CONTEXT-UPDATE': { type: 'ACK', texts: ['Noted, I keep it in mind.'] },
  'TASK-DELEGATION': { type: 'ACK', texts: ['I take it, and report when it is done.'] },
};

/** @returns the scene with which the agents react */
export function reactionTo(world: World, happening: Happening): Scene {
  if (happening.kind === 'message') return replyTo(world, happening);
  return happening.kind === 'released' ? takeReleased(world, happening) : goOnAfter(world, happening);
}

/**
 * Reads a message that reached an agent by the messaging socket, with the heading that the swarm's tool gives messages.
 *
 * @param agentId the recipient
 */
export function messageHappening(agentId: string, { body, name }: PeerMessage, woke: boolean): Happening {
  const [, sender = name ?? 'operator', word = 'INFO', text = body] =
    /\[MESSAGE\] ?\[([^\]]+)\]\[[^\]]*\]\[([A-Z-]+)\]: (.*)$/s.exec(body) ?? [];
  const type = MESSAGE_TYPES.find((one) => one === word) ?? 'INFO';
  return { kind: 'message', agentId, sender, type, text, woke };
}

function* replyTo(world: World, { agentId, sender, type, text, woke }: Extract<Happening, { kind: 'message' }>): Scene {
  if (woke) yield { kind: 'wake', agentId };
  const agent = world.listed.get(agentId);
  const reply = REPLIES[type];
  if (!agent || !reply) return;
  const line = text.trim().split('\n')[0] ?? '';
  const excerpt = line.length > EXCERPT_LENGTH ? `${line.slice(0, EXCERPT_LENGTH)}…` : line;
  const quoted = type === 'INFO' ? '' : `About "${excerpt}": `;
  yield world.random.integer(1, 3);
  yield* answer(world, agent, sender, reply.type, `${quoted}${filled(world, reply.texts)}`);
  if (type !== 'TASK-DELEGATION') return;
  yield world.random.integer(15, 30);
  yield* answer(
    world,
    agent,
    sender,
    'TASK-RESULT',
    `${quoted}done, and all tests pass. It is on the branch ${agentId}.`,
  );
}

/** Sends a message to a person, whom the registry does not list. */
function* answer(world: World, from: StoryAgent, to: string, msg_type: MessageType, content: string): Scene {
  if (world.listed.has(to)) {
    yield* sayText(world, content, { from, to: world.listed.get(to) as StoryAgent, type: msg_type });
    return;
  }
  const delivery = { delivery_status: { [to]: true }, success_count: 1, failure_count: 0 };
  const msg_id = world.random.uuid();
  yield { kind: 'message', message: { sender: from.id, msg_type, content, recipients: [to], msg_id, ...delivery } };
}

function filled(world: World, texts: readonly string[]): string {
  const { problem, remedy } = world.random.pick(FAULTS);
  const feature = world.random.pick(WORDS.feature);
  const slots: Record<string, string> = { problem, remedy, feature };
  const text = world.random.pick(texts).replaceAll(/\{(\w+)\}/g, (_, slot) => slots[slot] ?? '');
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/** Whoever waits for the file takes it, works on it for a while, and releases it. */
function* takeReleased(world: World, { agentId, filepath }: Extract<Happening, { kind: 'released' }>): Scene {
  if (!(yield { kind: 'lose', agentId, filepath })) return;
  const next = nextHolder(world, agentId, filepath);
  if (!next) return;
  yield world.random.integer(1, 3);
  if (!(yield { kind: 'acquire', agentId: next.id, filepath, reason: 'it was released' })) return;
  const former = world.isPresent(agentId) ? world.listed.get(agentId) : undefined;
  const text = `The lock of ${agentId} on ${filepath} was released, so I have it now.`;
  yield* sayText(world, text, { from: next, to: former ?? 'all', type: 'INFO' });
  yield world.random.integer(20, 60);
  yield { kind: 'release', agentId: next.id, filepath };
}

function nextHolder(world: World, formerId: string, filepath: string): StoryAgent | null {
  const wanted = world.listed.get(world.wanted.get(filepath) ?? '');
  if (wanted && world.isPresent(wanted.id)) return wanted;
  const others = world.free().filter(({ id }) => id !== formerId && !world.occupied.has(id));
  return others.find(({ role }) => role.files.includes(filepath)) ?? others[0] ?? null;
}

function* goOnAfter(world: World, happening: Extract<Happening, { kind: 'decided' }>): Scene {
  const { agentId, accepted, subject, said } = happening;
  yield { kind: 'answer', agentId, accepted };
  const from = world.listed.get(agentId);
  const to = from && world.somebody(from);
  if (!from || !to) return;
  const reason = said === null ? '' : ` (${said})`;
  const text = accepted
    ? `I asked, and may go on: ${subject}${reason}.`
    : `I asked, and must not: ${subject}${reason}. I look for another way.`;
  yield* sayText(world, text, { from, to, type: 'INFO' });
}
