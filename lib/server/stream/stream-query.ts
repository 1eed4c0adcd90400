import { readParameters, requests } from '../http/parameters';
import type { HeaderReader } from '../http/request-connection';

/**
 * Reads where a stream goes on: the id that a client saw last, null for a first visit.
 *
 * @param asked its address may be without scheme and host
 */
export function parseStreamQuery({ headers, url }: { headers: HeaderReader; url: string }, { stream } = requests()) {
  const searchParams = url.includes('?') ? new URL(url, 'http://localhost').searchParams : null;
  return readParameters(stream, (name) =>
    name === 'Last-Event-ID' ? [headers.get(name) ?? ''] : (searchParams?.getAll(name) ?? []),
  );
}
