/** The commands about locks of a live swarm. */
import { type LockActions, lockActions } from '../actions/locks';
import { LockWriter } from '../sources/claudeswarm/lock-writer';
import type { LocksReader } from '../sources/claudeswarm/locks';
import type { SwarmConfigReader } from '../sources/claudeswarm/swarm-config-reader';
import type { SwarmDescription } from './description';
import type { Readiness } from './readiness';
import type { StatePublisher } from './state-publisher';

interface LockParts {
  /** The swarm's root, absolute, symbolic links resolved. */
  root: string;
  config: Pick<SwarmConfigReader, 'config'>;
  locks: Pick<LocksReader, 'refresh'>;
  description: Pick<SwarmDescription, 'describeLock'>;
  publisher: Pick<StatePublisher, 'describeInTurns'>;
  readiness: Pick<Readiness, 'filesRead'>;
}

/** @returns commands whose effect is published before they are answered */
export function liveLockActions({ root, config, locks, description, publisher, readiness }: LockParts): LockActions {
  return lockActions({
    root,
    writer: new LockWriter(root),
    staleSeconds: () => config.config.lockStaleTimeoutSeconds,
    publish: async (lockFiles) => {
      // Before that, the first refresh of everything describes what it reads.
      if ((await locks.refresh(lockFiles)) && readiness.filesRead) await publisher.describeInTurns();
    },
    describe: (entry) => description.describeLock(entry),
  });
}
