import type { ComponentType } from 'react';
import type { Address } from '@/lib/client/address';
import { formatCount } from '@/lib/client/text';
import type { WorkState } from '@/lib/contract/work-schemas';
import { Empty } from '../ui/panel';
import { ConflictsPart } from './conflicts-part';
import { ContextsPart } from './contexts-part';
import { CoordinationPart } from './coordination-part';
import { DelegationsPart } from './delegations-part';
import { GitPart } from './git-part';
import { LearningPart } from './learning-part';
import { MemoryPart } from './memory-part';
import { UnreadPart } from './unread-part';
import { PART_NAMES, partCount, partNamed, WORK_PARTS, type WorkPart } from './work';
import type { WorkProps } from './work-props';

const PARTS: Record<WorkPart, ComponentType<WorkProps>> = {
  contexts: ContextsPart,
  conflicts: ConflictsPart,
  delegations: DelegationsPart,
  learning: LearningPart,
  memory: MemoryPart,
  coordination: CoordinationPart,
  unread: UnreadPart,
  git: GitPart,
};

interface WorkViewProps {
  work: WorkState;
  /** The page shows a past moment or an exported time range. */
  past: boolean;
  address: Address;
  change: (to: Partial<Address>, push?: boolean) => void;
}

/** What agents work on, apart from tasks: the swarm's files about it, unread messages, and git. */
export function WorkView({ work, past, address, change }: WorkViewProps) {
  if (past) {
    return (
      <Empty title="Not recorded at this moment.">
        Contexts, conflicts, delegations, unread messages and git are known of the present only. Go back to live to see
        them.
      </Empty>
    );
  }
  const chosen = partNamed(address.part);
  const Part = PARTS[chosen];
  return (
    <div className="flex min-h-0 flex-1 flex-col">
      <nav
        aria-label="Parts of the work"
        className="flex h-8 shrink-0 items-stretch gap-1 overflow-x-auto border-line border-b px-3"
      >
        {WORK_PARTS.map((part) => (
          <button
            key={part}
            type="button"
            aria-current={part === chosen ? 'true' : undefined}
            onClick={() => change({ part })}
            className="cursor-pointer whitespace-nowrap rounded-sm px-1.5 text-muted hover:text-ink aria-[current]:font-medium aria-[current]:text-ink"
          >
            {PART_NAMES[part]} <Count count={partCount(part, work)} />
          </button>
        ))}
      </nav>
      <Part key={chosen} work={work} onGo={(to) => change(to, true)} />
    </div>
  );
}

function Count({ count }: { count: number | null }) {
  return count !== null && count > 0 && <span className="font-normal text-muted">{formatCount(count)}</span>;
}
