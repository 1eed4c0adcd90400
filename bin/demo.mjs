// @ts-check
/** Runs a simulated swarm in a folder of its own; both end with this process. */
import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/**
 * @param {{ address: string }} dashboard URL of the dashboard that shows it
 * @returns the environment of the dashboard that shows it: the project root that the simulator writes to, absolute and
 *   free of symbolic links, the configuration folder in which its agents write what Claude Code would, and the token with
 *   which their hooks report
 */
export function startDemo({ address }) {
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
  return { CLAUDESWARM_ROOT: root, CLAUDE_CONFIG_DIR: claudeFolder, HOOK_TOKEN_FILE: tokenFile };
}
