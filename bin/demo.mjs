// @ts-check
/** A simulated swarm in a folder of its own, both gone when this process ends. */
import { spawn } from 'node:child_process';
import { mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** @returns the project root that the simulator writes to, absolute and free of symbolic links */
export function startDemo() {
  const root = mkdtempSync(join(realpathSync(tmpdir()), 'claude-swarm-demo-'));
  const simulator = spawn(
    process.execPath,
    ['--import', import.meta.resolve('tsx'), join(import.meta.dirname, 'simulate.ts'), '--root', root],
    // Its input ends with this process, however that ends, and the simulator with its input.
    { stdio: ['pipe', 'ignore', 'inherit'] },
  );
  // What is written to a simulator that ended by itself is of no interest; the dashboard goes on showing its files.
  simulator.stdin.on('error', () => {});
  process.once('exit', () => {
    simulator.kill('SIGKILL');
    // The simulator may write for one last moment while the folder is being emptied.
    rmSync(root, { recursive: true, force: true, maxRetries: 10, retryDelay: 20 });
  });
  console.log(`The simulated swarm writes to ${root}, which is removed at the end.`);
  return root;
}
