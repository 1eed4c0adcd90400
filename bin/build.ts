/** The production build, made where it is missing or older than its sources. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { Refusal } from './refusal';

/** What the build is made of. */
const SOURCES = [
  'app',
  'components',
  'lib',
  'public',
  'instrumentation.ts',
  'proxy.ts',
  'next.config.mjs',
  'postcss.config.mjs',
  'tsconfig.json',
  'package.json',
  'package-lock.json',
];

/** @returns whether the folder holds a build that is as new as everything it is made of */
export function hasCurrentBuild(folder: string): boolean {
  const built = modified(join(folder, '.next', 'BUILD_ID'));
  return SOURCES.every((source) => newest(join(folder, source)) <= built);
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
 * @throws {Refusal} if it fails
 */
export async function build(folder: string): Promise<void> {
  console.log('Building the dashboard (once, about half a minute) ...');
  const next = createRequire(import.meta.url).resolve('next/dist/bin/next');
  const child = spawn(process.execPath, [next, 'build', folder], {
    cwd: folder,
    env: { ...process.env, NODE_ENV: 'production', NEXT_TELEMETRY_DISABLED: '1' },
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
  throw new Refusal('The build failed, as shown above: run "npm ci", then start again.');
}
