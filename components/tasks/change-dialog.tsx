import { type FormEvent, useState } from 'react';
import { requestPath } from '@/lib/client/api';
import { sendCommand } from '@/lib/client/commands';
import { TASK_PATH } from '@/lib/contract/paths';
import type { TaskAnswer } from '@/lib/contract/task-requests';
import type { Task } from '@/lib/contract/task-schemas';
import { Dialog } from '../ui/dialog';
import { FormButtons } from '../ui/form-buttons';
import { Text } from '../ui/text';
import { AgentField, FIELD } from './assign-dialog';
import { shortName, statusName } from './board';
import { changeBody, changedNotice, changeFault, formOf, offeredPriorities, statusWith } from './change-task';
import { type MoveNotice, presentTask } from './move-words';

/** As many characters as the server takes. */
const MAX_MESSAGE_LENGTH = 2000;

interface ChangeDialogProps {
  /** As it is on the page when the dialog opens. */
  task: Task;
  /** The ids of the listed agents. */
  agents: readonly string[];
  onChanged: (notice: MoveNotice) => void;
  onClose: () => void;
}

/**
 * Changes who is to do a task, and its priority. A task that was changed meanwhile is left as it is: the dialog says what
 * it is by now, and the next attempt begins with that.
 */
export function ChangeDialog({ task, agents, onChanged, onClose }: ChangeDialogProps) {
  const [listed, setListed] = useState(task);
  const [form, setForm] = useState(() => formOf(task));
  const [busy, setBusy] = useState(false);
  const [fault, setFault] = useState<string | null>(null);
  const body = changeBody(listed, form);
  const to = statusWith(listed, form);
  const owners = [...new Set([...agents, ...[listed.assigned_to ?? '', form.owner].filter((id) => id !== '')])];
  const priorities = [...new Set([...offeredPriorities(listed), form.priority])];
  const apply = async (event: FormEvent) => {
    event.preventDefault();
    if (body === null || busy) return;
    setBusy(true);
    setFault(null);
    const sent = await sendCommand<TaskAnswer>('POST', requestPath(TASK_PATH, undefined, task.key), body);
    setBusy(false);
    if (sent.ok) {
      onChanged(changedNotice(sent.answer));
      return onClose();
    }
    setFault(changeFault(listed, sent));
    setListed(presentTask(sent) ?? listed);
  };
  return (
    <Dialog title="Change a task" onClose={onClose}>
      <form onSubmit={apply} className="flex min-h-0 flex-col gap-3 overflow-y-auto px-5 py-4">
        <p className="wrap-anywhere">
          <Text value={shortName(listed)} prose /> <span className="text-muted">{statusName(listed.status)}</span>
        </p>
        {fault !== null && (
          <p role="alert" className="wrap-anywhere text-bad">
            {fault}
          </p>
        )}
        <AgentField
          label="Owner"
          value={form.owner}
          agents={owners}
          none="nobody"
          onChange={(owner) => setForm({ ...form, owner })}
        />
        <label className="block">
          <span className="block text-muted">Priority</span>
          <select
            value={form.priority}
            onChange={({ target }) => setForm({ ...form, priority: target.value })}
            className={FIELD}
          >
            {priorities.map((priority) => (
              <option key={priority} value={priority}>
                {priority || 'not given'}
              </option>
            ))}
          </select>
        </label>
        <label className="block">
          <span className="block text-muted">Why (for its history)</span>
          <input
            maxLength={MAX_MESSAGE_LENGTH}
            value={form.message}
            onChange={({ target }) => setForm({ ...form, message: target.value })}
            className={FIELD}
          />
        </label>
        <p className="text-muted">
          {to !== null && `It becomes ${to}. `}
          Nobody is informed: write a message to the agent to do that.
        </p>
        <FormButtons submit={busy ? 'Applying…' : 'Apply'} disabled={busy || body === null} onCancel={onClose} />
      </form>
    </Dialog>
  );
}
