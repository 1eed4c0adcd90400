import assert from 'node:assert/strict';
import { test } from 'node:test';
import { changeTaskBody } from '@/lib/contract/task-requests';
import type { Task } from '@/lib/contract/task-schemas';
import {
  changeBody,
  changedNotice,
  changeFault,
  formOf,
  isChangeable,
  offeredPriorities,
  statusWith,
} from './change-task';

function task(fields: Partial<Task> = {}): Task {
  return {
    ...{ key: 'task:a', id: 'a', list: null, objective: 'Round the totals', status: 'working', priority: 'normal' },
    ...{ created_by: null, assigned_to: 'agent-1', owner: null, context_id: null, parent_task_id: null },
    ...{ blocked_by: [], files: [], error: null, status_since: null, created_at: null, updated_at: null, history: [] },
    ...fields,
  };
}

test('changeBody(): only what differs, each with what it was; nothing for a form that changes nothing', () => {
  const listed = task();
  const form = formOf(listed);
  assert.equal(changeBody(listed, form), null);
  assert.equal(changeBody(listed, { ...form, message: '  ' }), null);
  assert.deepEqual(changeBody(listed, { ...form, owner: 'agent-2' }), {
    ...{ assigned_to: 'agent-2', expected_assigned_to: 'agent-1', expected_status: 'working' },
  });
  assert.deepEqual(changeBody(listed, { ...form, priority: 'high', message: ' It is late. ' }), {
    ...{ priority: 'high', expected_priority: 'normal', message: 'It is late.', expected_status: 'working' },
  });
  assert.deepEqual(changeBody(listed, { ...form, owner: '' }), {
    ...{ assigned_to: null, expected_assigned_to: 'agent-1', expected_status: 'working' },
  });
});

test('changeBody(): the status goes with the owner, as the swarm’s tool has it', () => {
  const pending = task({ status: 'pending', assigned_to: null });
  const given = changeBody(pending, { ...formOf(pending), owner: 'agent-2' });
  assert.deepEqual([given?.to_status, given?.assigned_to], ['assigned', 'agent-2']);
  const assigned = task({ status: 'assigned' });
  const freed = changeBody(assigned, { ...formOf(assigned), owner: '' });
  assert.deepEqual([freed?.to_status, freed?.assigned_to], ['pending', null]);
  assert.equal(statusWith(assigned, { ...formOf(assigned), owner: 'agent-2' }), null);
  assert.equal(statusWith(pending, formOf(pending)), null);
});

test('changeBody(): a priority that the swarm’s tool does not know stays until another is chosen', () => {
  for (const priority of [null, 'urgent']) {
    const odd = task({ priority });
    assert.equal(offeredPriorities(odd)[0], priority ?? '');
    assert.equal(changeBody(odd, formOf(odd)), null);
    const body = changeBody(odd, { ...formOf(odd), priority: 'low' });
    assert.deepEqual(body, { priority: 'low', expected_priority: priority, expected_status: 'working' });
    assert.deepEqual(changeTaskBody.parse(body), body);
  }
  assert.deepEqual(offeredPriorities(task()), ['low', 'normal', 'high', 'critical']);
});

test('isChangeable(): lists of Claude Code are read only', () => {
  assert.deepEqual([isChangeable({ list: null }), isChangeable({ list: 'team' })], [true, false]);
});

test('changedNotice(): what a task is now; a form that found it so claims no change', () => {
  const changed = task({ assigned_to: null, priority: 'high' });
  const text = (outcome: 'changed' | 'unchanged') => changedNotice({ task: changed, outcome }).text;
  assert.equal(text('changed'), '“Round the totals” is changed: working, owner nobody, priority high.');
  assert.equal(text('unchanged'), '“Round the totals” was so already: working, owner nobody, priority high.');
});

test('changeFault(): a task that changed meanwhile is said to be what it is by now, and who changed it last', () => {
  const step = { at: null, from_status: 'working', to_status: 'working', agent_id: 'agent-7', message: '' };
  const present = task({ assigned_to: 'agent-2', priority: 'critical', history: [step] });
  const problem = { code: 'task_changed', detail: 'It changed.', task: present };
  assert.equal(
    changeFault(task(), { status: 409, problem }),
    'Nothing was changed: the task is assigned to agent-2 by now, no longer to agent-1, of the priority critical by now, ' +
      'no longer normal. agent-7 changed it last. Check the form, then apply it again.',
  );
  const unnamed = changeFault(task({ history: [step] }), { status: 409, problem });
  assert.doesNotMatch(unnamed, /changed it last/, 'its history does not say who changed it');
  const completed = { ...problem, task: task({ status: 'completed' }) };
  assert.match(
    changeFault(task(), { status: 409, problem: completed }),
    /is completed by now, no longer working\. Check/,
  );
});

test('changeFault(): another refusal in the words of the server; without an answer nothing is claimed', () => {
  const refused = { status: 409, problem: { code: 'tasks_unwritable', detail: 'TASKS.json was left as it is.' } };
  assert.equal(changeFault(task(), refused), 'Nothing was changed. TASKS.json was left as it is.');
  const lost = { status: 0, problem: { code: 'no_answer', detail: 'It is not known whether this was done.' } };
  assert.equal(changeFault(task(), lost), 'It is not known whether this was done.');
});
