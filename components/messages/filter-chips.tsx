import type { ReactNode } from 'react';
import type { Address } from '@/lib/client/address';
import { searchNote } from '@/lib/client/typed-search';
import type { MessageState } from '@/lib/contract/schemas';
import { MessageType } from '../ui/message-type';
import { X } from '../ui/more-icons';
import { Revealed, Text } from '../ui/text';
import { ClockTime } from '../ui/time';

/** What the states of messages are called. */
export const MESSAGE_STATE_LABELS: Record<MessageState, string> = {
  failed: 'failed deliveries',
  unanswered: 'unanswered until now',
  untyped: 'without a type',
};

interface FilterChipsProps {
  address: Address;
  change: (part: Partial<Address>) => void;
  onClear: () => void;
}

/** The parts of the filter, each with a button that removes it. */
export function FilterChips({ address, change, onClear }: FilterChipsProps) {
  const { agent, from, to, types, notTypes, only, since, until } = address;
  const note = searchNote(address.q);
  return (
    <ul aria-label="Filters" className="flex shrink-0 flex-wrap items-center gap-1.5 border-line border-b px-4 py-1.5">
      {types.map((type) => (
        <Chip
          key={type}
          name={`type ${type}`}
          onRemove={() => change({ types: types.filter((other) => other !== type) })}
        >
          <MessageType type={type} />
        </Chip>
      ))}
      {notTypes.map((type) => (
        <Chip
          key={`not ${type}`}
          name={`not type ${type}`}
          onRemove={() => change({ notTypes: notTypes.filter((other) => other !== type) })}
        >
          <span className="text-muted">not</span> <MessageType type={type} />
        </Chip>
      ))}
      {only.map((state) => (
        <Chip
          key={`is ${state}`}
          name={MESSAGE_STATE_LABELS[state]}
          onRemove={() => change({ only: only.filter((other) => other !== state) })}
        >
          {MESSAGE_STATE_LABELS[state]}
        </Chip>
      ))}
      <Named name="agent" value={agent} onRemove={() => change({ agent: null })} />
      <Named name="from" value={from} onRemove={() => change({ from: null })} />
      <Named name="to" value={to} onRemove={() => change({ to: null })} />
      {since !== null && (
        <Chip name="since" onRemove={() => change({ since: null })}>
          since <ClockTime instant={since} />
        </Chip>
      )}
      {until !== null && (
        <Chip name="until" onRemove={() => change({ until: null })}>
          until <ClockTime instant={until} />
        </Chip>
      )}
      {note !== null && (
        <li className="wrap-anywhere min-w-0 text-muted">
          <span role="status">
            <Revealed text={note} />
          </span>
        </li>
      )}
      <li className="ml-auto">
        <button type="button" className="link" onClick={onClear}>
          Clear all <kbd className="kbd">Esc</kbd>
        </button>
      </li>
    </ul>
  );
}

interface ChipProps {
  name: string;
  onRemove: () => void;
  children: ReactNode;
}

function Chip({ name, onRemove, children }: ChipProps) {
  return (
    <li className="flex min-w-0 items-center gap-1 rounded-md border border-line bg-tint pl-2">
      <span className="wrap-anywhere min-w-0">{children}</span>
      <button
        type="button"
        aria-label={`Remove the filter ${name.slice(0, 60)}`}
        onClick={onRemove}
        className="cursor-pointer rounded-md p-1 text-muted hover:text-ink"
      >
        <X className="size-3" />
      </button>
    </li>
  );
}

function Named({ name, value, onRemove }: { name: string; value: string | null; onRemove: () => void }) {
  if (value === null) return null;
  return (
    <Chip name={`${name} ${value}`} onRemove={onRemove}>
      <span className="text-muted">{name}</span> <Text value={value} max={60} />
    </Chip>
  );
}
