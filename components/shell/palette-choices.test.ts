import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Address } from '@/lib/client/address';
import {
  NO_AGENTS,
  NO_ATTENTION,
  NO_OUTGOING,
  NO_PERMISSIONS,
  NO_TASKS,
  NO_USAGE,
  NO_WORK,
  UNKNOWN_LOCK_FACTS,
} from '@/lib/contract/defaults';
import type { SwarmState } from '@/lib/contract/events';
import { wholeLocks } from '@/lib/contract/locks-answer';
import type { Lock, Message, Sources, Stats } from '@/lib/contract/schemas';
import type { Task } from '@/lib/contract/task-schemas';
import { find } from './palette';
import { choicesOf, searchChoice } from './palette-choices';

const lock = (filepath: string, agent_id: string): Lock => ({
  ...UNKNOWN_LOCK_FACTS,
  lock_file: `${filepath}.lock`,
  agent_id,
  filepath,
  locked_at: 1,
  reason: 'work',
  acquired_at: null,
  stale: false,
  orphaned: false,
  conflicts_with: [],
  pattern: filepath.includes('*'),
  warnings: [],
});
const message = (seq: number, fields: Partial<Message>): Message => ({ seq, sent_at: null, ...fields });

const swarm: SwarmState = {
  agents: NO_AGENTS,
  locks: wholeLocks([lock('src/cart.ts', 'agent-1'), lock('docs/*', 'agent-2')]),
  stats: { message_types: { BLOCKED: 1 } } as unknown as Stats,
  attention: NO_ATTENTION,
  usage: NO_USAGE,
  permissions: NO_PERMISSIONS,
  outgoing: NO_OUTGOING,
  tasks: NO_TASKS,
  work: NO_WORK,
  sources: {} as Sources,
  messages: [
    message(7, { sender: 'agent-1', recipients: ['agent-2'], msg_type: 'BLOCKED', content: 'waiting for\nthe schema' }),
    message(8, { sender: 'agent-2', recipients: ['all'], msg_type: 'INFO', content: 'the schema is ready' }),
  ],
  lastEventId: 'e.8',
  gap: false,
  replacing: false,
  heardAt: null,
};

function firstFor(query: string): { label: string; group: string; to: Partial<Address> } | null {
  const went: Partial<Address>[] = [];
  const choices = choicesOf(swarm, (to) => went.push(to));
  const [found] = find(choices, query);
  found?.run();
  return found === undefined ? null : { label: found.label, group: found.group, to: went[0] ?? {} };
}

test('choicesOf(): a file is found by its path or its holder, and opens its lock', () => {
  assert.deepEqual(firstFor('cart'), {
    label: 'src/cart.ts',
    group: 'File, locked by agent-1',
    to: { lock: 'src/cart.ts.lock', agent: null },
  });
  assert.equal(firstFor('locked agent-2')?.label, 'docs/*');
  assert.equal(firstFor('pattern')?.group, 'Pattern, locked by agent-2');
});

test('choicesOf(): a message is found by sender, recipient or text, the newest first, and is opened without filters', () => {
  const found = firstFor('schema');
  assert.equal(found?.label, 'agent-2 to everyone: the schema is ready');
  assert.equal(found?.to.message, 'e.8');
  assert.deepEqual([found?.to.q, found?.to.types], ['', []]);
  assert.equal(firstFor('waiting the schema')?.label, 'agent-1 to agent-2: waiting for the schema');
});

test('choicesOf(): every choice has an id of its own', () => {
  const ids = choicesOf(swarm, () => {}).map(({ id }) => id);
  assert.equal(new Set(ids).size, ids.length);
});

test('choicesOf(): without a history no message can be opened, so none is offered', () => {
  const choices = choicesOf({ ...swarm, lastEventId: null }, () => {});
  assert.deepEqual(
    choices.filter(({ group }) => group.startsWith('Message')),
    [],
  );
});

test('choicesOf(): a task is found by its objective and opens on the board', () => {
  const went: Partial<Address>[] = [];
  const task = { key: 'task:a', id: 'a', objective: 'Round\nthe totals', status: 'working' } as Task;
  const choices = choicesOf({ ...swarm, tasks: { ...NO_TASKS, tasks: [task] } }, (to) => went.push(to));
  const choice = choices.find(({ group }) => group === 'Task, working');
  assert.equal(choice?.label, 'Round the totals');
  choice?.run();
  assert.deepEqual(went, [{ task: 'task:a', view: 'tasks' }]);
});

test('searchChoice(): offers the search of all messages for the words of the query', () => {
  const went: Partial<Address>[] = [];
  const [choice, ...others] = searchChoice(' two words ', (to) => went.push(to));
  choice?.run();
  assert.equal(choice?.label, 'Search all messages for “two words”');
  assert.equal(went[0]?.q, 'two words');
  assert.deepEqual(others, []);
  assert.deepEqual(
    searchChoice('  ', () => {}),
    [],
  );
});
