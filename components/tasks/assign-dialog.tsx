import { useState } from 'react';
import type { Task } from '@/lib/contract/task-schemas';
import { Dialog } from '../ui/dialog';
import { FormButtons } from '../ui/form-buttons';
import { Text } from '../ui/text';
import { shortName } from './board';

/** The look of a text field or a list of options in a form. */
export const FIELD =
  'mt-0.5 w-full rounded-md border border-line bg-paper px-2 py-1 text-ink focus-visible:outline-2 focus-visible:outline-accent';

interface AssignDialogProps {
  task: Task;
  /** The ids of the listed agents. */
  agents: readonly string[];
  onAssign: (agent: string) => void;
  onClose: () => void;
}

/** Asks who is to do a task before it becomes `assigned`. */
export function AssignDialog({ task, agents, onAssign, onClose }: AssignDialogProps) {
  const [agent, setAgent] = useState('');
  return (
    <Dialog title="Assign a task" onClose={onClose}>
      <form
        className="space-y-3 overflow-y-auto px-5 py-4"
        onSubmit={(event) => {
          event.preventDefault();
          if (agent !== '') onAssign(agent);
        }}
      >
        <p className="wrap-anywhere">
          <Text value={shortName(task)} prose />
        </p>
        <AgentField label="Agent" value={agent} agents={agents} none="choose an agent" onChange={setAgent} />
        <p className="text-muted">Nobody is informed: write a message to the agent to do that.</p>
        <FormButtons submit="Assign" disabled={agent === ''} onCancel={onClose} />
      </form>
    </Dialog>
  );
}

interface AgentFieldProps {
  label: string;
  value: string;
  agents: readonly string[];
  /** What the empty choice says. */
  none: string;
  onChange: (agent: string) => void;
}

/** One of the listed agents. */
export function AgentField({ label, value, agents, none, onChange }: AgentFieldProps) {
  return (
    <label className="block">
      <span className="block text-muted">{label}</span>
      <select value={value} onChange={(event) => onChange(event.target.value)} className={FIELD}>
        <option value="">{none}</option>
        {agents.map((id) => (
          <option key={id} value={id}>
            {id}
          </option>
        ))}
      </select>
    </label>
  );
}
