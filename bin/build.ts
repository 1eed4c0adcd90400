/** Creates the production build if it is missing or older than its sources. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { basePathOf } from './base-path.mjs';
import { StartError } from './start-error';

const BUILD = process.env.BUILD_FOLDER || '.next';

/** The sources of the build. */
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

/** @returns whether the folder is an installed package: it contains a build and cannot create another one */
export function isInstalled(folder: string): boolean {
  return !existsSync(join(folder, 'app'));
}

/**
 * @param basePath path under which the dashboard is to be served; null: as it was built
 * @returns whether the folder contains a build for that path that is newer than all its sources
 */
export function hasCurrentBuild(folder: string, basePath: string | null): boolean {
  const build = join(folder, BUILD);
  const built = modified(join(build, 'BUILD_ID'));
  if (built === 0 || (basePath !== null && basePath !== basePathOf(build))) return false;
  // The files of an installed package have the times of its installation.
  return isInstalled(folder) || SOURCES.every((source) => newest(join(folder, source)) <= built);
}

/** @returns the path under which the build of a folder serves; empty for the root */
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

/** In milliseconds since 1970; 0 if there is no such file. */
function modified(file: string): number {
  return statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? 0;
}

/**
 * Builds the dashboard. The output of the build is shown only if it fails.
 *
 * @param basePath path under which it is to be served; null: as before
 * @throws {StartError} if it fails, or if the folder has no sources
 */
export async function build(folder: string, basePath: string | null): Promise<void> {
  const before = basePathOf(join(folder, BUILD));
  if (isInstalled(folder)) {
    throw new StartError(
      before === null
        ? 'The package contains no build: install it again.'
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
  // If this process is ended, the build must not continue without it.
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
