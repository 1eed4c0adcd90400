/** Which dashboard a command asks. */
import { isIPv6 } from 'node:net';
import { type Config, readVariable } from '../../lib/config/config';
import { findProjectRoot, ProjectRootError } from '../../lib/sources/claudeswarm/project-root';
import { readSwarmConfig } from '../../lib/sources/claudeswarm/swarm-config';
import { servedPath } from '../build';
import { readDashboardUrl } from '../dashboard-url';
import { listRunning } from '../running.mjs';
import { chosen } from '../settings';
import { CommandError, EXIT } from './exit';

export interface FoundServer {
  /** Without a slash at its end. */
  url: string;
  /** How it was found, for the sentence that it does not answer. */
  foundBy: string;
  /** The file of its operator key. */
  keyFile: string;
  /** Other dashboards of this user that run. */
  others: readonly string[];
}

/**
 * Finds the dashboard: the given one, that of DASHBOARD_URL, the newest one that runs for this project, else the one that
 * a start with the present settings would give.
 *
 * @param given the address of `--url`, null if absent
 * @param folder that of the dashboard's own files, which is no project
 */
export function findServer(given: string | null, config: Config, folder: string): FoundServer {
  const running = listRunning(config.stateFolder);
  const found = (url: string, foundBy: string): FoundServer => ({
    url,
    foundBy,
    keyFile: running.find((one) => one.url === url)?.keyFile ?? config.operatorKeyFile,
    others: running
      .filter((one) => one.url !== url)
      .map((one) => `${one.url} (${one.root ?? 'an exported time range'})`),
  });
  if (given !== null) return found(given, '--url');
  const variable = readVariable('DASHBOARD_URL');
  if (variable !== null) {
    const url = readDashboardUrl(variable);
    if (url !== null) return found(url, 'DASHBOARD_URL');
    throw new CommandError('DASHBOARD_URL must be an address such as http://127.0.0.1:8000.', EXIT.usage);
  }
  const root = rootOf(config, folder);
  const own = running.find((one) => root !== null && one.root === root);
  if (own) return found(own.url, `it runs for ${root}`);
  const swarm = root === null ? null : readSwarmConfig(root).config;
  const port = chosen(null, config.port || null, swarm?.dashboardPort, 8000);
  const host = chosen(null, config.host, swarm?.dashboardHost, '127.0.0.1').value;
  const name = host === '0.0.0.0' || host === '::' ? 'localhost' : isIPv6(host) ? `[${host}]` : host;
  return found(`http://${name}:${port.value}${servedPath(folder)}`, `port: ${port.origin}`);
}

function rootOf(config: Config, folder: string): string | null {
  try {
    const { root: environment, startFolders } = config;
    return findProjectRoot({ environment: environment ?? undefined, startFolders, excluded: folder })?.root ?? null;
  } catch (error) {
    // A command needs no project: the address alone decides.
    if (error instanceof ProjectRootError) return null;
    throw error;
  }
}
