/** Stand-ins for Claude Code in panes of a tmux server of their own. */
import { execFileSync, spawnSync } from 'node:child_process';
import {
  appendFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { Reach } from '../../lib/actions/messages/delivery';
import { parseSession } from '../../lib/sources/claude-code/session-file';
import { projectSlug } from '../../lib/sources/claude-code/transcript-path';
import { until } from './until';

/** Each takes some microseconds, a write less than a millisecond. */
const MAX_TORN_READS = 10_000;
const PROGRAM = join(import.meta.dirname, 'fake-claude.mjs');

/** @returns why tmux can't be used, null if it can */
export function missingTmux(): string | null {
  const { error, status } = spawnSync('tmux', ['-V'], { stdio: 'ignore' });
  return error || status !== 0 ? 'tmux is not installed (apt-get install tmux)' : null;
}

/** What one logged: `got` a whole prompt, `command`, `violation` for what was typed into a dialog, and others. */
export type FakeEntry = Partial<Record<'got' | 'command' | 'violation' | 'swallowed' | 'composer', string>> & {
  started?: number;
};

export interface FakeOptions {
  /** Whether it has a messaging socket, and what it does with what comes: `drops` it. */
  socket?: 'takes' | 'drops';
  /** Opens dialogs and works at random moments. */
  seed?: number;
  /** Whether it writes a transcript. */
  transcript?: boolean;
  /** Whether the process of the pane is a shell that waits for it, as in `sh -c claude`. */
  belowShell?: boolean;
  /** Another program instead of the stand-in; it ends with `exec NAME ...`. */
  program?: string;
}

export class FakeAgent {
  readonly pane: string;
  readonly panePid: number;
  readonly state: string;
  readonly #folder: string;

  constructor(pane: string, panePid: number, state: string, folder: string) {
    this.pane = pane;
    this.panePid = panePid;
    this.state = state;
    this.#folder = folder;
  }

  get entries(): FakeEntry[] {
    const path = join(this.state, 'log.jsonl');
    if (!existsSync(path)) return [];
    return readFileSync(path, 'utf8')
      .split('\n')
      .filter(Boolean)
      .map((line) => JSON.parse(line) as FakeEntry);
  }

  /** The prompts that it got. */
  get got(): string[] {
    return this.entries.flatMap(({ got }) => got ?? []);
  }

  /** Adds a command to its transcript, as one that ran at a time. */
  writeTranscript(command: string, at: number): void {
    const [name = '', ...words] = command.split(' ');
    this.writePrompt(`<command-name>${name}</command-name><command-args>${words.join(' ')}</command-args>`, at);
  }

  /** Adds a prompt to its transcript, as one that came at a time. */
  writePrompt(content: string, at = Date.now()): void {
    const session = this.#session();
    const folder = join(this.#folder, 'projects', projectSlug(session?.cwd ?? ''));
    const line = { type: 'user', message: { role: 'user', content }, timestamp: new Date(at).toISOString() };
    appendFileSync(join(folder, `${session?.sessionId}.jsonl`), `${JSON.stringify(line)}\n`);
  }

  /** Gives a command, and waits until it was taken. */
  async control(words: string): Promise<void> {
    const path = join(this.state, 'control');
    writeFileSync(`${path}.new`, words);
    renameSync(`${path}.new`, path);
    await until(
      async () => existsSync(path) || existsSync(`${path}.taken`),
      (there) => !there,
    );
  }

  /** The stand-in itself. */
  get #pid(): number {
    return this.entries.find(({ started }) => started !== undefined)?.started ?? this.panePid;
  }

  /** Its session file, which is rewritten in place; null for another program. */
  #session() {
    const path = join(this.#folder, 'sessions', `${this.#pid}.json`);
    for (let attempt = 0; existsSync(path) && attempt < MAX_TORN_READS; attempt += 1) {
      const parsed = parseSession(readFileSync(path), this.#pid);
      if ('content' in parsed) return parsed.content;
    }
    return null;
  }

  /** As the swarm finds it. */
  reach(more: Partial<Reach> = {}): Reach {
    const content = this.#session();
    const session = content && { ...content, alive: true, keptFrom: null };
    const pane = { id: this.pane, pid: this.#pid, within: true };
    return {
      life: this.pane,
      gone: null,
      session,
      pane,
      transcript: null,
      runsClaude: session !== null,
      claudePid: session && this.#pid,
      ...more,
    };
  }
}

export class FakeAgents {
  readonly folder = realpathSync(mkdtempSync(join(tmpdir(), 'fake-agents-')));
  readonly claudeFolder = join(this.folder, 'claude');
  readonly root = join(this.folder, 'root');
  readonly agents: FakeAgent[] = [];
  readonly #socket = join(this.folder, 'tmux');

  constructor() {
    for (const path of [this.claudeFolder, this.root, join(this.folder, 'bin')]) mkdirSync(path, { recursive: true });
    // By this name a process is taken for Claude Code.
    symlinkSync(PROGRAM, join(this.folder, 'bin/claude'));
  }

  /** Starts one in a pane, and waits until it runs. */
  async start({ socket, seed, transcript = true, belowShell = false, program }: FakeOptions = {}): Promise<FakeAgent> {
    const number = this.agents.length;
    const state = join(this.folder, `agent-${number}`);
    mkdirSync(state);
    const variables = {
      ...{ FAKE_FOLDER: this.claudeFolder, FAKE_STATE: state, FAKE_TRANSCRIPT: transcript ? 'yes' : 'no' },
      ...(socket && { FAKE_SOCKET: join(state, 's'), FAKE_TAKES: socket === 'takes' ? 'yes' : 'no' }),
      ...(seed !== undefined && { FAKE_SEED: String(seed) }),
    };
    const set = Object.entries(variables).flatMap(([name, value]) => ['-e', `${name}=${value}`]);
    const about = ['-P', '-F', '#{pane_id} #{pane_pid}', '-x', '100', '-y', '30', '-c', this.root];
    const start = `${process.execPath} ${join(this.folder, 'bin/claude')}`;
    const command = program ?? (belowShell ? `${start}; true` : `exec ${start}`);
    const created = this.tmux('new-session', '-d', ...about, ...set, command).trim();
    const [pane = '', pid] = created.split(' ');
    const agent = new FakeAgent(pane, Number(pid), state, this.claudeFolder);
    this.agents.push(agent);
    if (program === undefined) {
      await until(
        async () => agent.entries.length,
        (entries) => entries > 0,
      );
      await delay(50);
    } else {
      // Until a process begins its own program, its environment is that of tmux, and then it is a shell for a moment.
      const [, name] = /\bexec (\S+)/.exec(program) ?? [];
      const read = (file: string) => readFileSync(`/proc/${agent.panePid}/${file}`, 'latin1');
      await until(
        async () => ({ environment: read('environ'), running: read('comm').trim() }),
        ({ environment, running }) => environment.includes('TMUX=') && running === name,
      );
    }
    return agent;
  }

  screen(agent: FakeAgent): string {
    return this.tmux('capture-pane', '-p', '-t', agent.pane);
  }

  tmux(...words: string[]): string {
    const environment = { ...process.env, LANG: 'C.UTF-8' };
    return execFileSync('tmux', ['-S', this.#socket, '-f', '/dev/null', ...words], {
      encoding: 'utf8',
      env: environment,
    });
  }

  /** Writes the registry of the swarm, in which they are `agent-0` and so on. */
  writeRegistry(): void {
    const now = new Date().toISOString().replace('Z', '000+00:00');
    const agents = this.agents.map(({ pane, panePid }, index) => ({
      ...{ id: `agent-${index}`, pane_index: `fake-${index}:0.0`, pid: panePid, status: 'active', last_seen: now },
      ...{ session_name: 'fake', tmux_pane_id: pane },
    }));
    const registry = { session_name: 'fake', updated_at: now, agents };
    writeFileSync(join(this.root, 'ACTIVE_AGENTS.json'), JSON.stringify(registry, null, 2));
  }

  stop(): void {
    spawnSync('tmux', ['-S', this.#socket, 'kill-server']);
    rmSync(this.folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 50 });
  }
}
