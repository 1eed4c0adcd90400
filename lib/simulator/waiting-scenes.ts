/** Scenes in which one waits for another: tasks before tasks, two at one file, and now and then a ring. */
import { between, type Scene, say, someFile } from './speech';
import type { StoryAgent, StoryConflict, StoryTask, World } from './world';

/** Plans two tasks, one behind the other's; the other's is done, then one's own. */
export function* plannedWork(world: World, agent: StoryAgent): Scene {
  const other = world.somebody(agent);
  if (!other) return;
  const slots = between(world, agent, world.random.pick(other.role.files), other);
  const first = taskOf(world, { by: agent, to: other, objective: `Prepare ${slots.feature} in ${slots.file}` });
  const own = { by: agent, to: agent, objective: `Finish ${slots.feature}` };
  const second: StoryTask = { ...taskOf(world, own), blocked_by: [first.task_id] };
  yield { kind: 'task', task: first };
  yield { kind: 'task', task: { ...second, status: 'blocked' } };
  yield* say(world, { from: agent, to: other, type: 'TASK-DELEGATION', topic: 'delegation', slots });
  yield { kind: 'task', task: { ...first, status: 'working' } };
  yield world.random.integer(20, 90);
  yield { kind: 'task', task: { ...first, status: 'completed' } };
  yield* say(world, { from: other, to: agent, type: 'TASK-RESULT', topic: 'taskResult', slots });
  yield { kind: 'task', task: { ...second, status: 'working' } };
  yield world.random.integer(10, 60);
  yield { kind: 'task', task: { ...second, status: 'completed' } };
}

function taskOf(world: World, { by, to, objective }: { by: StoryAgent; to: StoryAgent; objective: string }): StoryTask {
  return {
    task_id: world.random.uuid(),
    objective,
    status: 'assigned',
    priority: world.random.pick(['low', 'normal', 'high', 'critical'] as const),
    created_by: by.id,
    assigned_to: to.id,
    files: [someFile(world, to)],
    blocked_by: [],
  };
}

/** Wants what another has and notes it; the two agree. */
export function* contention(world: World, agent: StoryAgent): Scene {
  const holder = world.somebody(agent);
  if (!holder) return;
  const [held] = world.heldBy(holder.id);
  const slots = between(world, agent, held ?? someFile(world, holder), holder);
  const conflict = conflictOver(world, agent, holder, { type: held ? 'file_lock' : 'merge', resource: slots.file });
  yield { kind: 'conflict', conflict };
  yield* say(world, { from: agent, to: holder, type: 'CONFLICT', topic: 'conflict', slots });
  yield world.random.integer(5, 40);
  yield { kind: 'conflict', conflict: { ...conflict, status: world.random.chance(0.2) ? 'escalated' : 'resolving' } };
  yield* say(world, { from: holder, to: agent, type: 'NEGOTIATION', topic: 'negotiation', slots });
  yield world.random.integer(5, 40);
  yield { kind: 'conflict', conflict: { ...conflict, status: 'resolved' } };
}

function conflictOver(
  world: World,
  requester: StoryAgent,
  holder: StoryAgent,
  about: { type: StoryConflict['conflict_type']; resource: string },
): StoryConflict {
  return {
    conflict_id: world.random.uuid(),
    conflict_type: about.type,
    agents_involved: [requester.id, holder.id],
    resource: about.resource,
    status: 'pending',
  };
}

/** Three that wait for each other: by a task, by a conflict and by a word; at last the word is answered. */
export function* waitCycle(world: World, agent: StoryAgent): Scene {
  const second = world.somebody(agent);
  const third = second && world.somebody(agent, second);
  if (!third) return;
  const slots = between(world, agent, someFile(world, second), second);
  const awaited = taskOf(world, { by: agent, to: third, objective: `Prepare ${slots.feature}` });
  const blocked = taskOf(world, { by: agent, to: second, objective: `Finish ${slots.feature}` });
  const waiting: StoryTask = { ...blocked, status: 'blocked', blocked_by: [awaited.task_id] };
  // Third waits for the first by what both want to merge, so the task of the third does not get on either.
  const conflict = conflictOver(world, third, agent, { type: 'merge', resource: slots.file });
  yield { kind: 'task', task: awaited };
  yield { kind: 'task', task: waiting };
  yield { kind: 'conflict', conflict };
  yield* say(world, { from: agent, to: second, type: 'BLOCKED', topic: 'blocked', slots });
  yield world.random.integer(20, 60);
  yield { kind: 'conflict', conflict: { ...conflict, status: 'resolved' } };
  yield { kind: 'task', task: { ...awaited, status: 'completed' } };
  yield { kind: 'task', task: { ...blocked, status: 'completed' } };
  yield* say(world, {
    from: second,
    to: agent,
    type: 'INFO',
    topic: 'unblocked',
    slots: { ...slots, other: agent.id },
  });
}
