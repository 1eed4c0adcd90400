import type { ConnectionState } from '@/lib/client/connection';
import { asText } from '@/lib/client/text';
import type { AgentsAnswer } from '@/lib/contract/schemas';
import { Text } from './ui/text';
import { ClockTime, RelativeTime } from './ui/time';

interface TopBarProps {
  root: string;
  agents: AgentsAnswer;
  connection: ConnectionState;
  heardAt: string | null;
}

/** Which swarm this is, and whether the picture is true now. */
export function TopBar({ root, agents, connection, heardAt }: TopBarProps) {
  const updatedAt = asText(agents.updated_at);
  return (
    <header className="flex shrink-0 flex-wrap items-center gap-x-4 gap-y-1 border-line border-b px-4 py-2">
      <h1 className="font-semibold">Claude Swarm</h1>
      <Connection state={connection} heardAt={heardAt} />
      <p className="min-w-0 max-w-full truncate text-muted max-sm:w-full" title={root}>
        <code>
          <Text value={root} max={400} />
        </code>
      </p>
      <p className="min-w-0 max-w-full truncate text-muted max-sm:w-full">
        {sessions(agents)}
        {updatedAt !== '' && (
          <>
            {' · registry written '}
            <RelativeTime instant={updatedAt} label="Registry written" />
          </>
        )}
      </p>
    </header>
  );
}

function sessions({ session_name, session_names }: AgentsAnswer) {
  const names = Array.isArray(session_names) ? session_names.map(asText).filter((name) => name !== '') : [];
  if (names.length === 0 && asText(session_name) === '') return 'no session';
  return (
    <>
      {names.length > 1 ? 'sessions ' : 'session '}
      <Text value={names.length > 0 ? names.join(', ') : session_name} max={120} />
    </>
  );
}

const COLOURS: Record<ConnectionState, string> = {
  connecting: 'text-muted',
  live: 'text-good',
  reconnecting: 'text-bad',
};

/** Nothing in here ticks: a live region would read each change aloud. */
function Connection({ state, heardAt }: { state: ConnectionState; heardAt: string | null }) {
  return (
    <p role="status" data-connection={state} className={`ml-auto shrink-0 font-medium sm:order-last ${COLOURS[state]}`}>
      <span aria-hidden="true">{state === 'live' ? '● ' : '○ '}</span>
      {state === 'live' && 'Live'}
      {state === 'connecting' && 'Connecting'}
      {state === 'reconnecting' && (
        <>
          Reconnecting, data from <ClockTime instant={heardAt} />
        </>
      )}
    </p>
  );
}
