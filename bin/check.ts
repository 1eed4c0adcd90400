/** The output of `--check`: the files of the swarm, and the current settings with their origin. */
import { CurrentReceivers } from '../lib/alerts/current-receivers';
import { type Config, givenVariables, historyPlace, parseConfig } from '../lib/config/config';
import { isLoopbackHost } from '../lib/config/loopback';
import { OPERATOR_KEY, usesOperatorKey } from '../lib/config/operator-key';
import { readSecret } from '../lib/config/secret-file';
import type { Skipped } from '../lib/contract/schemas';
import { LocksReader } from '../lib/sources/claudeswarm/locks';
import { readWholeLog } from '../lib/sources/claudeswarm/message-log';
import { RegistryReader } from '../lib/sources/claudeswarm/registry';
import { readSwarmConfig } from '../lib/sources/claudeswarm/swarm-config';
import { type ResolvedZone, resolveZone } from '../lib/sources/claudeswarm/time-zone';
import type { ReaderStatus } from '../lib/sources/source-status';
import type { Arguments } from './arguments';
import { checkTokensFile, chooseAddress, type Setting } from './settings';

/** @returns the files of a swarm: their state, their contents in numbers, and what was skipped */
export async function describeRoot({ root, found_by }: { root: string; found_by: string }): Promise<string> {
  const registry = new RegistryReader(root);
  registry.refresh();
  const locks = new LocksReader(root);
  await locks.refresh('all');
  const log = readWholeLog(root);
  const logState = log.status.unreadable ? 'unreadable' : log.status.missing ? 'missing' : 'ok';
  return table('Swarm', [
    ['root', `${root} (found by ${found_by})`],
    ['registry', describe(registry.status, counted(registry.registry?.entries.length ?? 0, 'agent'))],
    ['locks', describe(locks.status, counted(locks.locks.length, 'lock'))],
    [
      'messages',
      describe(
        { state: logState, reason: log.status.unreadable, skipped: asList(log.skipped) },
        `${counted(log.messages, 'message')}${tail(log.status.unterminatedTail)}`,
      ),
    ],
  ]);
}

/** @returns the settings with which the dashboard would start */
export function describeSettings(root: string, flags: Arguments, config: Config): string {
  const swarm = readSwarmConfig(root);
  const { port, host } = chooseAddress(flags, config, swarm.config);
  const standard = parseConfig({});
  const origin = (name: 'historyDays' | 'historyMessages' | 'history') =>
    JSON.stringify(config[name]) === JSON.stringify(standard[name]) ? 'default' : 'environment';
  const list = (entries: readonly string[]) => (entries.length === 0 ? 'none' : entries.join(', '));
  const tokens = checkTokensFile(config);
  const needed = config.credentials !== null || tokens !== null;
  return table('Settings', [
    ['port', `${port.value} (${port.origin})`],
    ['host', `${host.value} (${host.origin})`],
    ['swarm configuration', describeConfig(swarm)],
    ['agents are stale after', `${swarm.config.staleThresholdSeconds} s`],
    ['locks are stale after', `${swarm.config.lockStaleTimeoutSeconds} s`],
    ['time zone of the log', describeZone(resolveZone(config.swarmZone))],
    ['history', `${historyPlace(config, root).file ?? 'off, in memory only'} (${origin('history')})`],
    ['history keeps', `${config.historyDays} days (${origin('historyDays')})`],
    ['and at most', `${counted(config.historyMessages, 'message')} (${origin('historyMessages')})`],
    ['credentials', config.credentials ? 'set (environment)' : 'none'],
    ['tokens', tokens === null ? 'none' : `${counted(tokens, 'token')} in ${config.tokensFile}`],
    ['commands', describeCommands(flags, config)],
    ['terminals', describeTerminals(config, host)],
    ['anonymous readers', needed ? 'none' : config.allowAnonymous ? 'from everywhere' : 'on this computer only'],
    ['trusted proxies', list(config.trustProxy)],
    ['allowed hosts', list(config.allowedHosts)],
    ['public URL', config.publicUrl ?? 'none'],
    ['allowed origins', list(config.allowedOrigins)],
    ['alerts', list(new CurrentReceivers(config).all.map(({ rule }) => rule.name))],
    [
      'variables that are set',
      givenVariables()
        .map(([variable, value]) => `${variable}=${value ?? '(hidden)'}`)
        .join('\n') || 'none',
    ],
  ]);
}

function describeCommands({ readOnly }: Arguments, config: Config): string {
  if (readOnly || config.actions.length === 0) return `off (${readOnly ? 'flag' : 'environment'})`;
  const groups = config.actions.join(', ');
  if (!usesOperatorKey(config)) return groups;
  const reading = readSecret(config.operatorKeyFile, { ...OPERATOR_KEY, missing: null });
  const key = reading.kind === 'fault' ? reading.sentence : config.operatorKeyFile;
  return `${groups}\noperator key: ${key}${reading.kind === 'missing' ? ' (created at the first start)' : ''}`;
}

function describeTerminals({ terminals }: Config, host: Setting<string>): string {
  if (terminals !== null) return `${terminals ? 'shown' : 'not shown'} (environment)`;
  return isLoopbackHost(host.value)
    ? 'shown (default: only this computer can reach the server)'
    : 'not shown (default: other computers can reach the server; TERMINALS=on shows them)';
}

function describeZone({ zone, origin, notice }: ResolvedZone): string {
  const from = { setting: 'SWARM_TZ', TZ: 'TZ of this process', system: "this system's, default" }[origin];
  return [`${zone} (${from})`, ...(notice ? [notice] : [])].join('\n');
}

function asList(skipped: ReturnType<typeof readWholeLog>['skipped']): Skipped[] {
  return Object.entries(skipped).map(([reason, rest]) => ({ reason, ...rest }));
}

function describe({ state, reason, skipped }: Omit<ReaderStatus, 'since' | 'keptFrom'>, content: string): string {
  const said = state === 'ok' ? content : `${state}, ${content}${reason ? `: ${reason}` : ''}`;
  return [said, ...skipped.map(describeSkipped)].join('\n');
}

/** Complete sentences that name the file: one for each fault, else one for the whole file. */
function describeConfig({ file, status }: ReturnType<typeof readSwarmConfig>): string {
  const faults = status.skipped.map(({ reason }) => reason);
  return faults.length > 0 ? faults.join('\n') : (status.reason ?? file ?? 'no file');
}

function describeSkipped({ reason, count, last }: Skipped): string {
  return `skipped ${count}: ${reason}${last === null ? '' : `, last ${last}`}`;
}

function counted(count: number, noun: string): string {
  return `${count.toLocaleString('en')} ${noun}${count === 1 ? '' : 's'}`;
}

function tail(kind: 'complete' | 'incomplete' | null): string {
  return kind === null ? '' : `, and an unfinished line at the end (${kind})`;
}

function table(title: string, rows: readonly (readonly [string, string])[]): string {
  const width = Math.max(...rows.map(([name]) => name.length)) + 2;
  const lines = rows.map(
    ([name, value]) => `  ${name.padEnd(width)}${value.replaceAll('\n', `\n${' '.repeat(width + 2)}`)}`,
  );
  return [title, ...lines].join('\n');
}
