import type { Address } from '@/lib/client/address';
import type { AgentsAnswer, AttentionAnswer, LocksAnswer } from '@/lib/contract/schemas';

interface WaitingGraphProps {
  attention: AttentionAnswer;
  locks: LocksAnswer;
  agents: AgentsAnswer;
  address: Address;
  change: (part: Partial<Address>, push?: boolean) => void;
}

/** Who waits for whom. */
export function WaitingGraph(_props: WaitingGraphProps) {
  return null;
}
