import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { patternsOverlap } from '../contract/fnmatch';
import { generateStory, type StoryAction } from './story';
import { MESSAGE_TYPES, type StoryMessage } from './world';

function take(seed: number, actions: number, agents?: number): StoryAction[] {
  const story = generateStory({ seed, agents });
  return Array.from({ length: actions }, () => story.next().value);
}

function messagesOf(actions: StoryAction[]): StoryMessage[] {
  return actions.flatMap((action) => (action.kind === 'message' ? [action.message] : []));
}

const LONG = take(1, 15_000);

describe('story', () => {
  it('is the same for the same seed and another for another', () => {
    assert.deepEqual(take(5, 2000), take(5, 2000));
    assert.notDeepEqual(take(5, 200), take(6, 200));
    assert.notDeepEqual(take(5, 200), take(5 + 2 ** 40, 200));
  });

  it('tells one message a second on average, in order of time', () => {
    const end = LONG.at(-1)?.at ?? 0;
    const rate = messagesOf(LONG).length / end;
    assert.ok(rate > 0.9 && rate < 1.1, `${rate} messages a second`);
    for (const [index, action] of LONG.entries()) assert.ok(action.at >= (LONG[index - 1]?.at ?? 0));
  });

  it('has every message type within 1,000 messages, broadcasts, threads, tasks and failed deliveries', () => {
    for (const seed of [1, 2, 3]) {
      const messages = messagesOf(take(seed, 3000)).slice(0, 1000);
      assert.equal(messages.length, 1000);
      assert.deepEqual(new Set(messages.map((message) => message.msg_type)), new Set(MESSAGE_TYPES));
      const has = (test: (message: StoryMessage) => unknown) => assert.ok(messages.some(test), `seed ${seed}: ${test}`);
      has((message) => message.recipients.length > 3);
      has((message) => message.failure_count > 0 && message.success_count > 0);
      has((message) => message.success_count === 0);
      has((message) => message.requires_ack && message.content.startsWith('[REQUIRES-ACK] '));
      has((message) => message.content.startsWith('[RETRY-1] [REQUIRES-ACK] '));
      has((message) => message.content.startsWith('[UNACKNOWLEDGED] '));
      has((message) => messages.some((parent) => parent.msg_id === message.parent_msg_id));
      has((message) => message.task && message.context_id);
      has((message) => message.sender === 'system');
      has((message) => /```ts\n[\s\S]+\n```/.test(message.content));
      has((message) => /\p{Script=Han}|\p{Script=Hiragana}/u.test(message.content));
      has((message) => /\p{Script=Arabic}|\p{Script=Hebrew}/u.test(message.content));
      has((message) => /\p{Extended_Pictographic}/u.test(message.content));
    }
  });

  it('holds what the contract asks of every message', () => {
    const ids = new Set<string>();
    for (const message of messagesOf(LONG)) {
      ids.add(message.msg_id);
      assert.match(message.msg_id, /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
      assert.ok(message.content.trim() !== '' && Buffer.byteLength(message.content) <= 10_240);
      assert.equal(new Set(message.recipients).size, message.recipients.length);
      assert.deepEqual(Object.keys(message.delivery_status), message.recipients);
      assert.equal(Object.values(message.delivery_status).filter(Boolean).length, message.success_count);
      assert.equal(message.success_count + message.failure_count, message.recipients.length);
      assert.ok(message.recipients.length > 0 && !message.recipients.includes(message.sender));
      assert.doesNotMatch(message.content, /\{\w+\}(?!`)|undefined,|\[object/);
    }
    assert.equal(ids.size, messagesOf(LONG).length);
  });

  it('does not repeat itself', () => {
    const contents = messagesOf(LONG).map((message) => message.content);
    assert.ok(new Set(contents).size > contents.length * 0.85);
    assert.ok(contents.some((content) => content.length > 3000));
  });

  it('keeps the rules of agents and locks, whatever happens', () => {
    for (const actions of [LONG, take(2, 5000, 3), take(3, 5000, 40)]) keepsRules(actions);
  });

  it('has acknowledgements that come in time, late, and never', () => {
    const due = new Map<string, number>();
    const ends: string[] = [];
    for (const action of LONG) {
      if (action.kind === 'awaitAck') due.set(action.msgId, action.at + action.retrySeconds);
      if (action.kind !== 'settleAck') continue;
      const overdue = action.at - (due.get(action.msgId) ?? Number.NaN);
      const answered = LONG.some(
        (other) =>
          other.kind === 'message' &&
          other.message.msg_type === 'ACK' &&
          other.message.parent_msg_id === action.msgId &&
          other.at <= action.at,
      );
      ends.push(answered ? 'answered' : overdue > 60 ? 'given up late' : 'given up');
    }
    assert.deepEqual(new Set(ends), new Set(['answered', 'given up late', 'given up']));
  });

  it('plans tasks behind tasks and notes conflicts, and ends what it began', () => {
    const tasks = new Map<string, string[]>();
    const conflicts = new Map<string, string[]>();
    const blockers = new Set<string>();
    for (const action of LONG) {
      if (action.kind === 'task') {
        const { task_id, status, blocked_by } = action.task;
        for (const id of blocked_by) assert.ok(tasks.has(id), 'a task stands behind one that is there');
        for (const id of blocked_by) blockers.add(id);
        tasks.set(task_id, [...(tasks.get(task_id) ?? []), status]);
      }
      if (action.kind !== 'conflict') continue;
      const { conflict_id, status, agents_involved } = action.conflict;
      assert.notEqual(agents_involved[0], agents_involved[1]);
      conflicts.set(conflict_id, [...(conflicts.get(conflict_id) ?? []), status]);
    }
    // Those of the last minutes are still open.
    const ended = (all: Map<string, string[]>, status: string) =>
      [...all.values()].filter((states) => states.at(-1) === status).length;
    assert.ok(tasks.size > 100 && ended(tasks, 'completed') > tasks.size - 20, `${tasks.size} tasks`);
    assert.ok(conflicts.size > 50 && ended(conflicts, 'resolved') > conflicts.size - 20, `${conflicts.size} conflicts`);
    assert.ok(blockers.size > 50);
  });

  it('lets agents vanish, come back, be forgotten, leave locks behind and return under old ids', () => {
    const seen = new Set<string>();
    const held = new Map<string, string>();
    let orphaned = 0;
    let reused = 0;
    for (const action of LONG) {
      if (action.kind === 'acquire') held.set(action.filepath, action.agentId);
      if (action.kind === 'release' || action.kind === 'cleanUp') held.delete(action.filepath);
      if (action.kind === 'drop') orphaned += [...held.values()].filter((holder) => holder === action.agentId).length;
      if (action.kind !== 'join') continue;
      if (seen.has(action.agent.id)) reused += 1;
      seen.add(action.agent.id);
      assert.ok(action.agent.pid > 4_194_304);
    }
    assert.ok(orphaned > 5 && reused > 5, `${orphaned} orphaned locks, ${reused} ids used again`);
    for (const kind of ['vanish', 'return', 'drop', 'cleanUp'])
      assert.ok(
        LONG.some((action) => action.kind === kind),
        kind,
      );
  });
});

function keepsRules(actions: StoryAction[]): void {
  const listed = new Set<string>();
  const absent = new Set<string>();
  const held = new Map<string, string>();
  const awaited = new Set<string>();
  for (const action of actions) {
    switch (action.kind) {
      case 'join':
        assert.ok(!listed.has(action.agent.id));
        listed.add(action.agent.id);
        break;
      case 'vanish':
        assert.ok(listed.has(action.agentId) && !absent.has(action.agentId));
        absent.add(action.agentId);
        break;
      case 'return':
        assert.ok(absent.delete(action.agentId));
        break;
      case 'drop':
        assert.ok(absent.delete(action.agentId) && listed.delete(action.agentId));
        break;
      case 'awaitAck':
        assert.ok(listed.has(action.agentId) && !absent.has(action.agentId));
        assert.ok(action.retryCount < 3 && action.retrySeconds === 30 * 2 ** action.retryCount);
        awaited.add(action.msgId);
        break;
      case 'settleAck':
        assert.ok(awaited.delete(action.msgId));
        break;
      case 'message':
        assert.ok(
          action.message.sender === 'system' ||
            (listed.has(action.message.sender) && !absent.has(action.message.sender)),
        );
        for (const recipient of action.message.recipients) assert.ok(listed.has(recipient));
        break;
      case 'acquire':
        assert.ok(listed.has(action.agentId) && !absent.has(action.agentId));
        for (const [filepath, holder] of held) {
          assert.ok(holder === action.agentId || !patternsOverlap(filepath, action.filepath), `${filepath}: ${holder}`);
        }
        held.set(action.filepath, action.agentId);
        break;
      case 'release':
        assert.ok(!absent.has(action.agentId));
        assert.equal(held.get(action.filepath), action.agentId);
        held.delete(action.filepath);
        break;
      case 'cleanUp':
        assert.ok(!listed.has(action.agentId));
        assert.equal(held.get(action.filepath), action.agentId);
        held.delete(action.filepath);
    }
  }
}
