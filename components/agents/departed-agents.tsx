import { useState } from 'react';
import type { Address } from '@/lib/client/address';
import { counted } from '@/lib/client/text';
import type { DepartedAgent } from '@/lib/contract/schemas';
import { Text } from '../ui/text';
import { RelativeTime, Sentence } from '../ui/time';

/** More than these are collapsed until a person opens the list. */
const MAX_SHOWN = 5;

interface DepartedProps {
  departed: readonly DepartedAgent[];
  /** The agent that is selected. */
  chosen: string | null;
  change: (part: Partial<Address>, push?: boolean) => void;
}

/** Who left the registry within the last hour: quiet, but not forgotten. */
export function Departed({ departed, chosen, change }: DepartedProps) {
  // What a person opened or collapsed stays so, whatever is chosen and whoever leaves afterwards.
  const [choice, setChoice] = useState<boolean | null>(null);
  if (departed.length === 0) return null;
  const open = choice ?? (departed.length <= MAX_SHOWN || departed.some(({ id }) => id === chosen));
  const newestById = new Map(departed.toReversed().map((agent) => [agent.id, agent]));
  return (
    <details
      className="shrink-0 border-line border-t text-muted"
      open={open}
      onToggle={({ currentTarget }) => {
        // A change by the page itself agrees with what it drew; any other one was made by a person.
        if (currentTarget.open !== open) setChoice(currentTarget.open);
      }}
    >
      <summary className="cursor-pointer px-4 py-1.5">
        {counted(departed.length, 'agent')} left in the last hour
      </summary>
      <ul aria-label="Agents that left" className="max-h-40 overflow-y-auto pb-1">
        {departed.map((agent) => (
          <li key={`${agent.id} ${agent.left_at}`} className="flex items-baseline gap-2 px-4 py-0.5">
            <button
              type="button"
              // Where the focus returns once its detail is closed.
              id={newestById.get(agent.id) === agent ? `left-${agent.id}` : undefined}
              className="link shrink-0"
              aria-pressed={agent.id === chosen}
              onClick={() => change({ agent: agent.id === chosen ? null : agent.id }, true)}
            >
              <Text value={agent.id} max={80} />
            </button>
            <span className="wrap-anywhere min-w-0 flex-1">
              <Sentence text={agent.left_reason} />
            </span>
            <span className="shrink-0">
              <RelativeTime instant={agent.left_at} label="Left" />
            </span>
          </li>
        ))}
      </ul>
    </details>
  );
}
