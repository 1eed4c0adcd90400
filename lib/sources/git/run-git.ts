/**
 * Runs git for reading: no shell, bounded time and output, no lock, no network, and no program that a repository's own
 * configuration names. Agents write that configuration, so it is not trusted.
 */
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { limitRuns } from '../../platform/limit-runs';

const GIT_TIMEOUT_MS = 5000;
const MAX_OUTPUT_BYTES = 16 * 1024 * 1024;
const MAX_SAID_BYTES = 4096;

export type GitFault = 'no_git' | 'timeout' | 'stopped' | 'failed';

/** Git could not be run, or ended with a fault. The message is what git said first, or a part of a sentence. */
export class GitError extends Error {
  override readonly name = 'GitError';
  constructor(
    readonly fault: GitFault,
    message: string,
    /** Its exit code; null where it has none. */
    readonly code: number | null = null,
  ) {
    super(message);
  }
}

/** Configuration that takes precedence over that of the repository. */
export type GitOverrides = readonly (readonly [key: string, value: string])[];

/**
 * Runs one command of git.
 *
 * @param folder where, absolute
 * @param words the command with its options
 * @param overrides configuration beside that which is always given
 * @returns its output
 * @throws {GitError}
 */
export type RunGit = (folder: string, words: readonly string[], overrides?: GitOverrides) => Promise<Buffer>;

/**
 * What git would otherwise run because a file says so. Filters (`filter.<name>.clean`) have names of their own: the
 * caller lists and overrides them.
 */
const SAFE: GitOverrides = [
  ['core.fsmonitor', 'false'],
  ['core.hooksPath', '/dev/null'],
  ['core.pager', 'cat'],
  ['core.sshCommand', 'false'],
  ['core.askPass', ''],
  ['log.showSignature', 'false'],
  ['status.submoduleSummary', 'false'],
  // A repository of which a folder of another one is the database would bring its own configuration.
  ['safe.bareRepository', 'explicit'],
  ['protocol.allow', 'never'],
];

export interface GitOptions {
  /** The variables of the environment that git gets: where programs and the user's own settings are. */
  environment: Readonly<Record<string, string>>;
  /** Ends all runs. */
  signal: AbortSignal;
  timeoutMs?: number;
}

/** @returns a function that runs the program `git`, at most two at a time */
export function gitRunner(options: GitOptions): RunGit {
  const runOne: RunGit = (folder, words, overrides = []) => run(folder, words, overrides, options);
  return limitRuns(runOne, 2);
}

function run(
  folder: string,
  words: readonly string[],
  overrides: GitOverrides,
  { environment, signal, timeoutMs = GIT_TIMEOUT_MS }: GitOptions,
): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const fail = (fault: GitFault, message: string, code: number | null = null) =>
      reject(new GitError(fault, message, code));
    if (signal.aborted) return fail('stopped', 'it was stopped');
    const env = {
      ...environment,
      ...SAFE_ENVIRONMENT,
      ...asVariables([...SAFE, ...overrides]),
    } as unknown as NodeJS.ProcessEnv;
    const child = spawn('git', ['--no-optional-locks', '--no-pager', ...words], {
      ...{ cwd: folder, env, signal, killSignal: 'SIGKILL' as const, timeout: timeoutMs },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const output: Buffer[] = [];
    let bytes = 0;
    let said = '';
    child.stdout.on('data', (chunk: Buffer) => {
      bytes += chunk.length;
      if (bytes <= MAX_OUTPUT_BYTES) output.push(chunk);
      else child.kill('SIGKILL');
    });
    child.stderr.on('data', (chunk: Buffer) => {
      if (said.length < MAX_SAID_BYTES) said += chunk.toString('utf8');
    });
    child.once('error', (error: NodeJS.ErrnoException) => {
      if (signal.aborted) fail('stopped', 'it was stopped');
      else if (!existsSync(folder)) fail('failed', 'the folder is gone');
      else fail(error.code === 'ENOENT' ? 'no_git' : 'failed', `it could not be started (${error.code ?? error.name})`);
    });
    child.once('close', (code, killedBy) => {
      if (bytes > MAX_OUTPUT_BYTES) fail('failed', 'it listed more than 16 MB');
      else if (code === 0) resolve(Buffer.concat(output));
      else if (killedBy === 'SIGKILL') fail('timeout', `it did not end within ${timeoutMs / 1000} s`);
      else fail('failed', firstLine(said), code);
    });
  });
}

/** Without the variables of this process that name a repository. */
const SAFE_ENVIRONMENT = {
  LC_ALL: 'C',
  GIT_OPTIONAL_LOCKS: '0',
  GIT_TERMINAL_PROMPT: '0',
  GIT_NO_LAZY_FETCH: '1',
  GIT_ALLOW_PROTOCOL: 'none',
  GIT_PAGER: 'cat',
};

/** Variables instead of `-c`: a name in a key may contain `=`. */
function asVariables(overrides: GitOverrides): Record<string, string> {
  const entries = overrides.flatMap(([key, value], index) => [
    [`GIT_CONFIG_KEY_${index}`, key],
    [`GIT_CONFIG_VALUE_${index}`, value],
  ]);
  return { GIT_CONFIG_COUNT: String(overrides.length), ...Object.fromEntries(entries) };
}

function firstLine(said: string): string {
  const [line = ''] = said.trim().split('\n');
  return line.replace(/^fatal: /, '').slice(0, 300) || 'it ended without a reason';
}
