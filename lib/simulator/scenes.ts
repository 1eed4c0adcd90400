/**
 * The scenes of the story. Each is a generator of steps; the story interleaves many. A step is an action, or a pause in
 * seconds. The story answers each action with whether it happened, since agents vanish in the middle of scenes.
 */

import { WORDS } from './codebase';
import { EXCHANGES, phrase, type Slots } from './phrases';
import { between, type Scene, say, sayText, someFile } from './speech';
import { contention, plannedWork, waitCycle } from './waiting-scenes';
import type { StoryAgent, World } from './world';

/** An agent joins and greets the others. */
export function* arrival(world: World, agent: StoryAgent): Scene {
  yield { kind: 'join', agent };
  yield world.random.integer(1, 10);
  yield* say(world, {
    from: agent,
    to: 'all',
    type: 'INFO',
    topic: 'hello',
    slots: between(world, agent, someFile(world, agent)),
  });
}

/** An agent locks a file, works on it, writes about it and releases it; or finds another agent's lock. */
function* work(world: World, agent: StoryAgent): Scene {
  const file = someFile(world, agent);
  const obstacle = world.obstacle(agent.id, file);
  if (obstacle) return yield* blocked(world, agent, file, obstacle);
  const other = world.somebody(agent);
  if (!other) return;
  const slots = between(world, agent, file, other);
  const reason = world.random.chance(0.08) ? '' : phraseReason(world, slots);
  if (!(yield { kind: 'acquire', agentId: agent.id, filepath: file, reason })) return;
  yield* say(world, {
    from: agent,
    to: world.random.chance(0.3) ? 'all' : other,
    type: 'INFO',
    topic: 'started',
    slots,
  });
  for (let step = world.random.integer(1, 3); step > 0; step -= 1) {
    yield world.random.integer(4, 30);
    if (world.random.chance(0.25))
      yield { kind: 'acquire', agentId: agent.id, filepath: file, reason: `still on ${reason || file}` };
    if (world.random.chance(0.35)) yield* questionAndAnswer(world, agent, other, slots);
    else yield* say(world, { from: agent, to: other, type: 'INFO', topic: 'progress', slots });
  }
  if (world.random.chance(0.4)) yield* review(world, agent, other, slots);
  yield { kind: 'release', agentId: agent.id, filepath: file };
  yield* say(world, {
    from: agent,
    to: world.random.chance(0.4) ? 'all' : other,
    type: 'COMPLETED',
    topic: 'completed',
    slots,
  });
}

function phraseReason(world: World, slots: Slots): string {
  return world.random.pick([
    `${slots.feature}`,
    `implementing ${slots.feature}`,
    `fix: ${slots.problem}`,
    `rename ${world.random.pick(WORDS.symbol)}`,
  ]);
}

function* questionAndAnswer(world: World, agent: StoryAgent, other: StoryAgent, slots: Slots): Scene {
  const id = world.random.uuid();
  const threaded = world.random.chance(0.3);
  const asked = { ...slots, exchange: world.random.integer(0, EXCHANGES - 1) };
  yield* say(world, { from: agent, to: other, type: 'QUESTION', topic: 'question', slots: asked, id });
  yield* say(world, {
    from: other,
    to: agent,
    type: 'INFO',
    topic: 'answer',
    slots: asked,
    extras: threaded ? { parent_msg_id: id } : {},
  });
  if (world.random.chance(0.4))
    yield* say(world, { from: agent, to: other, type: 'ACK', topic: 'acknowledged', slots });
}

function* review(world: World, author: StoryAgent, reviewer: StoryAgent, slots: Slots): Scene {
  const id = world.random.uuid();
  yield* say(world, { from: author, to: reviewer, type: 'REVIEW-REQUEST', topic: 'reviewRequest', slots, id });
  yield* say(world, {
    from: reviewer,
    to: author,
    type: 'REVIEW-FEEDBACK',
    topic: 'reviewFeedback',
    slots,
    extras: { parent_msg_id: id },
  });
  if (world.random.chance(0.35)) {
    yield* say(world, { from: reviewer, to: author, type: 'CHALLENGE', topic: 'challenge', slots });
    yield* say(world, { from: author, to: reviewer, type: 'INFO', topic: 'defence', slots });
  }
}

/** An agent waits for another agent's lock; the holder releases it if it still can. */
function* blocked(
  world: World,
  agent: StoryAgent,
  file: string,
  obstacle: { filepath: string; holder: string },
): Scene {
  const holder = world.listed.get(obstacle.holder);
  if (world.engaged.has(obstacle.holder)) return;
  if (!holder || !world.isPresent(holder.id)) return yield* takeover(world, agent, obstacle);
  const slots = between(world, agent, obstacle.filepath, holder);
  yield* say(world, { from: agent, to: holder, type: 'BLOCKED', topic: 'blocked', slots });
  yield world.random.integer(5, 25);
  if (!(yield { kind: 'release', agentId: holder.id, filepath: obstacle.filepath })) return;
  yield* say(world, {
    from: holder,
    to: agent,
    type: 'INFO',
    topic: 'unblocked',
    slots: { ...slots, other: agent.id },
  });
  if (!(yield { kind: 'acquire', agentId: agent.id, filepath: file, reason: phraseReason(world, slots) })) return;
  yield world.random.integer(5, 40);
  yield { kind: 'release', agentId: agent.id, filepath: file };
  yield* say(world, { from: agent, to: holder, type: 'COMPLETED', topic: 'completed', slots });
}

/** An agent needs a file that another agent has locked. */
function* collision(world: World, agent: StoryAgent): Scene {
  const others = [...world.held].filter(([, holder]) => holder !== agent.id && !world.engaged.has(holder));
  if (others.length === 0) return;
  const [filepath, holder] = world.random.pick(others);
  yield* blocked(world, agent, filepath, { filepath, holder });
}

/** An agent removes the lock of one that is gone for good. */
function* takeover(world: World, agent: StoryAgent, orphan: { filepath: string; holder: string }): Scene {
  if (world.listed.has(orphan.holder) || world.engaged.has(orphan.holder)) return;
  const slots = { ...between(world, agent, orphan.filepath), other: orphan.holder };
  yield* say(world, { from: agent, to: 'all', type: 'INFO', topic: 'takeover', slots });
  yield { kind: 'cleanUp', agentId: orphan.holder, filepath: orphan.filepath };
}

function* delegation(world: World, agent: StoryAgent): Scene {
  const other = world.somebody(agent);
  if (!other) return;
  const slots = between(world, agent, world.random.pick(other.role.files), other);
  const id = world.random.uuid();
  const context_id = world.random.chance(0.6) ? `feature-${world.random.hex(4)}` : null;
  const task = {
    objective: `Finish ${slots.feature}`,
    constraints: world.random.sample(
      ['no new dependencies', 'keep the API stable', 'tests first', 'under 300 lines'],
      world.random.integer(0, 2),
    ),
    files: [slots.file],
    priority: world.random.pick(['low', 'normal', 'high', 'critical'] as const),
    task_id: world.random.chance(0.7) ? world.random.uuid() : null,
    context_id,
  };
  const extras = { ...(context_id ? { context_id } : {}), task };
  yield* say(world, { from: agent, to: other, type: 'TASK-DELEGATION', topic: 'delegation', slots, id, extras });
  yield* say(world, { from: other, to: agent, type: 'ACK', topic: 'accepted', slots, extras: { parent_msg_id: id } });
  yield { kind: 'acquire', agentId: other.id, filepath: slots.file, reason: task.objective };
  yield world.random.integer(10, 60);
  yield { kind: 'release', agentId: other.id, filepath: slots.file };
  yield* say(world, {
    from: other,
    to: agent,
    type: 'TASK-RESULT',
    topic: 'taskResult',
    slots,
    extras: { parent_msg_id: id },
  });
}

function* capabilities(world: World, agent: StoryAgent): Scene {
  const slots = between(world, agent, someFile(world, agent), world.somebody(agent));
  yield* say(world, { from: agent, to: 'all', type: 'CAPABILITY-QUERY', topic: 'capabilityQuery', slots });
  for (const answerer of world.random.sample(world.free(), 3)) {
    if (answerer.id === agent.id) continue;
    yield* say(world, { from: answerer, to: agent, type: 'CAPABILITY-RESPONSE', topic: 'capabilityResponse', slots });
  }
}

function* conflict(world: World, agent: StoryAgent): Scene {
  const other = world.somebody(agent);
  if (!other) return;
  const slots = between(world, agent, someFile(world, other), other);
  yield* say(world, { from: agent, to: other, type: 'CONFLICT', topic: 'conflict', slots });
  yield* say(world, { from: other, to: agent, type: 'NEGOTIATION', topic: 'negotiation', slots });
  if (world.random.chance(0.5))
    yield* say(world, { from: agent, to: other, type: 'NEGOTIATION', topic: 'negotiation', slots });
  yield* say(world, { from: agent, to: other, type: 'ACK', topic: 'agreed', slots });
}

const FIRST_RETRY_SECONDS = 30;

/** A message that needs an acknowledgement, its retries, and finally the escalation (swarm-files.md §6). */
function* acknowledgement(world: World, agent: StoryAgent): Scene {
  const other = world.somebody(agent);
  if (!other) return;
  const slots = between(world, agent, someFile(world, agent), other);
  const id = world.random.uuid();
  const text = `[REQUIRES-ACK] ${phrase(world.random, 'question', slots)}`;
  const question = { from: agent, to: other, type: 'QUESTION' } as const;
  const waiting = { kind: 'awaitAck', msgId: id, agentId: agent.id, recipientId: other.id, content: text } as const;
  yield* sayText(world, text, { ...question, id, extras: { requires_ack: true } });
  yield { ...waiting, retryCount: 0, retrySeconds: FIRST_RETRY_SECONDS };
  for (const retry of [1, 2, 3]) {
    if (world.random.chance(0.4)) {
      const quote = world.random.chance(0.5) ? `[ACK] ${id}: ` : '';
      yield* say(world, {
        from: other,
        to: agent,
        type: 'ACK',
        topic: 'acknowledged',
        slots,
        prefix: quote,
        extras: { parent_msg_id: id },
      });
      yield { kind: 'settleAck', msgId: id };
      return;
    }
    yield FIRST_RETRY_SECONDS * 2 ** (retry - 1);
    // The tool retries when the sender next reads its messages: a busy agent lets a retry become overdue.
    if (world.random.chance(0.3)) yield world.random.integer(90, 180);
    yield* sayText(world, `[RETRY-${retry}] ${text}`, { ...question, extras: { requires_ack: true } });
    if (retry < 3) yield { ...waiting, retryCount: retry, retrySeconds: FIRST_RETRY_SECONDS * 2 ** retry };
  }
  yield { kind: 'settleAck', msgId: id };
  yield* sayText(world, `[UNACKNOWLEDGED] ${other.id} did not answer after 3 retries: ${text}`, {
    from: 'system',
    to: 'all',
    type: 'INFO',
  });
}

function* announcement(world: World, agent: StoryAgent): Scene {
  const slots = between(world, agent, someFile(world, agent), world.somebody(agent));
  const update = world.random.chance(0.5);
  if (update) yield* say(world, { from: agent, to: 'all', type: 'CONTEXT-UPDATE', topic: 'contextUpdate', slots });
  else
    yield* say(world, {
      from: world.random.chance(0.5) ? 'system' : agent,
      to: 'all',
      type: 'INFO',
      topic: 'announcement',
      slots,
    });
}

function* translation(world: World, agent: StoryAgent): Scene {
  const other = world.somebody(agent);
  if (!other) return;
  const slots = between(world, agent, someFile(world, agent), other);
  yield* say(world, { from: agent, to: other, type: 'INFO', topic: 'multilingual', slots });
}

/** An agent goes quiet. It returns in time, or is removed from the registry, leaves its locks and is replaced. */
function* absence(world: World, someone: StoryAgent): Scene {
  // Keeps enough agents for the story to continue.
  if (world.present().length < 3 || world.absentCount() * 4 >= world.listed.size) return;
  // Only the id of the last listed agent is reused, so newcomers leave more often than others.
  const agent = world.random.chance(0.5) ? (world.free().at(-1) ?? someone) : someone;
  yield { kind: 'vanish', agentId: agent.id };
  if (world.random.chance(0.5)) {
    yield world.random.integer(70, 110);
    yield { kind: 'return', agentId: agent.id };
    const file = world.heldBy(agent.id)[0] ?? someFile(world, agent);
    yield* say(world, { from: agent, to: 'all', type: 'INFO', topic: 'returned', slots: between(world, agent, file) });
    for (const filepath of world.heldBy(agent.id)) yield { kind: 'release', agentId: agent.id, filepath };
    return;
  }
  yield world.random.integer(120, 160);
  yield { kind: 'drop', agentId: agent.id };
  yield world.random.integer(60, 120);
  const successor = world.newcomer(agent.role);
  yield* arrival(world, successor);
  yield world.random.integer(120, 400);
  for (const filepath of world.heldBy(agent.id)) {
    const tidy = world.somebody();
    if (tidy) yield* takeover(world, tidy, { filepath, holder: agent.id });
  }
}

/** The scenes and how often each begins. */
export const SCENES: readonly (readonly [weight: number, scene: (world: World, agent: StoryAgent) => Scene])[] = [
  [44, work],
  [7, collision],
  [12, delegation],
  [6, capabilities],
  [8, conflict],
  [9, acknowledgement],
  [8, announcement],
  // Enough to prove that every script is shown, and few enough to read the others.
  [3, translation],
  [3, absence],
  [4, plannedWork],
  [3, contention],
  // About one in a few minutes of a demo: a deadlock is rare.
  [1, waitCycle],
];
