import { type ReactNode, useEffect, useState } from 'react';
import { LockActs } from '@/lib/client/lock-acts';
import { startWhenLoaded } from '@/lib/client/start-when-loaded';
import type { SwarmState } from '@/lib/contract/events';

const load = () => import('../locks/lock-commands');

type Loaded = Awaited<ReturnType<typeof load>>;

interface ActingProps {
  /** Null where nothing can be done: at a past moment, in an exported time range. */
  swarm: SwarmState | null;
  children: ReactNode;
}

/** Gives the parts of the page the buttons of commands. Their script is loaded after the page. */
export function Acting({ swarm, children }: ActingProps) {
  const [locks, setLocks] = useState<LockActs | null>(null);
  const [loaded, setLoaded] = useState<Loaded | null>(null);
  useEffect(
    () =>
      startWhenLoaded(load, (module) => {
        setLoaded(module);
        return () => {};
      }),
    [],
  );
  return (
    <LockActs value={locks}>
      {children}
      {loaded !== null && swarm !== null && <loaded.LockCommands swarm={swarm} onActs={setLocks} />}
    </LockActs>
  );
}
