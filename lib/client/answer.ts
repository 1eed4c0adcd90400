import type { Problem } from '../contract/schemas';
import { ask } from './ask';

/**
 * Asks the server.
 *
 * @param signal ends the question; what is thrown then is its reason
 * @returns what it answered, typed by whoever knows the path
 * @throws {Error} with a sentence for the page, if it does not answer or refuses
 */
export async function readAnswer<Answer>(path: string, signal: AbortSignal | null = null): Promise<Answer> {
  const response = await ask(path, signal).catch(() => {
    signal?.throwIfAborted();
    throw new Error('The server does not answer.');
  });
  if (response.ok) return response.json();
  const problem: Partial<Problem> = await response.json().catch(() => ({}));
  throw new Error(problem.detail ?? `The server answered ${response.status}.`);
}
