/** How far the life of the server is. Apart from `lifecycle.ts`, which imports the routes that ask for it. */
import { ProblemError } from './problem';

type Phase = 'starting' | 'ready' | 'stopping';

const PHASE = Symbol.for('claude-swarm-dashboard.phase');
const shared = globalThis as { [PHASE]?: Phase };

/** @returns undefined before the start */
export function phase(): Phase | undefined {
  return shared[PHASE];
}

export function enterPhase(next: Phase): void {
  shared[PHASE] = next;
}

/**
 * For probes that decide who gets requests.
 *
 * @throws {ProblemError} before the first state is read, and from the moment on in which a stop begins
 */
export function requireReady(): void {
  if (phase() === 'ready') return;
  const detail = phase() === 'stopping' ? 'The server is stopping.' : 'The swarm has not been read yet.';
  throw new ProblemError('unavailable', detail, { headers: { 'Retry-After': '1' } });
}
