/**
 * The real Claude Code in a tmux server of its own, with a home, a project and a stand-in API of its own. Nothing of the
 * person's own set-up is read or changed.
 */
import { execFile, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';
import { until } from '../support/until';

const PACKAGE = '@anthropic-ai/claude-code';
/** The version whose files the dashboard is tested with. */
export const PINNED_VERSION = '2.1.332';
const INSTALL_TIMEOUT_MS = 300_000;
const SCREEN_TIMEOUT_MS = 30_000;
const POLL_INTERVAL_MS = 50;
const KEY_INTERVAL_MS = 1000;
/** Of no account; the stand-in API accepts every key. */
const KEY = 'sk-ant-stand-in-00000000000000000000';

/**
 * Finds the binary that CLAUDE_BINARY names, or installs the pinned version into a folder: 384 MB, some 10 s.
 *
 * @returns its path, or why there is none
 */
export async function provideCli(folder: string): Promise<{ binary: string } | { missing: string }> {
  const given = process.env.CLAUDE_BINARY;
  if (given) return existsSync(given) ? { binary: given } : { missing: `CLAUDE_BINARY: ${given} does not exist` };
  mkdirSync(folder, { recursive: true });
  // Its scripts are not needed: the package of this platform contains the binary.
  const words = ['install', '--prefix', folder, '--no-audit', '--no-fund', '--ignore-scripts'];
  try {
    await promisify(execFile)('npm', [...words, `${PACKAGE}@${PINNED_VERSION}`], { timeout: INSTALL_TIMEOUT_MS });
  } catch (error) {
    const [reason] = String((error as { stderr?: string }).stderr ?? error).split('\n');
    return { missing: `${PACKAGE}@${PINNED_VERSION} could not be installed: ${reason}` };
  }
  const platform = `${process.platform}-${process.arch}`;
  const binary = join(folder, 'node_modules', `${PACKAGE}-${platform}`, 'claude');
  return existsSync(binary) ? { binary } : { missing: `${PACKAGE}@${PINNED_VERSION} has no binary for ${platform}` };
}

export class RealCli {
  readonly claudeFolder: string;
  readonly project: string;
  readonly #home: string;
  readonly #binary: string;
  readonly #socket = `claude-test-${process.pid}`;
  readonly #environment: NodeJS.ProcessEnv;

  /** @param folder an empty folder, a real path, in which everything is kept */
  constructor(folder: string, binary: string, apiUrl: string) {
    this.#binary = binary;
    this.#home = join(folder, 'home');
    this.project = join(folder, 'project');
    this.claudeFolder = join(this.#home, '.claude');
    for (const path of [this.claudeFolder, this.project]) mkdirSync(path, { recursive: true });
    spawnSync('git', ['init', '--quiet', this.project]);
    const environment: Record<string, string> = {
      HOME: this.#home,
      PATH: '/usr/local/bin:/usr/bin:/bin',
      TERM: 'xterm-256color',
      LANG: 'C.UTF-8',
      SHELL: '/bin/sh',
      ANTHROPIC_BASE_URL: apiUrl,
      ANTHROPIC_API_KEY: KEY,
      CLAUDE_CODE_EXPERIMENTAL_AGENT_TEAMS: '1',
      CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC: '1',
      CLAUDE_CODE_DISABLE_OFFICIAL_MARKETPLACE_AUTOINSTALL: '1',
      DISABLE_AUTOUPDATER: '1',
      DISABLE_ERROR_REPORTING: '1',
      DISABLE_TELEMETRY: '1',
    };
    // The type asks for NODE_ENV, which the CLI must not get.
    this.#environment = environment as NodeJS.ProcessEnv;
    this.#answerFirstQuestions();
  }

  /** Starts it in a pane. @param options of the CLI */
  start(...options: string[]): void {
    const words = ['new-session', '-d', '-s', 'claude', '-x', '120', '-y', '40', '-c', this.project];
    this.#tmux('-f', '/dev/null', ...words, this.#binary, ...options);
  }

  /** Runs it without a terminal, with a prompt. @returns its output */
  async runHeadless(prompt: string): Promise<string> {
    const options = { cwd: this.project, env: this.#environment };
    const running = promisify(execFile)(this.#binary, ['-p', prompt], options);
    running.child.stdin?.end();
    return (await running).stdout;
  }

  /** Types a prompt as a person does: the text, then Enter when it is there. */
  async type(text: string): Promise<void> {
    await this.draft(text);
    this.press('Enter');
  }

  /** Types a text without Enter, and waits until it is there. */
  async draft(text: string): Promise<void> {
    const input = { input: text, env: this.#environment };
    spawnSync('tmux', ['-L', this.#socket, 'load-buffer', '-b', 'prompt', '-'], input);
    this.#tmux('paste-buffer', '-p', '-r', '-d', '-b', 'prompt', '-t', 'claude');
    await this.#untilScreen((screen) => screen.includes(text), `"${text}" in the composer`);
  }

  screen(): string {
    return this.#tmux('capture-pane', '-p', '-t', 'claude');
  }

  /** Waits until the screen shows a text. */
  async shows(text: string): Promise<void> {
    await this.#untilScreen((screen) => screen.includes(text), `"${text}" on the screen`);
  }

  /**
   * Answers a dialog: waits until the screen shows one of its lines and presses a key until that line is gone. A dialog
   * ignores keys in its first moments.
   */
  async answer(line: string, key: string): Promise<void> {
    await this.shows(line);
    let pressedAt = Number.NEGATIVE_INFINITY;
    await this.#untilScreen((screen) => {
      if (!screen.includes(line)) return true;
      if (performance.now() - pressedAt < KEY_INTERVAL_MS) return false;
      pressedAt = performance.now();
      this.press(key);
      return false;
    }, `the end of the dialog with "${line}"`);
  }

  /** Ends it, and waits until none of its processes is left: they write into their home to the end. */
  async stop(): Promise<void> {
    this.#tmux('kill-server');
    await until(
      async () => processesWith(`HOME=${this.#home}`),
      (left) => left.length === 0,
    );
  }

  /** Presses one key. */
  press(key: string): void {
    this.#tmux('send-keys', '-t', 'claude', key);
  }

  async #untilScreen(fits: (screen: string) => boolean, what: string): Promise<void> {
    const deadline = performance.now() + SCREEN_TIMEOUT_MS;
    while (!fits(this.screen())) {
      if (performance.now() > deadline) throw new Error(`Waited in vain for ${what}. The screen:\n${this.screen()}`);
      await delay(POLL_INTERVAL_MS);
    }
  }

  #tmux(...words: string[]): string {
    const { stdout } = spawnSync('tmux', ['-L', this.#socket, ...words], { env: this.#environment, encoding: 'utf8' });
    return stdout;
  }

  /** Its first start asks for a theme, the key and the folder, which would take the keys of the test. */
  #answerFirstQuestions(): void {
    writeFileSync(
      join(this.claudeFolder, 'settings.json'),
      JSON.stringify({ permissions: { defaultMode: 'default' } }),
    );
    const answered = {
      hasCompletedOnboarding: true,
      lastReleaseNotesSeen: PINNED_VERSION,
      migrationVersion: 15,
      numStartups: 5,
      hasSeenAutoDefaultNotice: true,
      hasSeenAutoDefaultNudge: true,
      customApiKeyResponses: { approved: [KEY.slice(-20)], rejected: [] },
      projects: { [this.project]: { hasTrustDialogAccepted: true, hasCompletedProjectOnboarding: true } },
    };
    writeFileSync(join(this.#home, '.claude.json'), JSON.stringify(answered));
  }
}

/** @returns the ids of the processes that have a variable in their environment; none where there is no `/proc` */
function processesWith(variable: string): string[] {
  if (!existsSync('/proc')) return [];
  return readdirSync('/proc').filter((pid) => {
    if (!/^\d+$/.test(pid)) return false;
    try {
      return readFileSync(`/proc/${pid}/environ`, 'latin1').split('\0').includes(variable);
    } catch {
      // It has ended, or is another user's.
      return false;
    }
  });
}
