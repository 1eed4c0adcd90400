import { Suspense, useEffect } from 'react';
import { mayAct, useMe } from '@/lib/client/commands';
import { saveWrites } from '@/lib/client/settings';
import type { OutgoingState } from '@/lib/contract/action-schemas';
import type { Agent } from '@/lib/contract/schemas';
import { contained } from '../ui/contained';
import { lazyPart } from '../ui/lazy-part';

// Loaded for those who may send messages, and where messages are on their way.
const Composer = contained(
  'Write to agents',
  lazyPart(() => import('./composer/composer')),
);

interface ComposerFootProps {
  /** The folder of the swarm. */
  root: string;
  /** Whether messages could be sent from this browser before: then there is room from the beginning. */
  wrote: boolean;
  agents: readonly Agent[];
  outgoing: OutgoingState;
}

/** The place of the composer, below the list. */
export function ComposerFoot({ root, wrote, agents, outgoing }: ComposerFootProps) {
  const me = useMe();
  const writes = mayAct(me, 'messages');
  useEffect(() => {
    if (me !== null && writes !== wrote) saveWrites(writes);
  }, [me, writes, wrote]);
  const room = <div className="h-9 shrink-0 border-line border-t" />;
  if (!writes && outgoing.messages.length === 0) return me === null && wrote && room;
  return (
    <Suspense fallback={room}>
      <Composer root={root} agents={agents} outgoing={outgoing} writes={writes} />
    </Suspense>
  );
}
