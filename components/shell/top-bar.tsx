import { type ReactNode, use } from 'react';
import { sessionName } from '@/components/agents/agents';
import { Moment } from '@/lib/client/moment';
import type { Theme } from '@/lib/client/settings';
import type { ConnectionState } from '@/lib/client/stream-client';
import type { AgentsAnswer } from '@/lib/contract/schemas';
import { contained } from '../ui/contained';
import type { Icon } from '../ui/icon';
import { IconButton } from '../ui/icon-button';
import { CircleHelp, Command, History, Monitor, Moon, Sun } from '../ui/icons';
import { latePart } from '../ui/lazy-part';
import { Text } from '../ui/text';
import { ClockTime } from '../ui/time';

// Loaded when the page is alive: until then nobody acts.
const OperatorMenu = contained(
  'Who may act',
  latePart(() => import('./operator-menu').then((module) => ({ default: module.OperatorMenu }))),
);

interface TopBarProps {
  root: string;
  agents: AgentsAnswer;
  connection: ConnectionState;
  heardAt: string | null;
  /** The folder has no files of a swarm. */
  empty: boolean;
  theme: Theme;
  onTheme: () => void;
  onPast: () => void;
  onPalette: () => void;
  onHelp: () => void;
  /** Shown before the state of the connection. */
  children: ReactNode;
}

const THEME_ICONS: Record<Theme, Icon> = { system: Monitor, light: Sun, dark: Moon };

/** The name of the swarm, the state of the connection, and the main buttons. */
export function TopBar(props: TopBarProps) {
  const { root, agents, connection, heardAt, empty, theme, onTheme, onPast, onPalette, onHelp, children } = props;
  return (
    <header className="flex h-11 shrink-0 items-center gap-3 border-line border-b pr-2 pl-4">
      <h1 className="shrink-0 font-semibold max-sm:sr-only">Claude Swarm</h1>
      <p className="min-w-0 flex-1 truncate text-muted" title={root}>
        <span className="text-ink">
          <Text value={root.split('/').findLast((name) => name !== '') ?? root} max={80} />
        </span>
        <span className="mx-2 text-line" aria-hidden="true">
          /
        </span>
        {sessions(agents)}
      </p>
      {children}
      <ConnectionStatus state={connection} heardAt={heardAt} empty={empty} />
      <div className="needs-script flex shrink-0 items-center gap-1">
        <span className="size-7">{connection !== 'connecting' && <OperatorMenu connection={connection} />}</span>
        <IconButton label="Go to a moment" keys="p" icon={History} onClick={onPast} />
        <IconButton label="Command palette" keys="Ctrl K" icon={Command} onClick={onPalette} />
        <IconButton label={`Theme: ${theme}. Change`} keys="t" icon={THEME_ICONS[theme]} onClick={onTheme} />
        <IconButton label="Help and keys" keys="?" icon={CircleHelp} onClick={onHelp} />
      </div>
    </header>
  );
}

function sessions({ session_name, session_names }: AgentsAnswer) {
  const names = Array.isArray(session_names) ? session_names.map(sessionName).filter((name) => name !== '') : [];
  if (names.length === 0 && sessionName(session_name) === '') return 'no session';
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

type ConnectionStatusProps = Pick<TopBarProps, 'heardAt' | 'empty'> & { state: ConnectionState };

/** The clock is outside the live region, which would read each tick aloud. */
function ConnectionStatus({ state, heardAt, empty }: ConnectionStatusProps) {
  // A past moment is not live: what the stream brings meanwhile is not shown.
  const past = use(Moment) !== null;
  return (
    <p className="needs-script flex shrink-0 items-center gap-2">
      {state !== 'reconnecting' && !past && (
        <span className="text-muted max-md:hidden">
          Updated <ClockTime instant={heardAt} />
        </span>
      )}
      <span
        role="status"
        data-connection={state}
        className={(past || empty) && state === 'live' ? 'text-muted' : `font-medium ${COLOURS[state]}`}
      >
        <span aria-hidden="true">{state === 'live' && !past && !empty ? '● ' : '○ '}</span>
        {state === 'live' && (past ? 'Connected' : 'Live')}
        {state === 'live' && !past && empty && <span className="max-sm:sr-only">, no swarm files</span>}
        {state === 'connecting' && 'Connecting'}
        {/* On a narrow screen the bar below says it, and leaves the room to the name. */}
        {state === 'reconnecting' && <span className="max-sm:sr-only">Disconnected</span>}
      </span>
    </p>
  );
}
