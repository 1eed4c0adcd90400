// @ts-check
/** Runs a simulated swarm in a folder of its own; both end with this process. */
import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/**
 * @param {string | null} operatorKey that is valid for this demo alone; null if it has none of its own
 * @returns the environment of the dashboard that shows it: the project root that the simulator writes to, absolute and
 *   free of symbolic links, the configuration folder in which its agents write what Claude Code would, and the file of
 *   the operator key
 */
export function startDemo(operatorKey) {
  const folder = mkdtempSync(join(realpathSync(tmpdir()), 'claude-swarm-demo-'));
  const root = join(folder, 'shop');
  const claudeFolder = join(folder, 'claude');
  // The dashboard looks at both at once; the simulator may be later.
  for (const one of [root, claudeFolder]) mkdirSync(one);
  const simulator = spawn(
    process.execPath,
    [
      ...['--import', import.meta.resolve('tsx'), join(import.meta.dirname, 'simulate.ts'), '--incident'],
      ...['--root', root, '--claude', claudeFolder],
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
  const environment = { CLAUDESWARM_ROOT: root, CLAUDE_CONFIG_DIR: claudeFolder };
  if (operatorKey === null) return environment;
  const keyFile = join(folder, 'operator-key');
  writeFileSync(keyFile, `${operatorKey}\n`, { mode: 0o600 });
  console.log(`The operator key of the demo is in ${keyFile}.`);
  return { ...environment, OPERATOR_KEY_FILE: keyFile };
}
