/**
 * The name of a request's route, for logs and metrics. Never the path itself: paths may contain agents' ids, tokens and
 * injected text, and every new path would create a new time series.
 */
import { API_PREFIX, PAGES, PATHS, type Path, VERSIONED_PREFIX } from '../../contract/path-list';
import { AGENT_HISTORY_BY_QUERY_PATH, AGENT_HISTORY_PATH, HEALTH_PATH, METRICS_PATH } from '../../contract/paths';
import { CHANGING_METHODS, METHODS } from './methods';

const OTHER = '(other)';
const ASSET = '(asset)';

// biome-ignore lint/style/noProcessEnv: next.config.mjs puts the text here at build time; no environment is read
const BASE_PATH = process.env.BASE_PATH ?? '';

const NAMES: readonly string[] = [...PATHS, ...PAGES];
const PLAIN = new Set(NAMES.filter((name) => !name.includes('{')));
const PLAIN_ROUTES: ReadonlySet<string> = new Set<Path>(PATHS);
const WITH_PARAMETERS = NAMES.filter((name) => name.includes('{')).map(
  (name) => [new RegExp(`^${name.replace(/\{\w+\}/g, '[^/]+')}$`), name] as const,
);

/** The root of all API paths; at this path itself there is nothing. */
export const API_ROOT = `${BASE_PATH}${API_PREFIX}`;

/**
 * @param url from the request line, with its query
 * @returns the route's pattern such as `/api/agents/{id}`, `(asset)` for files, `(other)` if nothing exists at the path
 */
export function routeName(url: string): string {
  return nameOf(withoutPrefixes(pathOf(url)));
}

/**
 * @param pathname of a request as Next passes it to a route: without the base path
 * @returns as `routeName`
 */
export function routeNameInNext(pathname: string): string {
  return nameOf(withoutVersion(pathname));
}

function nameOf(path: string): string {
  if (PLAIN.has(path)) return path;
  if (path.startsWith('/_next/static/') || path.startsWith('/static/')) return ASSET;
  return WITH_PARAMETERS.find(([pattern]) => pattern.test(path))?.[1] ?? OTHER;
}

const [AGENT_IN_PATH, AGENT_IN_QUERY] = [AGENT_HISTORY_PATH.replace('{id}', ''), AGENT_HISTORY_BY_QUERY_PATH].map(
  (path) => path.slice(API_PREFIX.length),
);
const DOTS_IN_PATH = new RegExp(`^(/(?:[^?]*/)?api(?:/v1)?)${AGENT_IN_PATH}((?:%2e|\\.){1,2})(?:\\?(.*))?$`, 'i');

/**
 * An agent may be named `.` or `..`. Every URL parser treats these as folders at the end of a path, even
 * percent-encoded. A request whose path ends with encoded dots is directed to `/api/agent?id=`.
 *
 * @param url from the request line
 */
export function withDotsInQuery(url: string): string {
  const [, path, dots, query] = DOTS_IN_PATH.exec(url) ?? [];
  // Dots that are not percent-encoded are a relative path, not the id of an agent.
  if (path === undefined || dots === undefined || !dots.includes('%')) return url;
  return `${path}${AGENT_IN_QUERY}?${query === undefined ? '' : `${query}&`}id=${dots}`;
}

/** @returns whether a route may handle the method */
export function isMethod(method: string): boolean {
  return METHODS.some((known) => known === method);
}

/** @returns whether a body of such a request reaches a route, which may read it */
export function readsBody(method: string, url: string): boolean {
  const path = withoutPrefixes(pathOf(url));
  const isRoute = PLAIN_ROUTES.has(path) || WITH_PARAMETERS.some(([pattern]) => pattern.test(path));
  return isRoute && CHANGING_METHODS.some((changing) => changing === method);
}

export type PathKind = 'route' | 'next' | 'page';

/**
 * @param url from the request line
 * @returns `route`: of the API, also if nothing exists there; `next`: requests of Next's development page to its own
 *   server; otherwise `page`, which includes files
 */
export function kindOfPath(url: string): PathKind {
  const path = withoutPrefixes(pathOf(url));
  if (path === API_PREFIX || path.startsWith(`${API_PREFIX}/`) || PLAIN_ROUTES.has(path)) return 'route';
  return /^\/(__nextjs|_next\/(?!static\/))/.test(path) ? 'next' : 'page';
}

function pathOf(url: string): string {
  const end = url.indexOf('?');
  return end < 0 ? url : url.slice(0, end);
}

function withoutPrefixes(asked: string): string {
  if (!asked.startsWith(BASE_PATH)) return OTHER;
  return withoutVersion(asked.slice(BASE_PATH.length) || '/');
}

function withoutVersion(path: string): string {
  return path.startsWith(`${VERSIONED_PREFIX}/`) ? `${API_PREFIX}${path.slice(VERSIONED_PREFIX.length)}` : path;
}

/** @returns the method; `(other)` for one that nothing here uses */
export function methodName(method: string): string {
  return isMethod(method) ? method : OTHER;
}

/** Whether requests for a route are so frequent or so unimportant that a log line for each would hide the others. */
export function isMinor(route: string): boolean {
  return route === ASSET || route === HEALTH_PATH || route === METRICS_PATH;
}
