/** Which processes are Claude Code, and which are shells: by executable and arguments, never by a part of a text. */
import { basename } from 'node:path';

/** How a process was started, as far as the system says. */
export interface CommandLine {
  /** The name that the kernel keeps; empty where unknown. */
  command: string;
  /** The path of the running file; empty where it cannot be read. */
  executable: string;
  args: readonly string[];
}

/** A native installation starts its binary by a path that ends in its version. */
const VERSIONED_BINARY = /\/claude\/versions\/\d+\.\d+\.\d+[^/]*$/;
/** The script of the npm package, started by an interpreter. */
const NPM_SCRIPT = /(?:^|\/)(?:claude-code\/cli\.(?:js|mjs|cjs)|bin\/claude|claude)$/;
const INTERPRETERS: ReadonlySet<string> = new Set(['node', 'nodejs', 'bun', 'deno']);
/** Options of Node that take the next argument as their value. */
const OPTIONS_WITH_VALUE: ReadonlySet<string> = new Set([
  '-r',
  '--require',
  '--import',
  '--loader',
  '-C',
  '--env-file',
]);
const SHELLS: ReadonlySet<string> = new Set([
  'sh',
  'bash',
  'zsh',
  'fish',
  'dash',
  'ksh',
  'mksh',
  'tcsh',
  'csh',
  'ash',
  'nu',
  'xonsh',
  'elvish',
  'pwsh',
]);

/** @returns whether a process is Claude Code: its own binary, or its script run by an interpreter */
export function isClaude({ command, executable, args }: CommandLine): boolean {
  const [program = ''] = args;
  if (command === 'claude' || basename(program) === 'claude' || basename(executable) === 'claude') return true;
  if (VERSIONED_BINARY.test(program) || VERSIONED_BINARY.test(executable)) return true;
  const interpreter = [program, executable].some((path) => INTERPRETERS.has(basename(path)));
  return interpreter && NPM_SCRIPT.test(scriptPath(args));
}

/** @returns the first argument that is no option; empty if there is none */
function scriptPath(args: readonly string[]): string {
  for (let i = 1; i < args.length; i++) {
    const arg = args[i] ?? '';
    if (OPTIONS_WITH_VALUE.has(arg)) i++;
    else if (!arg.startsWith('-')) return arg;
  }
  return '';
}

/** @returns whether a process is a shell: what a pane shows once claude has exited */
export function isShell({ command, executable, args }: CommandLine): boolean {
  // A login shell is called `-zsh`.
  const names = [command, basename(executable), basename(args[0] ?? '')].map((name) => name.replace(/^-/, ''));
  return names.some((name) => SHELLS.has(name));
}

/**
 * @returns whether a process that is not claude names it among its arguments: `docker exec box claude` or `ssh host
 *   claude` run it where it cannot be seen, so nothing may be concluded from its absence
 */
export function namesClaude({ args }: CommandLine): boolean {
  return args.slice(1).some((arg) => arg.split(/\s+/).some((word) => basename(word) === 'claude'));
}
