/** The production build, made where it is missing or older than its sources. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { basePathOf } from './base-path.mjs';
import { StartError } from './start-error';

const BUILD = process.env.BUILD_FOLDER || '.next';

/** What the build is made of. */
const SOURCES = [
  'app',
  'bin/base-path.mjs',
  'bin/compiled-code.mjs',
  'components',
  'lib',
  'public',
  'instrumentation.ts',
  'proxy.ts',
  'next.config.mjs',
  'postcss.config.mjs',
  'tsconfig.json',
  'tsconfig.build.json',
  'package.json',
  'package-lock.json',
];

/** @returns whether the folder is an installed package: it brought its build and can't make another one */
export function isInstalled(folder: string): boolean {
  return !existsSync(join(folder, 'app'));
}

/**
 * @param basePath under which the dashboard shall be served; null: as it was built
 * @returns whether the folder holds a build for it that is as new as everything it is made of
 */
export function hasCurrentBuild(folder: string, basePath: string | null): boolean {
  const build = join(folder, BUILD);
  const built = modified(join(build, 'BUILD_ID'));
  if (built === 0 || (basePath !== null && basePath !== basePathOf(build))) return false;
  // The times of an installed package's files are those of its installation.
  return isInstalled(folder) || SOURCES.every((source) => newest(join(folder, source)) <= built);
}

/** @returns the path under which a folder's build serves, empty for the root */
export function servedPath(folder: string): string {
  return basePathOf(join(folder, BUILD)) ?? '';
}

function newest(path: string): number {
  if (/\.test\.tsx?$/.test(path)) return 0;
  try {
    return Math.max(...readdirSync(path).map((name) => newest(join(path, name))), 0);
  } catch {
    return modified(path);
  }
}

/** In milliseconds; 0 for what is not there. */
function modified(file: string): number {
  return statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? 0;
}

/**
 * Builds the dashboard. What the build prints is shown only if it fails.
 *
 * @param basePath under which it shall be served; null: as before
 * @throws {StartError} if it fails, or if the folder holds nothing to build from
 */
export async function build(folder: string, basePath: string | null): Promise<void> {
  const before = basePathOf(join(folder, BUILD));
  if (isInstalled(folder)) {
    throw new StartError(
      before === null
        ? 'The package holds no build: install it again.'
        : `The package was built for the path ${before || '/'}: unset BASE_PATH, or build with it in a clone.`,
    );
  }
  console.log('Building the dashboard (once, about half a minute) ...');
  const next = createRequire(import.meta.url).resolve('next/dist/bin/next');
  const child = spawn(process.execPath, [next, 'build', folder], {
    cwd: folder,
    env: {
      ...process.env,
      NODE_ENV: 'production',
      NEXT_TELEMETRY_DISABLED: '1',
      BASE_PATH: basePath ?? before ?? '',
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  // Ended from outside, it must not leave a build behind that goes on for nobody.
  const stop = () => child.kill();
  process.once('exit', stop);
  const [output, errors, [exitCode]] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, 'close'),
  ]);
  process.off('exit', stop);
  if (exitCode === 0) return;
  process.stderr.write(output + errors);
  throw new StartError('The build failed, as shown above: run "npm ci", then start again.');
}
