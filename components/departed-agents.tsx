import type { Address } from '@/lib/client/address';
import { counted } from '@/lib/client/text';
import type { DepartedAgent } from '@/lib/contract/schemas';
import { Text } from './ui/text';
import { RelativeTime } from './ui/time';

interface DepartedProps {
  departed: readonly DepartedAgent[];
  /** The agent that is selected. */
  chosen: string | null;
  change: (part: Partial<Address>, push?: boolean) => void;
}

/** Who left the registry within the last hour: quiet, but not forgotten. */
export function Departed({ departed, chosen, change }: DepartedProps) {
  if (departed.length === 0) return null;
  return (
    <details className="shrink-0 border-line border-t text-muted" open={departed.some(({ id }) => id === chosen)}>
      <summary className="cursor-pointer px-4 py-1.5">
        {counted(departed.length, 'agent')} left in the last hour
      </summary>
      <ul aria-label="Agents that left" className="max-h-40 overflow-y-auto pb-1">
        {departed.map((agent) => (
          <li key={`${agent.id} ${agent.left_at}`} className="flex items-baseline gap-2 px-4 py-0.5">
            <button
              type="button"
              className="link shrink-0"
              aria-pressed={agent.id === chosen}
              onClick={() => change({ agent: agent.id === chosen ? null : agent.id }, true)}
            >
              <Text value={agent.id} max={80} />
            </button>
            <span className="wrap-anywhere min-w-0 flex-1">
              <Text value={agent.left_reason} max={200} />
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
