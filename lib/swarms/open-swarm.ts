/** Makes the runtime of the process. */
import packageJson from '../../package.json';
import { CurrentReceivers } from '../alerts/current-receivers';
import { environmentOf, getConfig, historyPlace } from '../config/config';
import { log } from '../platform/log';
import { findProjectRoot } from '../sources/claudeswarm/project-root';
import { SwarmConfigReader } from '../sources/claudeswarm/swarm-config-reader';
import { resolveZone } from '../sources/claudeswarm/time-zone';
import { BundleSwarm } from './bundle-swarm';
import { claudeReaders } from './claude-readers';
import { NoSwarm } from './empty-swarm';
import { LiveSwarm } from './live-swarm';
import { OwnPrices } from './own-prices';
import type { Runtime } from './swarm';

/**
 * Starts what the settings name: a live swarm, an exported time range, or an empty runtime where no swarm was found.
 *
 * @throws {ConfigError} if a setting is wrong
 * @throws {ProjectRootError} if the root that a setting names is not a folder
 */
export function createRuntime(): Runtime {
  const config = getConfig();
  const { version } = packageJson;
  if (config.bundle !== null) return new BundleSwarm(config.bundle, version);
  const found = findProjectRoot({
    environment: config.root ?? undefined,
    startFolders: config.startFolders,
    // The dashboard's own folder is never the swarm, although it looks like a project.
    excluded: process.cwd(),
  });
  if (!found) return new NoSwarm(version);
  const zone = resolveZone(config.swarmZone);
  if (zone.notice) log().warn({ zone: zone.zone, origin: zone.origin }, zone.notice);
  return new LiveSwarm({
    root: found.root,
    simulated: config.simulated,
    swarmConfig: new SwarmConfigReader(found.root),
    history: { ...historyPlace(config, found.root), adopt: config.adoptHistory },
    retention: { days: config.historyDays, messages: config.historyMessages },
    zone,
    attention: {
      questionFromMs: config.questionMinutes * 60_000,
      questionUntilMs: config.questionHours * 3_600_000,
      deliveryUntilMs: config.deliveryMinutes * 60_000,
      ackOverdueMs: config.ackSeconds * 1000,
      unreadFromMs: config.unreadMinutes * 60_000,
    },
    gitEnvironment: environmentOf(['PATH', 'HOME', 'XDG_CONFIG_HOME']),
    alerts: { receivers: new CurrentReceivers(config), hosts: config.alertHosts, page: config.publicUrl },
    prices: new OwnPrices(config.claudePrices),
    claude: claudeReaders(config),
    actionGroups: config.actions,
    messages: {
      operatorName: config.operatorName,
      stateFolder: config.stateFolder,
      claudeFolder: config.claudeCode ? config.claudeConfigDir : null,
    },
    operatorName: config.operatorName,
    version,
    watchdogLog: { logLevel: config.logLevel, logFormat: config.logFormat },
  });
}
