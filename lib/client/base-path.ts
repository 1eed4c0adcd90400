/** The path under which everything is served: chosen when the dashboard is built, and part of the built code. */

// biome-ignore lint/style/noProcessEnv: next.config.mjs puts the text here; no environment is read in a browser
const BASE_PATH = process.env.BASE_PATH ?? '';

/** The page's own path, without its query. */
export const HOME = BASE_PATH || '/';

/** @returns the address of `path`, which starts with a slash, under the base path */
export function served(path: string): string {
  return `${BASE_PATH}${path}`;
}

/**
 * @returns the whole address of something that the server gives at `path`, for requests by script: a browser refuses a fetch
 *   whose relative address takes over the credentials of a page opened as `http://user:password@host/`
 */
export function serverUrl(path: string): string {
  return `${location.origin}${served(path)}`;
}
