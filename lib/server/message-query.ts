import type { MessageQuery } from '../runtime';
import { readParameters, requests } from './parameters';

/**
 * Reads the parameters of `GET /api/messages`.
 *
 * @throws {ProblemError} naming every faulty parameter
 */
export function parseMessageQuery(given: URLSearchParams, { messages } = requests()): MessageQuery {
  return readParameters(messages, (name) => given.getAll(name));
}
