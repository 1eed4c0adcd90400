/** Which swarm is shown, and at which address: the choices that flags, environment and configuration share. */
import { accessSync, constants } from 'node:fs';
import type { Config } from '../lib/config';
import { findProjectRoot, ProjectRootError } from '../lib/swarm/project-root';
import type { SwarmConfig } from '../lib/swarm/swarm-config';
import type { Arguments } from './arguments';
import { Refusal } from './refusal';

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
 * @throws {Refusal} saying which folder is wrong and why
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
    if (error instanceof ProjectRootError) throw new Refusal(error.message);
    throw new Refusal(`The current folder can't be read (${(error as Error).message}): name a project's that can.`);
  }
  throw new Refusal(
    'No swarm is found here, since this is the dashboard itself: give the folder of a project ' +
      '(npm start -- /path/to/project), or add --demo for a simulated swarm.',
  );
}
