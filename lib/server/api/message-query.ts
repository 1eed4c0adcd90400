import type { MessageQuery } from '../../swarms/swarm';
import { readParameters, requests } from '../http/parameters';

/**
 * Reads the parameters of `GET /api/messages`.
 *
 * @throws {ProblemError} naming every faulty parameter
 */
export function parseMessageQuery(given: URLSearchParams, { messages } = requests()): MessageQuery {
  return readParameters(messages, (name) => given.getAll(name));
}
