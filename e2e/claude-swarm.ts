import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { AgentProcesses, ownPidDomain } from '../lib/simulator/agent-processes';
import { type SessionChange, SessionFile } from '../lib/simulator/claude-session-file';
import { test as base } from './fixtures';

/** Sessions of Claude Code in a configuration folder of their own, each with a live process. */
export class ClaudeSessions {
  readonly folder = realpathSync(mkdtempSync(join(tmpdir(), 'claude-e2e-')));
  readonly #processes = new AgentProcesses();

  /** @returns the process of a session, its id, and a function that changes its file */
  start(
    name: string,
    cwd: string,
  ): { pid: number; procStart: string | undefined; sessionId: string; change: (change: SessionChange) => void } {
    this.#processes.start(name);
    const process = this.#processes.find(name);
    if (process === null) throw new Error('A process of a simulated agent could not be started.');
    const startedAt = Date.now();
    const sessionId = crypto.randomUUID();
    const place = { pidDomain: ownPidDomain(), tmux: `${name}:@0.%0` };
    const file = new SessionFile(this.folder, { ...process, ...place, name, cwd, sessionId, startedAt });
    return { ...process, sessionId, change: (change) => file.update(change, Date.now()) };
  }

  /** Writes a file of an agent team; its folder is created. */
  writeTeam(name: string, content: unknown): void {
    const path = join(this.folder, 'teams', name);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, JSON.stringify(content));
  }

  remove(): void {
    this.#processes.stopAll();
    rmSync(this.folder, { recursive: true, force: true });
  }
}

/** Tests whose server reads a configuration folder of Claude Code. */
export const test = base.extend<{ claude: ClaudeSessions }>({
  // biome-ignore lint/correctness/noEmptyPattern: Playwright reads what a fixture needs from this pattern
  claude: async ({}, use) => {
    const claude = new ClaudeSessions();
    await use(claude);
    claude.remove();
  },
  settings: async ({ claude }, use) => {
    await use({ CLAUDE_CONFIG_DIR: claude.folder, XDG_STATE_HOME: join(claude.folder, 'state') });
  },
});
