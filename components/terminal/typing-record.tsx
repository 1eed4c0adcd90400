import { CommandRow } from '@/components/commands/command-row';
import { useCommands } from '@/components/commands/use-commands';

/** The commands for terminals, as they are recorded. */
const ACTIONS = ['type_text', 'press_keys', 'interrupt'];
const LIMIT = 20;

/** Who typed last into a terminal of this agent, what count, when, and how it ended. */
export function TypingRecord({ agent }: { agent: string }) {
  const { list, error } = useCommands({ agent, until: null, limit: LIMIT });
  const last = list?.actions.find(({ action }) => ACTIONS.includes(action));
  if (error !== null) return <p className="mt-1 text-muted">Who typed last is not known: {error}</p>;
  if (list === null) return <p className="mt-1 text-muted">Reading who typed last…</p>;
  if (!last) return <p className="mt-1 text-muted">{nothing(list.next !== null)}</p>;
  return (
    <div className="mt-1">
      <h3 className="text-muted text-xs">Last input from a dashboard</h3>
      <ul>
        <CommandRow command={last} withAgent={false} onGo={() => {}} />
      </ul>
    </div>
  );
}

function nothing(isLonger: boolean): string {
  return isLonger ? `None of its newest ${LIMIT} commands was an input.` : 'No input from a dashboard is recorded.';
}
