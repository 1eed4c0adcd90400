import type { Path } from './path-list';

/**
 * Builds the address of a request.
 *
 * @param path from `paths.ts`
 * @param query its parameters, at least one; absent for none
 * @param id the text for `{id}` of the path, not encoded
 * @returns the path with its id percent-encoded, followed by the query
 */
export function requestPath(path: Path, query?: URLSearchParams, id = ''): string {
  const filled = path.replace('{id}', encodeURIComponent(id));
  return query ? `${filled}?${query}` : filled;
}
