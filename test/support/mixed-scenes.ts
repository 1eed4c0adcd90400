/** The scenes of the mixed story. Each plays with agents of its own, who take part in no other one until it ends. */

import type { MessageType } from '../../lib/simulator/world';
import type { MixedWorld, Pane, SaidMessage } from './mixed-world';

/** Gives the seconds until it goes on. */
export type MixedScene = Generator<number, void>;

export interface SceneKind {
  name: string;
  /** How often it is played beside the others. */
  weight: number;
  cast: number;
  /** The sessions its agents come from. */
  sessions: readonly string[];
  play(world: MixedWorld, cast: readonly [Pane, Pane, Pane]): MixedScene;
}

/** Seconds until the first retry, between it and the second, and so on. */
const RETRY_SECONDS = [30, 60, 120];

/** No two messages have one text, so none is taken for a repetition of another. */
function text(world: MixedWorld, words: string): string {
  return `${words} (${world.messages.length})`;
}

function say(world: MixedWorld, from: Pane, to: readonly Pane[], type: MessageType, words: string, parent?: string) {
  return world.say(from, to, { type, content: text(world, words), ...(parent === undefined ? {} : { parent }) });
}

/** A BLOCKED that is answered, soon or too late, after much that is no answer. */
function* blocked(world: MixedWorld, [asker, other, third]: readonly [Pane, Pane, Pane]): MixedScene {
  const asked = say(world, asker, [other], 'BLOCKED', 'The schema is missing');
  const patience = world.random.integer(20, 420);
  const steps = world.random.integer(2, 4);
  for (let step = 0; step < steps; step += 1) {
    yield Math.ceil(patience / steps);
    noAnswer(world, asker, other, third);
  }
  answer(world, [asker, other, third], asked);
  yield 1;
}

/** Says what does not answer: to many, in the tool's name, to others, or a question in return. */
function noAnswer(world: MixedWorld, asker: Pane, other: Pane, third: Pane): void {
  const everybody = world.present();
  switch (world.random.integer(0, 4)) {
    case 0:
      say(world, other, everybody, 'INFO', 'Tests are green');
      return;
    case 1:
      say(world, other, [asker], 'INFO', '[RETRY-1] [REQUIRES-ACK] Rebase first');
      return;
    case 2:
      say(
        world,
        other,
        everybody,
        'INFO',
        '[UNACKNOWLEDGED] Message to agent-9 unacknowledged after 3 attempts. Original: Go',
      );
      return;
    case 3:
      // The asker says what was asked back, so that the question in return is over.
      say(world, other, [asker], 'QUESTION', 'Which schema?');
      say(world, asker, [other], 'INFO', 'That of orders');
      return;
    default:
      say(world, third, [asker], 'INFO', 'No idea');
  }
}

function answer(
  world: MixedWorld,
  [asker, other, third]: readonly [Pane, Pane, Pane],
  asked: SaidMessage | null,
): void {
  if (world.random.chance(0.3)) say(world, third, [other], 'INFO', 'It is merged', asked?.msgId);
  else if (world.random.chance(0.4)) say(world, other, [asker, third], 'COMPLETED', 'Here it is');
  else say(world, other, [asker], world.random.pick(['INFO', 'ACK', 'COMPLETED'] as const), 'Use the new one');
}

/** A BLOCKED that wants an acknowledgement: it is retried and escalated by the tool before somebody answers. */
function* retriedBlocked(world: MixedWorld, [asker, other, third]: readonly [Pane, Pane, Pane]): MixedScene {
  const content = `[REQUIRES-ACK] ${text(world, 'The build is broken')}`;
  const asked = world.say(asker, [other], { type: 'BLOCKED', content });
  if (!asked) return;
  yield* retries(world, asked, { type: 'BLOCKED', content });
  yield world.random.integer(60, 150);
  answer(world, [asker, other, third], asked);
  yield 1;
}

function* retries(world: MixedWorld, asked: SaidMessage, first: { type: MessageType; content: string }): MixedScene {
  const { sender: senderId, recipients, msgId } = asked;
  const recipientId = recipients[0] ?? '';
  const { type, content } = first;
  for (const [retryCount, retrySeconds] of RETRY_SECONDS.entries()) {
    world.stage.ackAwaited({ msgId, senderId, recipientId, content, retryCount, retrySeconds }, world.clock);
    yield retrySeconds;
    world.say(senderId, [recipientId], { type, content: `[RETRY-${retryCount + 1}] ${content}` });
  }
  const escalation = `[UNACKNOWLEDGED] Message to ${recipientId} unacknowledged after 3 attempts. Original: ${content}`;
  world.say(senderId, world.present(), { type, content: escalation });
  world.stage.ackSettled(msgId, world.clock);
}

/** Two that wait for each other's acknowledgement go on with their work. */
function* mutualAcks(world: MixedWorld, [one, other]: readonly [Pane, Pane, Pane]): MixedScene {
  const type = 'INFO';
  const contents = [
    `[REQUIRES-ACK] ${text(world, 'Freeze at noon')}`,
    `[REQUIRES-ACK] ${text(world, 'No pushes')}`,
  ] as const;
  const sent = [
    world.say(one, [other], { type, content: contents[0] }),
    world.say(other, [one], { type, content: contents[1] }),
  ];
  const running = sent.flatMap((message, index) =>
    message ? [retries(world, message, { type, content: contents[index] ?? '' })] : [],
  );
  yield* together(running);
}

/** Plays scenes that wait equally long. */
function* together(scenes: readonly MixedScene[]): MixedScene {
  for (;;) {
    const waits = scenes.map((scene) => scene.next()).flatMap(({ done, value }) => (done ? [] : [value as number]));
    if (waits.length === 0) return;
    yield Math.max(...waits);
  }
}

/** Agents that are blocked by each other in a ring, until one of them is answered. */
function waitCycle(size: 2 | 3): SceneKind['play'] {
  return function* play(world, cast) {
    const members = cast.slice(0, size);
    for (const [index, member] of members.entries()) {
      const next = members[(index + 1) % size] as Pane;
      say(world, member, [next], 'BLOCKED', 'Waiting for the interface');
      yield world.random.integer(3, 25);
    }
    yield world.random.integer(20, 330);
    for (const [index, member] of members.entries()) {
      const former = members[(index + size - 1) % size] as Pane;
      say(world, member, [former], 'INFO', 'Go on without it');
      yield world.random.integer(1, 20);
    }
  };
}

/** Work on a lock that may get older than the timeout, by somebody who lives. */
function* work(world: MixedWorld, [agent]: readonly [Pane, Pane, Pane]): MixedScene {
  for (let locks = world.random.integer(1, 3); locks > 0; locks -= 1) world.acquire(agent, world.newPath());
  yield world.random.integer(20, 240);
  say(world, agent, world.present(), 'COMPLETED', 'Done');
  world.removeLocksOf(agent.process);
}

/** Three hold one file in as many spellings. */
function* spellings(world: MixedWorld, cast: readonly [Pane, Pane, Pane]): MixedScene {
  const path = world.newPath();
  const folder = path.slice(0, path.lastIndexOf('/'));
  const ways = [path, `${folder}/../${path.slice('src/'.length)}`, `./${folder}/sub/../../../${path}`];
  for (const [index, agent] of cast.entries()) {
    world.acquire(agent, ways[index] ?? path);
    yield world.random.integer(2, 10);
  }
  yield world.random.integer(20, 70);
  for (const agent of cast) world.removeLocksOf(agent.process);
}

/** Claude exits, its shell stays; it is started again, before or after the next discovery. */
function* exit(world: MixedWorld, [agent]: readonly [Pane, Pane, Pane]): MixedScene {
  const { process } = agent;
  const id = world.idOf(agent) ?? '';
  for (let locks = world.random.integer(0, 2); locks > 0; locks -= 1) world.acquire(agent, world.newPath());
  yield world.random.integer(5, 30);
  process.claude = 'exited';
  yield world.random.integer(2, 15);
  world.say(id, world.present(), { type: 'INFO', content: `[RETRY-2] [REQUIRES-ACK] ${text(world, 'Read this')}` });
  yield world.random.integer(2, 70);
  world.removeLocksOf(process);
  yield world.random.integer(5, 20);
  process.claude = 'running';
  yield 40;
}

/** A process is suspended for a while, with a lock. */
function* suspend(world: MixedWorld, [agent]: readonly [Pane, Pane, Pane]): MixedScene {
  world.acquire(agent, world.newPath());
  yield 5;
  agent.process.claude = 'suspended';
  yield world.random.integer(10, 60);
  agent.process.claude = 'running';
  yield 5;
  world.removeLocksOf(agent.process);
}

/** A pane is moved to another window: the tool gives the same process another id. */
function* move(world: MixedWorld, [agent]: readonly [Pane, Pane, Pane]): MixedScene {
  world.acquire(agent, world.newPath());
  yield world.random.integer(5, 20);
  agent.window = 10 + Math.max(10, ...world.panes.map(({ window }) => window));
  yield world.random.integer(35, 80);
  world.acquire(agent, world.newPath());
  say(world, agent, world.present(), 'INFO', 'I moved');
  yield world.random.integer(5, 30);
  world.removeLocksOf(agent.process);
}

/** A session is renamed: the same for all its agents at once. */
function* rename(world: MixedWorld, [agent]: readonly [Pane, Pane, Pane]): MixedScene {
  world.acquire(agent, world.newPath());
  yield world.random.integer(5, 20);
  const to = agent.session.startsWith('solo') ? `solo-${world.random.integer(1, 9_999)}` : agent.session;
  agent.session = to;
  yield world.random.integer(35, 80);
  world.removeLocksOf(agent.process);
}

/** A pane is killed with its locks, and another is opened in its place, which may get its id. */
function* kill(world: MixedWorld, [agent]: readonly [Pane, Pane, Pane]): MixedScene {
  const { process, session, window } = agent;
  const id = world.idOf(agent) ?? '';
  for (let locks = world.random.integer(0, 2); locks > 0; locks -= 1) world.acquire(agent, world.newPath());
  yield world.random.integer(5, 30);
  world.killPane(agent);
  yield world.random.integer(3, 20);
  world.say(id, world.present(), { type: 'QUESTION', content: `[RETRY-1] [REQUIRES-ACK] ${text(world, 'Anybody?')}` });
  yield world.random.integer(3, 60);
  world.openPane(session, window);
  yield world.random.integer(10, 60);
  world.removeLocksOf(process);
}

/** Two panes of one window: the first is killed, and tmux gives its place, and with it its id, to the second. */
function* renumber(world: MixedWorld, [first, second]: readonly [Pane, Pane, Pane]): MixedScene {
  world.acquire(first, world.newPath());
  world.acquire(second, world.newPath());
  yield world.random.integer(5, 30);
  world.killPane(world.indexOf(first) < world.indexOf(second) ? first : second);
  yield world.random.integer(20, 70);
  for (const { process } of [first, second]) world.removeLocksOf(process);
  world.openPane(first.session, first.window);
  yield 60;
}

/** Somebody goes in order. */
function* depart(world: MixedWorld, [agent]: readonly [Pane, Pane, Pane]): MixedScene {
  say(world, agent, world.present(), 'INFO', 'Leaving');
  world.removeLocksOf(agent.process);
  yield 3;
  world.killPane(agent);
  yield world.random.integer(30, 90);
  world.openPane('solo', 20 + world.panes.length);
  yield 1;
}

export const MIXED_SCENES: readonly SceneKind[] = [
  { name: 'blocked', weight: 4, cast: 3, sessions: ['shop'], play: blocked },
  { name: 'retried', weight: 2, cast: 3, sessions: ['shop'], play: retriedBlocked },
  { name: 'two wait', weight: 2, cast: 2, sessions: ['shop'], play: waitCycle(2) },
  { name: 'three wait', weight: 2, cast: 3, sessions: ['shop'], play: waitCycle(3) },
  { name: 'acknowledgements', weight: 2, cast: 2, sessions: ['shop', 'guest'], play: mutualAcks },
  { name: 'work', weight: 5, cast: 1, sessions: ['shop', 'review', 'lab', 'solo', 'guest'], play: work },
  { name: 'spellings', weight: 2, cast: 3, sessions: ['shop', 'review'], play: spellings },
  { name: 'exit', weight: 4, cast: 1, sessions: ['shop', 'review', 'solo'], play: exit },
  { name: 'suspend', weight: 2, cast: 1, sessions: ['review', 'solo'], play: suspend },
  { name: 'move', weight: 3, cast: 1, sessions: ['solo'], play: move },
  { name: 'rename', weight: 2, cast: 1, sessions: ['solo'], play: rename },
  { name: 'kill', weight: 4, cast: 1, sessions: ['solo'], play: kill },
  { name: 'renumber', weight: 3, cast: 2, sessions: ['lab'], play: renumber },
  { name: 'depart', weight: 2, cast: 1, sessions: ['solo'], play: depart },
];
