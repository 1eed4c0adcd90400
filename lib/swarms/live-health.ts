/** The answer of `/api/health` for a live swarm. */
import { formatInstant } from '../contract/instant';
import type { Health, Source, Sources } from '../contract/schemas';
import type { SwarmSources } from './source-status';

interface Process {
  /** Milliseconds since 1970. */
  startedAt: number;
  now: number;
  version: string;
}

/**
 * @returns `healthy` if every source is readable or was never there, else `degraded`; a file that is gone and whose
 *   last content is still shown is degraded
 */
export function liveHealth(
  { now: sourcesNow, history, log }: Pick<SwarmSources, 'history' | 'log'> & { now: Sources },
  { startedAt, now, version }: Process,
): Health {
  const states = Object.entries(sourcesNow) as [keyof Sources, Source][];
  const isSound = states.every(
    ([, { state, kept_from }]) => state === 'ok' || (state === 'missing' && kept_from === null),
  );
  return {
    status: isSound ? 'healthy' : 'degraded',
    timestamp: formatInstant(now),
    files: {
      agents: sourcesNow.registry.state !== 'missing',
      messages: sourcesNow.log.state !== 'missing',
      locks_dir: sourcesNow.locks.state !== 'missing',
    },
    sources: Object.fromEntries(states.map(([name, { state }]) => [name, state])),
    history: { mode: history.mode, role: history.role },
    backlog: log.backlog,
    uptime_seconds: Math.round((now - startedAt) / 1000),
    version,
  };
}
