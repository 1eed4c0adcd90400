/** The runtime of this process: what server and pages see of the swarm. Made once, at the first use. */
import packageJson from '../package.json';
import { CurrentReceivers } from './alerts/current-receivers';
import { BundleSwarm } from './bundle-swarm';
import { getConfig, historyFile } from './config';
import type { ReceiverState } from './contract/alert-schemas';
import type { Recording } from './contract/bundle-schemas';
import type { SwarmState } from './contract/events';
import type { WaitingAnswer } from './contract/past-schemas';
import type { Health } from './contract/schemas';
import type { Hub } from './hub';
import { LiveSwarm } from './live-swarm';
import { NoSwarm } from './no-swarm';
import type { MessageQuery, PastQuestion, Questions } from './recorder/protocol';
import { findProjectRoot } from './swarm/project-root';
import { readSwarmConfig } from './swarm/swarm-config';

/** Why `messages` has no answer. */
export type { BundlePart, MessageQuery, Questions, Refusal } from './recorder/protocol';

/** For the metrics, what no answer of the API says. */
export interface Figures {
  /** Since the process began. */
  messagesRead: number;
  /** The database of the history that is open, null while it is in memory. */
  historyFile: string | null;
  /** Whether the sources tell what the history has counted of the log; before that they tell nothing of it. */
  logKnown: boolean;
}

/** One swarm, wired. */
export interface Runtime {
  /** Absolute; null where no swarm was found. */
  readonly root: string | null;
  /** The bundle that is shown instead of a live swarm, null where there is one. */
  readonly recording: Recording | null;
  readonly hub: Hub;
  /** Milliseconds since 1970. */
  readonly startedAt: number;
  /** Resolves when the first state is there. */
  ready(): Promise<void>;
  /**
   * @returns a `MessagesAnswer` as JSON
   * @throws {Refusal} for a foreign or pruned cursor, or while the history is being opened
   */
  messages(query: MessageQuery): Promise<string>;
  /**
   * Answers a question about what was.
   *
   * @throws {Refusal} for a foreign cursor, or while the history is being opened
   */
  past<Name extends PastQuestion>(name: Name, query: Questions[Name]['query']): Promise<Questions[Name]['answer']>;
  health(): Health;
  figures(): Figures;
  /** Who waits for whom now. */
  waiting(): WaitingAnswer;
  /** How it goes with each receiver of alerts. */
  alerts(): readonly ReceiverState[];
  firstState(): SwarmState;
  stop(): Promise<void>;
}

const ONCE = Symbol.for('claude-swarm-dashboard.runtime');

/**
 * @throws {ConfigError} if a setting is wrong
 * @throws {ProjectRootError} if the root that a setting names is no folder
 */
export function getRuntime(): Runtime {
  // Instrumentation, pages and route handlers are loaded with copies of this module; they share one runtime.
  const shared = globalThis as { [ONCE]?: Runtime };
  shared[ONCE] ??= createRuntime();
  return shared[ONCE];
}

function createRuntime(): Runtime {
  const config = getConfig();
  const { version } = packageJson;
  if (config.bundle !== null) return new BundleSwarm(config.bundle, version);
  const found = findProjectRoot({
    environment: config.root ?? undefined,
    startFolders: config.startFolders,
    // The dashboard's own folder is no swarm, though it looks like a project.
    excluded: process.cwd(),
  });
  if (!found) return new NoSwarm(version);
  return new LiveSwarm({
    root: found.root,
    swarmConfig: readSwarmConfig(found.root),
    historyFile: historyFile(config, found.root),
    retention: { days: config.historyDays, messages: config.historyMessages },
    zone: config.swarmZone,
    attention: {
      questionFromMs: config.questionMinutes * 60_000,
      questionUntilMs: config.questionHours * 3_600_000,
      deliveryUntilMs: config.deliveryMinutes * 60_000,
      ackOverdueMs: config.ackSeconds * 1000,
    },
    alerts: { receivers: new CurrentReceivers(config), hosts: config.alertHosts, page: config.publicUrl },
    version,
  });
}
