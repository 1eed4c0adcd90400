/** The path under which everything is served: chosen when the dashboard is built, and part of the built code. */

// biome-ignore lint/style/noProcessEnv: next.config.mjs puts the text here; no environment is read in a browser
const BASE_PATH = process.env.BASE_PATH ?? '';

/** The page's own path, without its query. */
export const HOME = BASE_PATH || '/';

/** @returns the address of `path`, which starts with a slash, under the base path */
export function served(path: string): string {
  return `${BASE_PATH}${path}`;
}
