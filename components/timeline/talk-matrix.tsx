import type { Address } from '@/lib/client/address';
import type { AgentsAnswer } from '@/lib/contract/schemas';

interface TalkMatrixProps {
  /** ISO 8601. */
  span: { since: string; until: string };
  now: boolean;
  agents: AgentsAnswer;
  address: Address;
  change: (part: Partial<Address>, push?: boolean) => void;
}

/** Who talks to whom. */
export function TalkMatrix(_props: TalkMatrixProps) {
  return null;
}
