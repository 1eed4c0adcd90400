import { useDashboardSenders } from '@/lib/client/dashboard-senders';
import { Text } from '../ui/text';

interface UnlistedAgentProps {
  id: string;
  onLeave: () => void;
}

/** A link, or the holder of an orphaned lock, may name an agent that is not registered. */
export function UnlistedAgent({ id, onLeave }: UnlistedAgentProps) {
  const sendsHere = useDashboardSenders([id]).has(id);
  return (
    <p className="wrap-anywhere shrink-0 border-line border-b bg-tint px-4 py-1">
      <Text value={id} max={80} /> is not registered
      {sendsHere && '; messages are sent under this name from this dashboard'}.{' '}
      <button type="button" className="link" onClick={onLeave}>
        Show all
      </button>
    </p>
  );
}
