import { use } from 'react';
import { Moment } from '@/lib/client/moment';
import type { ConnectionState } from '@/lib/client/stream-client';
import { ClockTime } from '../ui/time';

interface ConnectionBarProps {
  state: ConnectionState;
  /** When the server was last heard. */
  heardAt: string | null;
}

/** Says over the whole width that the server does not answer, and from when the page's data are. */
export function ConnectionBar({ state, heardAt }: ConnectionBarProps) {
  const past = use(Moment) !== null;
  return (
    // Always present: a live region reads only what changes inside it.
    <div role="status" aria-label="Connection to the server" className="needs-script shrink-0">
      {state === 'reconnecting' && (
        <p className="connection-bar px-4 py-1.5 font-medium">
          Disconnected. {past ? 'Live data are' : 'Everything below is'} from <ClockTime instant={heardAt} />; what
          happened since is unknown.{' '}
          <span className="font-normal">
            The page reconnects by itself. If it does not, check that the dashboard still runs.
          </span>
        </p>
      )}
    </div>
  );
}
