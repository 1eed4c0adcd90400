/**
 * Scenes in which agents wait for each other: task dependencies, two agents at one file, and sometimes a wait cycle.
 */
import { between, type Scene, say, someFile } from './speech';
import type { StoryAgent, StoryConflict, StoryTask, World } from './world';

/** Two agents plan tasks, one blocked by the other; the other's is done first. */
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
  // What matters is looked at by the one who has asked for it.
  const isReviewed = first.priority === 'high' || first.priority === 'critical';
  if (isReviewed) yield { kind: 'task', task: { ...first, status: 'review' } };
  else yield { kind: 'task', task: { ...first, status: 'completed' } };
  yield* say(world, { from: other, to: agent, type: 'TASK-RESULT', topic: 'taskResult', slots });
  if (isReviewed) yield { kind: 'task', task: { ...first, status: 'completed' } };
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

/** An agent wants what another has and notes the conflict; the two agree. */
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

/** Three agents wait for each other: by a task, a conflict and a question; finally the question is answered. */
export function* waitCycle(world: World, agent: StoryAgent): Scene {
  const second = world.somebody(agent);
  const third = second && world.somebody(agent, second);
  if (!third) return;
  const slots = between(world, agent, someFile(world, second), second);
  const awaited = taskOf(world, { by: agent, to: third, objective: `Prepare ${slots.feature}` });
  const blocked = taskOf(world, { by: agent, to: second, objective: `Finish ${slots.feature}` });
  const waiting: StoryTask = { ...blocked, status: 'blocked', blocked_by: [awaited.task_id] };
  // The third waits for the first because of a merge conflict, so the task of the third does not proceed either.
  const conflict = conflictOver(world, third, agent, { type: 'merge', resource: slots.file });
  yield { kind: 'task', task: { ...awaited, status: 'working' } };
  yield { kind: 'task', task: waiting };
  yield { kind: 'conflict', conflict };
  yield* say(world, { from: agent, to: second, type: 'BLOCKED', topic: 'blocked', slots });
  yield world.random.integer(20, 60);
  yield { kind: 'conflict', conflict: { ...conflict, status: 'resolved' } };
  yield { kind: 'task', task: { ...awaited, status: 'completed' } };
  yield { kind: 'task', task: { ...blocked, status: 'working' } };
  yield { kind: 'task', task: { ...blocked, status: 'completed' } };
  yield* say(world, {
    from: second,
    to: agent,
    type: 'INFO',
    topic: 'unblocked',
    slots: { ...slots, other: agent.id },
  });
}
