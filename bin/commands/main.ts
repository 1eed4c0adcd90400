/** Runs one command for scripts and says how it ended. */
import { dirname } from 'node:path';
import { text } from 'node:stream/consumers';
import { ConfigError, parseConfig } from '../../lib/config/config';
import { ApiClient } from './api-client';
import { type Asked, type Command, readCommand } from './arguments';
import type { CommandContext } from './context';
import { findCredentials } from './credentials';
import { CommandError, EXIT, type ExitCode } from './exit';
import { runLockCommand } from './locks';
import { sendMessage } from './messages';
import { Output, OutputClosed } from './output';
import { runPermissionCommand } from './permissions';
import { findServer } from './server';
import { listTasks } from './tasks';
import { watch } from './watch';

const FOLDER = dirname(dirname(import.meta.dirname));

/**
 * @param words a command line, beginning with the name of the command
 * @returns the exit code
 */
export async function main(words: readonly string[], output = new Output()): Promise<ExitCode> {
  let asked: Asked | null = null;
  try {
    asked = readCommand(words);
    if ('help' in asked) {
      await output.line(asked.help.trimEnd());
      return EXIT.done;
    }
    const { command, common } = asked;
    const config = parseConfig(process.env);
    const server = findServer(common.url, config, FOLDER);
    const client = new ApiClient(server, findCredentials(config, server));
    const signal = untilStopped(command);
    return await run(command, { client, common, config, output, signal, readInput: () => text(process.stdin) });
  } catch (error) {
    if (error instanceof OutputClosed) return EXIT.done;
    if (error instanceof ConfigError) {
      output.remark(error.message);
      return EXIT.failed;
    }
    if (!(error instanceof CommandError)) throw error;
    const isJson = asked !== null && 'common' in asked && asked.common.json;
    if (isJson && error.answer !== null) await output.line(error.answer).catch(() => {});
    output.remark(error.message);
    return error.exitCode;
  }
}

async function run(command: Command, context: CommandContext): Promise<ExitCode> {
  switch (command.name) {
    case 'send':
      return sendMessage(command, context);
    case 'locks':
    case 'lock':
    case 'release':
      return runLockCommand(command, context);
    case 'tasks':
      return listTasks(command, context);
    case 'permissions':
    case 'answer':
      return runPermissionCommand(command, context);
    case 'watch':
      return watch(command, context);
    case 'mcp': {
      // Loaded for this command alone: its library would slow down all others.
      const { serveMcp } = await import('../mcp/serve');
      return serveMcp(command, context);
    }
  }
}

/** @returns a signal that ends a command which follows something, at the first Ctrl-C or SIGTERM; others end at once */
function untilStopped({ name }: Command): AbortSignal {
  const stop = new AbortController();
  if (name !== 'watch' && name !== 'mcp') return stop.signal;
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => stop.abort());
  return stop.signal;
}
