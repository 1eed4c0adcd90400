import { mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { isBuilt } from './torture-server';

/**
 * Prepares a command that starts the production server; ends it with a sentence if there is no build.
 *
 * @returns a new folder, which is removed when the process ends, also by Ctrl-C or SIGTERM
 */
export function makeScratch(name: string): string {
  if (!isBuilt()) {
    console.error('There is no production build to start: run "npm run build" first.');
    process.exit(1);
  }
  const scratch = mkdtempSync(path.join(realpathSync(tmpdir()), `${name}-`));
  process.once('exit', () => rmSync(scratch, { recursive: true, force: true, maxRetries: 10, retryDelay: 50 }));
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(1));
  return scratch;
}
