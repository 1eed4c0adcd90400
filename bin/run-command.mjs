// @ts-check
/** Runs a command for scripts in this process: it needs neither Next nor a server of its own. */
import { dirname } from 'node:path';
import { tsImport } from 'tsx/esm/api';

/**
 * @param {readonly string[]} words the arguments after the name of the program
 * @returns {Promise<number>} the exit code
 */
export async function runCommand(words) {
  process.env.INIT_CWD ??= process.cwd();
  // Otherwise the loader would use the tsconfig.json of the current folder.
  process.chdir(dirname(import.meta.dirname));
  const { main } = await tsImport('./commands/main.ts', import.meta.url);
  return main(words[0] === '--' ? words.slice(1) : words);
}
