import type { Address } from '@/lib/client/address';
import { counted } from '@/lib/client/text';
import { Empty, Scroller } from '../ui/panel';
import { CommandRow } from './command-row';
import { type Commands, useCommands } from './use-commands';

const PAGE = 50;

interface CommandsViewProps {
  /** The past moment that the page shows, ISO 8601; null for the present. */
  at: string | null;
  onGo: (to: Partial<Address>) => void;
}

/** What people and scripts did through the dashboard, newest first. */
export function CommandsView({ at, onGo }: CommandsViewProps) {
  const commands = useCommands({ agent: null, until: at, limit: PAGE });
  const { list, error } = commands;
  if (list === null) {
    if (error !== null) return <Empty title="The record of commands is not shown.">{error}</Empty>;
    return <p className="px-4 py-2 text-muted">Loading…</p>;
  }
  if (list.actions.length === 0) return <Nothing past={at !== null} error={error} />;
  return (
    <Scroller label="Commands" className="px-4 py-1">
      {error !== null && <p className="text-warn">{error}</p>}
      <ol className="divide-y divide-line">
        {list.actions.map((command) => (
          <CommandRow key={command.id} command={command} withAgent onGo={onGo} />
        ))}
      </ol>
      <End commands={commands} />
    </Scroller>
  );
}

function Nothing({ past, error }: { past: boolean; error: string | null }) {
  return (
    <Empty title={past ? 'No commands were recorded until then.' : 'No commands are recorded.'}>
      What is done to locks, messages and agents through this dashboard is listed here, with who did it and how it
      ended.
      {error !== null && <p className="text-warn">{error}</p>}
    </Empty>
  );
}

function End({ commands: { list, more } }: { commands: Commands }) {
  const count = list?.actions.length ?? 0;
  return (
    <p className="py-2 text-muted">
      {list?.next === null ? (
        `${counted(count, 'command')}; no older one is kept.`
      ) : (
        <button type="button" className="link" disabled={more === null} onClick={() => more?.()}>
          {more === null ? 'Loading…' : 'Show older commands'}
        </button>
      )}
    </p>
  );
}
