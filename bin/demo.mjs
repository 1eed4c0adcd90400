// @ts-check
/** Runs a simulated swarm in a folder of its own; both end with this process. */
import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/**
 * @param {{ address: string, demoKey: string | null }} plan URL of the dashboard that shows it, and the operator key that is
 *   valid for this demo alone; null if it has none of its own
 * @returns the environment of the dashboard that shows it: the project root that the simulator writes to, absolute and
 *   free of symbolic links, the configuration folder in which its agents write what Claude Code would, and the files of
 *   the token with which their hooks report and of the operator key
 */
export function startDemo({ address, demoKey }) {
  const folder = mkdtempSync(join(realpathSync(tmpdir()), 'claude-swarm-demo-'));
  const root = join(folder, 'shop');
  const claudeFolder = join(folder, 'claude');
  const tokenFile = join(folder, 'hook-token');
  writeFileSync(tokenFile, `swarm_${randomBytes(24).toString('hex')}\n`, { mode: 0o600 });
  // The dashboard looks at both at once; the simulator may be later.
  for (const one of [root, claudeFolder]) mkdirSync(one);
  const simulator = spawn(
    process.execPath,
    [
      ...['--import', import.meta.resolve('tsx'), join(import.meta.dirname, 'simulate.ts'), '--incident'],
      ...['--root', root, '--claude', claudeFolder],
      ...['--people', '--dashboard', address, '--hook-token-file', tokenFile],
    ],
    // Its input is closed when this process ends for any reason, and that ends the simulator.
    { stdio: ['pipe', 'ignore', 'inherit'] },
  );
  // Errors of writing to a simulator that ended by itself are ignored; the dashboard continues to show its files.
  simulator.stdin.on('error', () => {});
  process.once('exit', () => {
    simulator.kill('SIGKILL');
    // The simulator may still write for a moment while the folder is being emptied.
    rmSync(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 20 });
  });
  console.log(`The simulated swarm writes to ${folder}, which is removed at the end.`);
  const environment = { CLAUDESWARM_ROOT: root, CLAUDE_CONFIG_DIR: claudeFolder, HOOK_TOKEN_FILE: tokenFile };
  if (demoKey === null) return environment;
  const keyFile = join(folder, 'operator-key');
  writeFileSync(keyFile, `${demoKey}\n`, { mode: 0o600 });
  console.log(`The operator key of the demo is in ${keyFile}.`);
  return { ...environment, OPERATOR_KEY_FILE: keyFile };
}
