import { Suspense } from 'react';
import { createPortal } from 'react-dom';
import { mayAct, useMe } from '@/lib/client/commands';
import { counted, formatCount } from '@/lib/client/text';
import type { SwarmState } from '@/lib/contract/events';
import { lazyPart } from '../ui/lazy-part';
import { usePresence } from './use-presence';

// Loaded when it is first opened.
const PermissionInbox = lazyPart(() =>
  import('./permission-inbox').then((module) => ({ default: module.PermissionInbox })),
);

interface PermissionsProps {
  swarm: SwarmState;
  open: boolean;
  /** The agent whose request is looked for; null for none. */
  agent: string | null;
  onOpen: (open: boolean) => void;
}

/** The number of requests that can be answered, as a button in the top bar; it opens them. */
export function Permissions({ swarm, open, agent, onOpen }: PermissionsProps) {
  usePresence(mayAct(useMe(), 'permissions'));
  const count = swarm.permissions.permissions.filter(({ resolved }) => resolved === null).length;
  return (
    <>
      {count > 0 && (
        <button
          type="button"
          aria-haspopup="dialog"
          title={`${counted(count, 'permission request')}: show`}
          onClick={() => onOpen(true)}
          className="quiet-button border border-line font-medium text-bad"
        >
          {formatCount(count)}
          <span className="max-sm:sr-only">{count === 1 ? ' asks' : ' ask'}</span>
          <span className="sr-only"> for permission</span>
        </button>
      )}
      {open &&
        // Not inside the top bar, whose landmark would contain it.
        createPortal(
          <Suspense>
            <PermissionInbox swarm={swarm} agent={agent} onClose={() => onOpen(false)} />
          </Suspense>,
          document.body,
        )}
    </>
  );
}
