import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { CommandFault } from '@/lib/client/fault-sentence';
import type { Task } from '@/lib/contract/task-schemas';
import { movedNotice, refusedNotice } from './move-words';

const task: Task = {
  ...{ key: 'task:a', id: 'a', list: null, objective: 'Round the totals', status: 'working', priority: 'normal' },
  ...{ created_by: null, assigned_to: null, owner: null, context_id: null, parent_task_id: null, blocked_by: [] },
  ...{ files: [], error: null, status_since: null, created_at: null, updated_at: null, history: [] },
};

const refused = (problem: CommandFault['problem']): CommandFault => ({ status: 409, problem });

test('movedNotice(): what a task is now, and to whom it is assigned', () => {
  const moved = { ...task, status: 'assigned', assigned_to: 'agent-2' };
  assert.equal(movedNotice({ task: moved, outcome: 'changed' }).text, '“Round the totals” is assigned to agent-2 now.');
  assert.equal(
    movedNotice({ task: { ...task, status: 'pending' }, outcome: 'created' }).text,
    'Created “Round the totals”: pending.',
  );
});

test('refusedNotice(): a task that changed meanwhile is said to be what it is, and who changed it', () => {
  const step = { at: null, from_status: 'working', to_status: 'completed', agent_id: 'agent-1', message: '' };
  const present = { ...task, status: 'completed', history: [step] };
  const notice = refusedNotice(task, refused({ code: 'task_changed', detail: 'It changed.', task: present }));
  assert.equal(
    notice.text,
    '“Round the totals” was not moved: it is completed by now, changed by agent-1, no longer working.',
  );
  assert.equal(notice.task, present);
});

test('refusedNotice(): any other refusal in the words of the server; without the present task none is claimed', () => {
  const { text } = refusedNotice(task, refused({ code: 'no_transition', detail: 'It can become review.', task }));
  assert.equal(text, '“Round the totals”: It was not moved. It can become review.');
  assert.equal(refusedNotice(task, refused({ code: 'task_changed', detail: 'It changed.', task: 'x' })).task, null);
});

test('refusedNotice(): without an answer it is not said that nothing was moved', () => {
  const fault = { status: 0, problem: { code: 'no_answer', detail: 'It is not known whether this was done.' } };
  const notice = refusedNotice(task, fault);
  assert.equal(notice.text, '“Round the totals”: It is not known whether this was done.');
  assert.equal(notice.task, null);
});
