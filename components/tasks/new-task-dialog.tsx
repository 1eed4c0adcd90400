import { type FormEvent, useId, useState } from 'react';
import { sendCommand } from '@/lib/client/commands';
import { faultSentence } from '@/lib/client/fault-sentence';
import { TASKS_PATH } from '@/lib/contract/paths';
import type { TaskAnswer } from '@/lib/contract/task-requests';
import type { Task } from '@/lib/contract/task-schemas';
import { TASK_PRIORITIES, type TaskPriority } from '@/lib/contract/task-transitions';
import { Choice } from '../ui/choice';
import { Dialog } from '../ui/dialog';
import { FormButtons } from '../ui/form-buttons';
import { AgentField, FIELD } from './assign-dialog';
import { isFinished, shortName } from './board';

const PRIORITY_NAMES: Record<TaskPriority, string> = {
  low: 'low',
  normal: 'normal',
  high: 'high',
  critical: 'critical',
};
/** Offered as what the task waits for. */
const MAX_OFFERED = 100;

interface NewTaskDialogProps {
  tasks: readonly Task[];
  /** The ids of the listed agents. */
  agents: readonly string[];
  onCreated: (answer: TaskAnswer) => void;
  onClose: () => void;
}

/** Writes a new task into `TASKS.json`. */
export function NewTaskDialog({ tasks, agents, onCreated, onClose }: NewTaskDialogProps) {
  const [objective, setObjective] = useState('');
  const [priority, setPriority] = useState<TaskPriority>('normal');
  const [agent, setAgent] = useState('');
  const [files, setFiles] = useState('');
  const [blockers, setBlockers] = useState<readonly string[]>([]);
  const [busy, setBusy] = useState(false);
  const [fault, setFault] = useState<string | null>(null);
  const create = async (event: FormEvent) => {
    event.preventDefault();
    setBusy(true);
    setFault(null);
    const sent = await sendCommand<TaskAnswer>('POST', TASKS_PATH, {
      objective: objective.trim(),
      priority,
      files: linesOf(files),
      blocked_by: blockers,
      ...(agent !== '' && { assigned_to: agent }),
    });
    setBusy(false);
    if (!sent.ok) return setFault(faultSentence(sent, 'The task was not created.'));
    onCreated(sent.answer);
    onClose();
  };
  return (
    <Dialog title="New task" onClose={onClose}>
      <form onSubmit={create} className="flex min-h-0 flex-col gap-3 overflow-y-auto px-5 py-4">
        {fault !== null && (
          <p role="alert" className="wrap-anywhere text-bad">
            {fault}
          </p>
        )}
        <label className="block">
          <span className="block text-muted">Objective</span>
          <textarea
            required
            rows={3}
            maxLength={2000}
            value={objective}
            onChange={({ target }) => setObjective(target.value)}
            className={FIELD}
          />
        </label>
        <Choice
          label="Priority:"
          choices={TASK_PRIORITIES}
          names={PRIORITY_NAMES}
          value={priority}
          onChange={setPriority}
        />
        <AgentField label="Assigned to" value={agent} agents={agents} none="nobody yet" onChange={setAgent} />
        <label className="block">
          <span className="block text-muted">Files, one in a line</span>
          <textarea
            rows={2}
            value={files}
            spellCheck={false}
            onChange={({ target }) => setFiles(target.value)}
            className={`${FIELD} font-mono`}
          />
        </label>
        <BlockerFields tasks={tasks} chosen={blockers} onChange={setBlockers} />
        <p className="text-muted">Nobody is informed: write a message to the agent to do that.</p>
        <FormButtons
          submit={busy ? 'Creating…' : 'Create'}
          disabled={busy || objective.trim() === ''}
          onCancel={onClose}
        />
      </form>
    </Dialog>
  );
}

function linesOf(text: string): string[] {
  return text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '');
}

interface BlockerFieldsProps {
  tasks: readonly Task[];
  chosen: readonly string[];
  onChange: (ids: readonly string[]) => void;
}

/** The unfinished tasks of `TASKS.json` for which the new one must wait. */
function BlockerFields({ tasks, chosen, onChange }: BlockerFieldsProps) {
  const id = useId();
  const open = tasks.filter((task) => task.list === null && !isFinished(task));
  if (open.length === 0) return null;
  return (
    <fieldset>
      <legend className="text-muted">Blocked by</legend>
      <div className="max-h-32 overflow-y-auto rounded-md border border-line px-2 py-1">
        {open.slice(0, MAX_OFFERED).map((task) => (
          <label key={task.key} htmlFor={`${id}-${task.key}`} className="wrap-anywhere flex items-baseline gap-2">
            <input
              id={`${id}-${task.key}`}
              type="checkbox"
              checked={chosen.includes(task.id)}
              onChange={({ target }) =>
                onChange(target.checked ? [...chosen, task.id] : chosen.filter((one) => one !== task.id))
              }
            />
            {shortName(task)}
          </label>
        ))}
        {open.length > MAX_OFFERED && <p className="text-muted">and {open.length - MAX_OFFERED} more, not offered</p>}
      </div>
    </fieldset>
  );
}
