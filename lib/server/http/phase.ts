/**
 * The phase of the server: starting, ready or stopping. Separate from `lifecycle.ts`, which imports the routes that
 * need it.
 */
import { ProblemError } from './problem';

type Phase = 'starting' | 'ready' | 'stopping';

const PHASE = Symbol.for('claude-swarm-dashboard.phase');
const shared = globalThis as { [PHASE]?: Phase };

/** @returns undefined before the server starts */
export function phase(): Phase | undefined {
  return shared[PHASE];
}

export function enterPhase(next: Phase): void {
  shared[PHASE] = next;
}

/**
 * Checks the phase for probes that decide which server gets requests.
 *
 * @throws {ProblemError} before the first state is read, and as soon as a stop begins
 */
export function requireReady(): void {
  if (phase() === 'ready') return;
  const detail = phase() === 'stopping' ? 'The server is stopping.' : 'The swarm has not been read yet.';
  throw new ProblemError('unavailable', detail, { headers: { 'Retry-After': '1' } });
}
