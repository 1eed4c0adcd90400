import type { OutgoingMessage } from '@/lib/contract/action-schemas';
import { Deliveries, Withdraw } from './deliveries';

/** On the row of a message that the dashboard sent: what is known of its deliveries. */
export default function SentMark({ sent }: { sent: OutgoingMessage }) {
  return (
    <div className="text-muted">
      <Deliveries message={sent} inRow />
      <Withdraw message={sent} inRow />
    </div>
  );
}
