/** Which swarm is shown, and at which address: the choices that flags, environment and configuration share. */
import { accessSync, closeSync, constants, openSync, readFileSync, readSync, statSync } from 'node:fs';
import { resolve } from 'node:path';
import { type Config, ConfigError } from '../lib/config/config';
import { parseTokens } from '../lib/config/tokens-file';
import { BUNDLE_FORMAT } from '../lib/contract/bundle-schemas';
import { findProjectRoot, ProjectRootError } from '../lib/sources/claudeswarm/project-root';
import type { SwarmConfig } from '../lib/sources/claudeswarm/swarm-config';
import type { Arguments } from './arguments';
import { StartError } from './start-error';

/** A value and who said it. */
export interface Setting<T> {
  value: T;
  origin: 'flag' | 'environment' | "the swarm's configuration" | 'default';
}

/**
 * The first of a flag, the environment, the swarm's configuration and the default that says something.
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

/** Where to listen. */
export function chooseAddress(flags: Arguments, config: Config, swarmConfig: SwarmConfig | null) {
  return {
    port: chosen(flags.port, config.port, swarmConfig?.dashboardPort, 8000),
    host: chosen(flags.host, config.host, swarmConfig?.dashboardHost, '127.0.0.1'),
  };
}

/**
 * The project root to watch, proven to be a readable folder.
 *
 * @param dashboardFolder never taken for a project unless named: its own marks are those of the dashboard
 * @throws {StartError} saying which folder is wrong and why
 */
export function locateRoot(flags: Arguments, config: Config, dashboardFolder: string) {
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
    throw new StartError(`The current folder can't be read (${(error as Error).message}): name a project's that can.`);
  }
  throw new StartError(
    'No swarm is found here, since this is the dashboard itself: give the folder of a project ' +
      '(npm start -- /path/to/project), or add --demo for a simulated swarm.',
  );
}

/**
 * The bundle to show. Whether all of it is sound is seen by the server, which reads it; that it is one is seen here.
 *
 * @param written relative to where the person stands
 * @returns its absolute path
 * @throws {StartError} saying what is wrong with it
 */
export function locateBundle(written: string, config: Config): string {
  const file = resolve(config.startFolders[0] as string, written);
  let begun: string;
  try {
    if (!statSync(file).isFile()) throw new StartError(`${file} is no file: name one that the dashboard has saved.`);
    const descriptor = openSync(file, 'r');
    const bytes = Buffer.alloc(200);
    begun = bytes.toString('utf8', 0, readSync(descriptor, bytes));
    closeSync(descriptor);
  } catch (error) {
    if (error instanceof StartError) throw error;
    throw new StartError(`The bundle can't be read (${(error as Error).message}): name a file that can.`);
  }
  if (begun.includes(`"${BUNDLE_FORMAT}"`)) return file;
  throw new StartError(`${file} is no bundle of a swarm: open a file that the dashboard has saved.`);
}

/**
 * Reads the tokens file, if one is set; the server reads it again.
 *
 * @returns how many tokens it holds, null where none is set
 * @throws {StartError} saying what is wrong with it
 */
export function checkTokensFile({ tokensFile }: Config): number | null {
  if (tokensFile === null) return null;
  try {
    return parseTokens(readFileSync(tokensFile, 'utf8')).length;
  } catch (error) {
    if (error instanceof ConfigError) throw new StartError(`${error.faults.join(' ')} It is ${tokensFile}.`);
    throw new StartError(
      `The tokens file can't be read (${(error as Error).message}): correct or unset DASHBOARD_TOKENS_FILE.`,
    );
  }
}
