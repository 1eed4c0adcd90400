import { useState } from 'react';
import type { Address } from '@/lib/client/address';
import { counted } from '@/lib/client/text';
import type { DepartedAgent } from '@/lib/contract/schemas';
import { Text } from '../ui/text';
import { RelativeTime, Sentence } from '../ui/time';

/** A longer list stays collapsed until a person opens it. */
const MAX_SHOWN = 5;

interface DepartedProps {
  departed: readonly DepartedAgent[];
  /** The selected agent. */
  chosen: string | null;
  change: (part: Partial<Address>, push?: boolean) => void;
}

/** The agents that left the registry within the last hour. */
export function Departed({ departed, chosen, change }: DepartedProps) {
  // A list that a person opened or collapsed stays that way, whatever is selected and whichever agents leave later.
  const [choice, setChoice] = useState<boolean | null>(null);
  if (departed.length === 0) return null;
  const open = choice ?? (departed.length <= MAX_SHOWN || departed.some(({ id }) => id === chosen));
  const newestById = new Map(departed.toReversed().map((agent) => [agent.id, agent]));
  return (
    <details
      className="shrink-0 border-line border-t text-muted"
      open={open}
      onToggle={({ currentTarget }) => {
        // A change made by the page matches what it rendered; any other change was made by a person.
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
              // Takes the focus when the agent's detail is closed.
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
