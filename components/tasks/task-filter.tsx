import { useMemo, useState } from 'react';
import type { Address } from '@/lib/client/address';
import { formatCount } from '@/lib/client/text';
import type { Task } from '@/lib/contract/task-schemas';
import { Choice } from '../ui/choice';
import { Plus } from '../ui/more-icons';
import { ALL_TASKS, type ChoiceValues, type TaskChoice, taskChoices } from './board';

interface TaskFilterProps {
  tasks: readonly Task[];
  /** How many of them the filters leave. */
  shown: number;
  choice: TaskChoice;
  onChange: (to: Partial<Address>, push?: boolean) => void;
  /** Null where no task can be created. */
  onNew: (() => void) | null;
}

/** The filters of the board, kept in the address. */
export function TaskFilter({ tasks, shown, choice, onChange, onNew }: TaskFilterProps) {
  const { owners, priorities, lists } = useMemo(() => taskChoices(tasks, choice), [tasks, choice]);
  const isFiltered = Object.values(choice).some((value) => value !== null);
  return (
    <div className="flex min-h-8 shrink-0 flex-wrap items-center gap-x-4 border-line border-b px-4 text-muted">
      <FindField value={choice.find ?? ''} onChange={(find) => onChange({ find: find || null })} />
      <FilterChoice label="Owner:" values={owners} value={choice.owner} onChange={(owner) => onChange({ owner })} />
      <FilterChoice
        label="Priority:"
        values={priorities}
        value={choice.priority}
        onChange={(priority) => onChange({ priority })}
      />
      {(lists.values.length > 2 || choice.list !== null) && (
        <FilterChoice label="List:" values={lists} value={choice.list} onChange={(list) => onChange({ list })} />
      )}
      <span role="status">
        {isFiltered ? `${formatCount(shown)} of ${formatCount(tasks.length)}` : formatCount(tasks.length)}{' '}
        {tasks.length === 1 ? 'task' : 'tasks'}
      </span>
      {isFiltered && (
        <button type="button" className="link" onClick={() => onChange(ALL_TASKS, true)}>
          Clear
        </button>
      )}
      {onNew !== null && (
        <button type="button" title="New task (n)" className="quiet-button ml-auto" onClick={onNew}>
          <Plus className="size-3.5" />
          New task
        </button>
      )}
    </div>
  );
}

interface FilterChoiceProps {
  label: string;
  values: ChoiceValues;
  value: string | null;
  onChange: (value: string | null) => void;
}

function FilterChoice({ label, values: { values, names }, value, onChange }: FilterChoiceProps) {
  return (
    <Choice
      label={label}
      quiet
      choices={values}
      names={names}
      value={value ?? ''}
      onChange={(chosen) => onChange(chosen || null)}
    />
  );
}

/** The address has the words without blanks at their ends, which are typed on the way to the next word. */
function FindField({ value, onChange }: { value: string; onChange: (words: string) => void }) {
  const [typed, setTyped] = useState(value);
  return (
    <input
      type="search"
      aria-label="Find tasks"
      placeholder="Find tasks"
      value={typed.trim() === value ? typed : value}
      onChange={({ target }) => {
        setTyped(target.value);
        onChange(target.value.trim());
      }}
      className="h-6 w-40 min-w-0 rounded-md border border-line bg-paper px-2 text-ink placeholder:text-muted"
    />
  );
}
