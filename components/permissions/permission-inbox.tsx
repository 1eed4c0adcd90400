import { type RefObject, useEffect, useMemo, useRef, useState } from 'react';
import type { PendingPermission } from '@/lib/contract/action-schemas';
import type { SwarmState } from '@/lib/contract/events';
import type { Agent } from '@/lib/contract/schemas';
import { AgentPane } from '../agents/agent-pane';
import { AgentName } from '../ui/agent-name';
import { Dialog } from '../ui/dialog';
import { RelativeTime, Sentence } from '../ui/time';
import { PermissionCard } from './permission-card';
import { steadyCards } from './steady-cards';
import { useMoveGuard } from './use-move-guard';

interface PermissionInboxProps {
  swarm: SwarmState;
  /** The agent whose request gets the focus; null for none. */
  agent: string | null;
  onClose: () => void;
}

/**
 * The permission requests, each with its answers, and the agents that wait in their terminals. The oldest is first; a new
 * one is added at the end, and nothing moves while the mouse is over the list.
 */
export function PermissionInbox({ swarm, agent, onClose }: PermissionInboxProps) {
  const list = useRef<HTMLDivElement>(null);
  const { permissions } = swarm.permissions;
  const [held, setHeld] = useState(false);
  const [shown, setShown] = useState<readonly PendingPermission[]>(permissions);
  const cards = steadyCards(shown, permissions, held);
  if (cards !== shown) setShown(cards);
  const allows = useMoveGuard(list);
  const inTerminals = useMemo(() => waitingInTerminals(swarm.agents.agents, permissions), [swarm.agents, permissions]);
  useFocusOnce(list, permissions, agent);
  return (
    <Dialog title="Permission requests" onClose={onClose}>
      <div
        ref={list}
        // A finger or pen rests nowhere: it has left before anything could move.
        onPointerEnter={({ pointerType }) => setHeld(pointerType === 'mouse')}
        onPointerLeave={() => setHeld(false)}
        className="relative min-h-0 flex-1 overflow-y-auto overscroll-contain pb-3"
      >
        {cards.map((permission) => (
          <PermissionCard key={permission.id} permission={permission} allows={allows} />
        ))}
        {cards.length === 0 && (
          <p className="px-5 py-4 text-muted">
            No request can be answered here now.
            {swarm.sources.hooks.state === 'missing' && (
              <>
                {' '}
                Claude Code reports them by hooks; <code translate="no">claude-swarm-dashboard hooks install</code> adds
                them.
              </>
            )}
          </p>
        )}
        {inTerminals.map((one) => (
          <InTerminal key={one.id} agent={one} />
        ))}
      </div>
    </Dialog>
  );
}

/** An agent that waits for a person, and no request of it is held: prompts of teammates in panes have no hook. */
function waitingInTerminals(agents: readonly Agent[], permissions: readonly PendingPermission[]): Agent[] {
  const held = new Set(permissions.filter(({ resolved }) => resolved === null).map(({ agent_id }) => agent_id));
  return agents.filter(({ id, activity, work, health }) => {
    if (health === 'moved' || health === 'dead' || held.has(id)) return false;
    return activity.state === 'waiting' || (activity.state === 'idle' && work?.asks === true);
  });
}

function InTerminal({ agent }: { agent: Agent }) {
  const { id, activity, work } = agent;
  return (
    <article aria-label={`${id} waits in its terminal`} className="border-line border-b py-3">
      <header className="flex items-baseline gap-3 px-5">
        <h3 className="wrap-anywhere min-w-0 flex-1">
          <span className="font-semibold">
            <AgentName id={id} />
          </span>{' '}
          {activity.state === 'waiting' ? 'waits in its terminal' : 'ended its turn with a question'}
        </h3>
        {activity.since !== null && (
          <span className="shrink-0 text-muted">
            <RelativeTime instant={activity.since} label="Since" />
          </span>
        )}
      </header>
      <p className="wrap-anywhere px-5 pt-1 text-muted">
        <Sentence text={activity.reason} />
        {activity.state === 'waiting' && work?.permission && (
          <>
            {' '}
            <Sentence text={work.permission.input} />
          </>
        )}
      </p>
      <div className="px-1">
        <AgentPane agent={agent} />
      </div>
    </article>
  );
}

/** The request of the agent that a link named gets the focus, once: its keys then work, and Enter does nothing. */
function useFocusOnce(
  list: RefObject<HTMLElement | null>,
  permissions: readonly PendingPermission[],
  agent: string | null,
): void {
  const [first] = useState(() => permissions.find(({ agent_id, resolved }) => agent_id === agent && resolved === null));
  useEffect(() => {
    if (first === undefined) return;
    list.current?.querySelector<HTMLElement>(`[data-permission="${CSS.escape(first.id)}"]`)?.focus();
  }, [first, list]);
}
