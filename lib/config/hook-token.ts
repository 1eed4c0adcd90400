/**
 * The token that the hooks of Claude Code send: one for each user of the computer, in a file that only this user may
 * read.
 */
import { join } from 'node:path';

/** The variable in which Claude Code finds the token, named in the headers of each hook. */
export const HOOK_TOKEN_VARIABLE = 'CLAUDE_SWARM_HOOK_TOKEN';

/** @returns the path of the file with the token */
export function hookTokenFile(stateFolder: string): string {
  return join(stateFolder, 'hook-token');
}
