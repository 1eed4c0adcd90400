// @ts-check
/**
 * The path under which everything is served. It is part of the built code, so a start must use the path of its build.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

const PATH = /^(\/[A-Za-z0-9_-][A-Za-z0-9._-]*)*$/;

/**
 * Reads the setting BASE_PATH.
 *
 * @param {string | undefined} text such as `/swarm`; `/` or nothing for the root
 * @returns {string} without a slash at its end; empty for the root
 * @throws {Error} with a sentence if the text is not such a path
 */
export function readBasePath(text) {
  const path = (text ?? '').trim().replace(/\/$/, '');
  if (PATH.test(path)) return path;
  throw new Error(
    `The environment variable BASE_PATH must be a path such as /swarm, of letters, digits, ".", "_" and "-", but is ${JSON.stringify(text)}; correct or unset it.`,
  );
}

/**
 * @param {string} build the folder of a build
 * @returns {string | null} the path that it was built for, null if there is no build
 */
export function basePathOf(build) {
  try {
    return JSON.parse(readFileSync(join(build, 'routes-manifest.json'), 'utf8')).basePath;
  } catch {
    return null;
  }
}
