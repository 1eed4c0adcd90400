/**
 * Decides what is watched and served, checks that it is possible, and sends the plan to the process that started this
 * one (claude-swarm-dashboard.mjs), which then becomes the server. If anything is wrong, the start ends with one
 * sentence.
 */
import { readFileSync } from 'node:fs';
import { isIPv6 } from 'node:net';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { CurrentReceivers } from '../lib/alerts/current-receivers';
import { type Config, ConfigError, parseConfig, readVariable } from '../lib/config/config';
import { operatorLink, replaceOperatorKey } from '../lib/config/operator-key';
import { newToken } from '../lib/config/tokens-file';
import { findNearbySwarms, hasSwarmFiles, SWARM_FILES } from '../lib/sources/claudeswarm/nearby-swarms';
import { readSwarmConfig } from '../lib/sources/claudeswarm/swarm-config';
import { type Arguments, HELP, readArguments } from './arguments';
import { readBasePath } from './base-path.mjs';
import { build, hasCurrentBuild, servedPath } from './build';
import { describeRoot, describeSettings } from './check';
import { HOOKS_HELP, readHookArguments } from './hook-arguments';
import { runHooks, terminalConfirm } from './hooks';
import { tryToListen } from './listen';
import { describeAddress, describeNewKey, planOperator } from './operator';
import { checkTokensFile, chooseAddress, locateBundle, locateRoot } from './settings';
import { StartError } from './start-error';
import { testAlerts } from './test-alert';

/** The plan for the process of the server. */
export interface Plan {
  /** Variables to set; the server reads its settings from the environment and nowhere else. */
  environment: Record<'HOST' | 'PORT', string> & Record<string, string>;
  /** URL of the dashboard. */
  address: string;
  /** The same for a browser: with the operator key, if commands need it. */
  link: string;
  demo: boolean;
  /** The operator key for the demo alone; null if it uses another one or none. */
  demoKey: string | null;
  browser: boolean;
  /** Where the dashboard announces that it runs. */
  stateFolder: string;
}

const FOLDER = dirname(import.meta.dirname);

async function prepare(words: readonly string[]): Promise<Plan | null> {
  const [command, ...rest] = words[0] === '--' ? words.slice(1) : words;
  if (command === 'hooks') {
    await prepareHooks(rest);
    return null;
  }
  const flags = readArguments(words);
  if (flags.action === 'help') {
    process.stdout.write(HELP);
    return null;
  }
  if (flags.action === 'version') {
    console.log(JSON.parse(readFileSync(join(FOLDER, 'package.json'), 'utf8')).version);
    return null;
  }
  if (flags.newToken) {
    const { token, line } = newToken(flags.newToken.name, flags.newToken.scope);
    console.log(
      `The token, shown only once:\n${token}\n\nIts line for the file that DASHBOARD_TOKENS_FILE names:\n${line}`,
    );
    return null;
  }
  const config = parseConfig(process.env);
  if (flags.action === 'check') {
    const found = locateRoot(flags, config, FOLDER);
    console.log(`${await describeRoot(found)}\n\n${describeSettings(found.root, flags, config)}`);
    return null;
  }
  if (flags.action === 'new-operator-key') {
    const { value: port } = chooseAddress(flags, config, null).port;
    const address = `http://${reachable(flags.host ?? config.host ?? '127.0.0.1')}:${port}${servedPath(FOLDER)}`;
    const key = replaceOperatorKey(config.operatorKeyFile);
    console.log(describeNewKey(address, key, config.operatorKeyFile, process.stdout.isTTY));
    return null;
  }
  if (flags.action === 'test-alert') {
    const tried = await testAlerts(config);
    for (const { said } of tried) console.log(said);
    if (tried.some(({ delivered }) => !delivered)) process.exitCode = 1;
    return null;
  }
  return planStart(flags, config);
}

async function prepareHooks(words: readonly string[]): Promise<void> {
  const given = readHookArguments(words);
  if (given === null) {
    process.stdout.write(HOOKS_HELP);
    return;
  }
  await runHooks(given, {
    ...{ config: parseConfig(process.env), folder: FOLDER, basePath: servedPath(FOLDER) },
    claudeFolder: readVariable('CLAUDE_CONFIG_DIR') ?? join(homedir(), '.claude'),
    ...{ say: (text: string) => console.log(text), confirm: terminalConfirm() },
  });
}

async function planStart(flags: Arguments, config: Config): Promise<Plan> {
  const demo = flags.action === 'demo';
  const bundle = flags.open === null ? null : locateBundle(flags.open, config);
  const found = demo || bundle !== null ? null : locateRoot(flags, config, FOLDER);
  // Before the build, so that the user sees a fault at once.
  if (found) new CurrentReceivers(config);
  const swarmConfig = found && readSwarmConfig(found.root);
  const fault = swarmConfig?.status.state === 'missing' ? null : swarmConfig?.status.reason;
  if (fault) console.error(`Warning: ${fault}`);

  const chosen = chooseAddress(flags, config, swarmConfig?.config ?? null);
  const { port, local } = await tryToListen(chosen.host, chosen.port);
  const host = chosen.host.value;
  checkTokensFile(config);
  if (!local && config.credentials === null && config.tokensFile === null && !config.allowAnonymous) {
    throw new StartError(
      `Host ${host} (${chosen.host.origin}) lets other computers read everything: set DASHBOARD_USERNAME and ` +
        'DASHBOARD_PASSWORD or DASHBOARD_TOKENS_FILE, or listen on 127.0.0.1; DASHBOARD_ALLOW_ANONYMOUS=1 allows it.',
    );
  }
  const address = `http://${reachable(host)}:${port}${await provideBuild()}`;
  if (bundle !== null) console.log(`Showing the exported time range ${bundle}, read-only.`);
  else console.log(found ? `Watching ${found.root} (found by ${found.found_by}).` : 'Watching a simulated swarm.');
  if (found) await warnWithoutSwarm(found.root);
  const operator = planOperator(flags, config, (sentence) => console.error(`Warning: ${sentence}`));
  console.log(describeAddress(address, operator, config.operatorKeyFile, process.stdout.isTTY));
  return {
    environment: {
      INIT_CWD: config.startFolders[0] as string,
      HOST: host,
      PORT: String(port),
      NODE_ENV: 'production',
      NEXT_MANUAL_SIG_HANDLE: '1',
      NEXT_TELEMETRY_DISABLED: '1',
      // A variable that is set in the environment already is kept.
      SWARM_BUNDLE: bundle ?? '',
      ...(flags.adoptHistory ? { SWARM_ADOPT_HISTORY: '1' } : {}),
      ...(flags.readOnly ? { ACTIONS: 'off' } : {}),
      // A simulated swarm must not alert anybody.
      ...(demo ? { SWARM_SIMULATED: '1', ALERT_WEBHOOKS: '', ALERTS_FILE: '' } : {}),
      ...(found ? { CLAUDESWARM_ROOT: found.root } : { SWARM_HISTORY: process.env.SWARM_HISTORY || 'off' }),
    },
    address,
    link: operator.key === null ? address : operatorLink(address, operator.key),
    demo,
    demoKey: operator.temporary ? operator.key : null,
    browser: flags.browser && mayOpenBrowser(process.env),
    stateFolder: config.stateFolder,
  };
}

/** A wrong folder is noticed here, before a page without agents has to be explained. */
async function warnWithoutSwarm(root: string): Promise<void> {
  if (await hasSwarmFiles(root)) return;
  const nearby = await findNearbySwarms([root]);
  const others = nearby.length === 0 ? '' : ` Swarm files were found in ${nearby.join(', ')}.`;
  console.error(
    `Warning: no swarm files in ${root}; looked for ${SWARM_FILES.join(', ')}. The page shows the swarm as soon as one appears.${others}`,
  );
}

/** @returns the path under which the build serves; builds first if there is no matching build */
async function provideBuild(): Promise<string> {
  const { BASE_PATH } = process.env;
  let wanted: string | null;
  try {
    wanted = BASE_PATH?.trim() ? readBasePath(BASE_PATH) : null;
  } catch (error) {
    throw new StartError((error as Error).message);
  }
  if (!hasCurrentBuild(FOLDER, wanted)) await build(FOLDER, wanted);
  return servedPath(FOLDER);
}

/** The host for a URL that this computer opens: a wildcard address cannot be connected to. */
function reachable(host: string): string {
  if (host === '0.0.0.0' || host === '::') return 'localhost';
  return isIPv6(host) ? `[${host}]` : host;
}

function mayOpenBrowser({ CI, SSH_CONNECTION, SSH_TTY, DISPLAY, WAYLAND_DISPLAY }: NodeJS.ProcessEnv): boolean {
  const screen = process.platform !== 'linux' || Boolean(DISPLAY || WAYLAND_DISPLAY);
  return Boolean(process.stdout.isTTY) && screen && !CI && !SSH_CONNECTION && !SSH_TTY;
}

// The parent process is gone: stop a running build.
process.once('disconnect', () => process.exit(1));
try {
  const plan = await prepare(process.argv.slice(2));
  process.removeAllListeners('disconnect');
  // Exiting before the plan is written would leave the process of the server without one.
  if (plan) process.send?.(plan, () => process.disconnect());
  else process.disconnect?.();
} catch (error) {
  if (!(error instanceof StartError || error instanceof ConfigError)) throw error;
  console.error(error.message);
  process.exit(error instanceof StartError ? error.exitCode : 1);
}
