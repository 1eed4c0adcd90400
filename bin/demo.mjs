// @ts-check
/** Runs a simulated swarm in a folder of its own; both end with this process. */
import { spawn } from 'node:child_process';
import { mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** @returns the project root that the simulator writes to, absolute and free of symbolic links */
export function startDemo() {
  const root = mkdtempSync(join(realpathSync(tmpdir()), 'claude-swarm-demo-'));
  const simulator = spawn(
    process.execPath,
    ['--import', import.meta.resolve('tsx'), join(import.meta.dirname, 'simulate.ts'), '--incident', '--root', root],
    // Its input is closed when this process ends for any reason, and that ends the simulator.
    { stdio: ['pipe', 'ignore', 'inherit'] },
  );
  // Errors of writing to a simulator that ended by itself are ignored; the dashboard continues to show its files.
  simulator.stdin.on('error', () => {});
  process.once('exit', () => {
    simulator.kill('SIGKILL');
    // The simulator may still write for a moment while the folder is being emptied.
    rmSync(root, { recursive: true, force: true, maxRetries: 10, retryDelay: 20 });
  });
  console.log(`The simulated swarm writes to ${root}, which is removed at the end.`);
  return root;
}
