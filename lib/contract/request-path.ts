import type { Path } from './path-list';

/**
 * Builds the address of a request.
 *
 * @param path from `paths.ts`
 * @param parts the text for each `{name}` of the path, not encoded
 * @returns the path with its parts percent-encoded, followed by the query if there is one
 */
export function requestPath(path: Path, query: URLSearchParams | null = null, parts: { id?: string } = {}): string {
  const filled = path.replace('{id}', encodeURIComponent(parts.id ?? ''));
  const search = query === null ? '' : query.toString();
  return search === '' ? filled : `${filled}?${search}`;
}
