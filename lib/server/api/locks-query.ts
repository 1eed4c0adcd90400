import type { LockPageQuery } from '../../swarms/swarm';
import { readParameters, requests } from '../http/parameters';

/**
 * Reads the parameters of `GET /api/locks`.
 *
 * @returns which page is asked for, null where no parameter asks for one
 * @throws {ProblemError} naming every faulty parameter
 */
export function parseLocksQuery(given: URLSearchParams, { locks } = requests()): LockPageQuery | null {
  const query = readParameters(locks, (name) => given.getAll(name));
  return Object.keys(locks.in.shape).some((name) => given.get(name)) ? query : null;
}
