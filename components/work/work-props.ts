import type { Address } from '@/lib/client/address';
import type { WorkState } from '@/lib/contract/work-schemas';

/** Opens what a link points at. */
export type Go = (to: Partial<Address>) => void;

/** What every part about work gets. */
export interface WorkProps {
  work: WorkState;
  onGo: Go;
}
