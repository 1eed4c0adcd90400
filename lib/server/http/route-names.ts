/**
 * The name of a request's route, for logs and metrics: which of the few things that are served was asked for. Never the
 * path itself: agents' ids, tokens and injected text stand in paths, and every new one would be a new time series.
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

/** Where nothing is, below which everything is the API's. */
export const API_ROOT = `${BASE_PATH}${API_PREFIX}`;

/**
 * @param url as the request line has it, with its query
 * @returns the route's pattern such as `/api/agents/{id}`, `(asset)` for files, `(other)` for what does not exist
 */
export function routeName(url: string): string {
  return nameOf(withoutPrefixes(pathOf(url)));
}

/**
 * @param pathname of a request as Next hands it to a route: without the base path
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
 * An agent may be named `.` or `..`. As the end of a path that names a folder to every URL parser, percent-encoded too; so
 * a client that sends it as it is meant is led to `/api/agent?id=`.
 *
 * @param url as the request line has it
 */
export function withDotsInQuery(url: string): string {
  const [, path, dots, query] = DOTS_IN_PATH.exec(url) ?? [];
  // Dots that are not encoded are meant as a folder.
  if (path === undefined || dots === undefined || !dots.includes('%')) return url;
  return `${path}${AGENT_IN_QUERY}?${query === undefined ? '' : `${query}&`}id=${dots}`;
}

/** @returns whether a route can have something for it */
export function isMethod(method: string): boolean {
  return METHODS.some((known) => known === method);
}

/** @returns whether a body that comes with it reaches a route, which reads it or leaves it */
export function readsBody(method: string, url: string): boolean {
  const path = withoutPrefixes(pathOf(url));
  const isRoute = PLAIN_ROUTES.has(path) || WITH_PARAMETERS.some(([pattern]) => pattern.test(path));
  return isRoute && CHANGING_METHODS.some((changing) => changing === method);
}

export type PathKind = 'route' | 'next' | 'page';

/**
 * @param url as the request line has it
 * @returns `route`: of the API, also where there is nothing; `next`: what Next's development page asks of its own server;
 *   else `page`, as which files count too
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

/** @returns the method, `(other)` for one that nothing here has a use for */
export function methodName(method: string): string {
  return isMethod(method) ? method : OTHER;
}

/** Whether it is asked for so often, or for so little, that a line each would hide the others. */
export function isMinor(route: string): boolean {
  return route === ASSET || route === HEALTH_PATH || route === METRICS_PATH;
}
