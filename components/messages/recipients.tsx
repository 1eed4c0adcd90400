import { createContext, use, useState } from 'react';
import { audienceOf } from '@/lib/client/delivery';
import { counted } from '@/lib/client/text';
import type { Message } from '@/lib/contract/schemas';
import { AgentName } from '../ui/agent-name';

/** The ids of the agents that are registered; the same set while they stay the same. */
export const KnownAgents = createContext<ReadonlySet<string>>(new Set());

/** More recipients than these are shown as a count. */
const MAX_NAMES = 3;
/** A line of a megabyte may name a hundred thousand. */
const MAX_LISTED = 200;

interface RecipientsProps {
  message: Message;
  /** Called before the list of names is opened or closed, which changes the height of the row. */
  onToggle: () => void;
}

/** The recipients of a message; of a broadcast their number, with the names on demand. */
export function Recipients({ message, onToggle }: RecipientsProps) {
  const { names, isEveryone } = audienceOf(message, use(KnownAgents));
  const [open, setOpen] = useState(false);
  if (names.length === 0) return isEveryone ? 'everyone' : 'unknown recipient';
  if (!isEveryone && names.length <= MAX_NAMES) return <Names names={names} />;
  return (
    <>
      <button
        type="button"
        tabIndex={-1}
        className="link"
        aria-expanded={open}
        onClick={() => {
          onToggle();
          setOpen(!open);
        }}
      >
        {isEveryone ? `everyone (${names.length})` : counted(names.length, 'agent')}
      </button>
      {open && (
        <>
          : <Names names={names} />
        </>
      )}
    </>
  );
}

/** Names of agents, each in its colour. */
export function Names({ names }: { names: readonly string[] }) {
  const left = names.length - MAX_LISTED;
  return (
    <>
      {names.slice(0, MAX_LISTED).map((name, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: names may repeat and never move
        <span key={index}>
          {index > 0 && ', '}
          {name === 'all' ? 'everyone' : <AgentName id={name} />}
        </span>
      ))}
      {left > 0 && ` and ${counted(left, 'other')}`}
    </>
  );
}
