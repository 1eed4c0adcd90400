/** Chooses the swarm and the address to serve it at, from flags, environment and configuration. */
import { accessSync, closeSync, constants, openSync, readFileSync, readSync, statSync } from 'node:fs';
import { resolve } from 'node:path';
import { type Config, ConfigError } from '../lib/config/config';
import { parseTokens } from '../lib/config/tokens-file';
import { BUNDLE_FORMAT } from '../lib/contract/bundle-schemas';
import { findProjectRoot, ProjectRootError } from '../lib/sources/claudeswarm/project-root';
import type { SwarmConfig } from '../lib/sources/claudeswarm/swarm-config';
import type { Arguments } from './arguments';
import { StartError } from './start-error';

/** A value and its origin. */
export interface Setting<T> {
  value: T;
  origin: 'flag' | 'environment' | "the swarm's configuration" | 'default';
}

/**
 * Returns the first value that is set: flag, environment, configuration of the swarm, default.
 */
export function chosen<T>(
  flag: T | null,
  environment: T | null,
  configuration: T | null | undefined,
  standard: T,
): Setting<T> {
  if (flag !== null) return { value: flag, origin: 'flag' };
  if (environment !== null) return { value: environment, origin: 'environment' };
  if (configuration != null) return { value: configuration, origin: "the swarm's configuration" };
  return { value: standard, origin: 'default' };
}

/** The address to listen on. */
export function chooseAddress(flags: Arguments, config: Config, swarmConfig: SwarmConfig | null) {
  return {
    port: chosen(flags.port, config.port, swarmConfig?.dashboardPort, 8000),
    host: chosen(flags.host, config.host, swarmConfig?.dashboardHost, '127.0.0.1'),
  };
}

/**
 * Returns the project root to watch, checked to be a readable folder.
 *
 * @param dashboardFolder never used as a project unless it is given: files of a swarm in it belong to the dashboard
 * @throws {StartError} with the wrong folder and the reason
 */
export function locateRoot(flags: Pick<Arguments, 'root'>, config: Config, dashboardFolder: string) {
  try {
    const found = findProjectRoot({
      explicit: flags.root ?? undefined,
      environment: config.root ?? undefined,
      startFolders: config.startFolders,
      excluded: dashboardFolder,
    });
    if (found !== null) {
      accessSync(found.root, constants.R_OK | constants.X_OK);
      return found;
    }
  } catch (error) {
    if (error instanceof ProjectRootError) throw new StartError(error.message);
    throw new StartError(
      `The current folder can't be read (${(error as Error).message}): give the folder of a project that can be read.`,
    );
  }
  throw new StartError(
    'There is no swarm in the folder of the dashboard itself: give the folder of a project ' +
      '(npm start -- /path/to/project), or add --demo for a simulated swarm.',
  );
}

/**
 * Returns the bundle to show. Only its format is checked here; the server reads and checks the whole of it.
 *
 * @param written relative to the current folder of the user
 * @returns its absolute path
 * @throws {StartError} with the fault
 */
export function locateBundle(written: string, config: Config): string {
  const file = resolve(config.startFolders[0] as string, written);
  let begun: string;
  try {
    if (!statSync(file).isFile())
      throw new StartError(`${file} is not a file: open a file that "Export this time range" saved.`);
    const descriptor = openSync(file, 'r');
    const bytes = Buffer.alloc(200);
    begun = bytes.toString('utf8', 0, readSync(descriptor, bytes));
    closeSync(descriptor);
  } catch (error) {
    if (error instanceof StartError) throw error;
    throw new StartError(`The bundle can't be read (${(error as Error).message}): give a readable file.`);
  }
  if (begun.includes(`"${BUNDLE_FORMAT}"`)) return file;
  throw new StartError(`${file} is not an exported time range: open a file that "Export this time range" saved.`);
}

/**
 * Reads the tokens file if one is set. The server reads it again.
 *
 * @returns the number of tokens, null if no file is set
 * @throws {StartError} with the fault
 */
export function checkTokensFile({ tokensFile }: Config): number | null {
  if (tokensFile === null) return null;
  try {
    return parseTokens(readFileSync(tokensFile, 'utf8')).length;
  } catch (error) {
    if (error instanceof ConfigError) throw new StartError(`${error.faults.join(' ')} The file is ${tokensFile}.`);
    throw new StartError(
      `The tokens file can't be read (${(error as Error).message}): correct or unset DASHBOARD_TOKENS_FILE.`,
    );
  }
}
