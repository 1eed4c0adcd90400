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

/** Reads where a stream goes on: the id that a client saw last, null for a first visit. */
export function parseStreamQuery({ headers, url }: Request, { stream } = requests()) {
  const { searchParams } = new URL(url);
  return readParameters(stream, (name) =>
    name === 'Last-Event-ID' ? [headers.get(name) ?? ''] : searchParams.getAll(name),
  );
}
