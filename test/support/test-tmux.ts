/** A tmux server of its own, and viewers of its panes as the dashboard shows them. */
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Reach } from '../../lib/actions/messages/delivery';
import type { TerminalEvent, TerminalMode, TerminalState } from '../../lib/contract/terminal-schemas';
import { newTerminal } from '../../lib/sources/tmux/emulator';
import type { TerminalCursor, Terminals } from '../../lib/swarms/terminals';
import { until } from './until';

export interface TestPane {
  id: string;
  pid: number;
}

export class TestTmux {
  readonly folder = realpathSync(mkdtempSync(join(tmpdir(), 'test-tmux-')));
  readonly socket = join(this.folder, 'tmux');

  run(...words: string[]): string {
    const env = { ...process.env, LANG: 'C.UTF-8' };
    return execFileSync('tmux', ['-u', '-S', this.socket, '-f', '/dev/null', ...words], { encoding: 'utf8', env });
  }

  /** Starts a session with one pane. */
  start(command: string, { columns = 80, rows = 24 } = {}): TestPane {
    return this.#created('new-session', '-d', '-x', String(columns), '-y', String(rows), command);
  }

  /** Starts another pane in the window of one. */
  split(pane: TestPane, command: string): TestPane {
    return this.#created('split-window', '-d', '-t', pane.id, command);
  }

  #created(...words: string[]): TestPane {
    const command = words.pop() ?? '';
    const [id = '', pid] = this.run(...words, '-P', '-F', '#{pane_id} #{pane_pid}', command)
      .trim()
      .split(' ');
    return { id, pid: Number(pid) };
  }

  stop(): void {
    spawnSync('tmux', ['-S', this.socket, 'kill-server']);
    rmSync(this.folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 50 });
  }
}

/** @returns how an agent is reached that is the process of a pane */
export function reachPane({ id, pid }: TestPane): Reach {
  const nothing = { gone: null, session: null, transcript: null, runsClaude: false, claudePid: null };
  return { ...nothing, life: id, pane: { id, pid, within: true } };
}

/** A viewer with an emulator of its own, as a browser has one. */
export class TestViewer {
  readonly events: TerminalEvent[] = [];
  state: TerminalState | null = null;
  lastId: string | null = null;
  screens = 0;
  outputLetters = 0;
  terminal = newTerminal(80, 24, 1000);
  readonly #terminals: Terminals;
  readonly #agent: string;
  readonly #mode: TerminalMode;
  #cursor: TerminalCursor | null = null;
  /** The work of the emulator. */
  #written: Promise<void> = Promise.resolve();

  constructor(terminals: Terminals, agent: string, mode: TerminalMode = 'live') {
    this.#terminals = terminals;
    this.#agent = agent;
    this.#mode = mode;
  }

  open(): this {
    this.#cursor = this.#terminals.open(this.#agent, this.#mode, this.lastId, () => this.pull());
    this.pull();
    return this;
  }

  /** @param max events at most: a viewer that is slow */
  pull(max = Number.POSITIVE_INFINITY): void {
    for (let taken = 0; taken < max; taken += 1) {
      const event = this.#cursor?.next() ?? null;
      if (event === null) return;
      this.#take(event);
    }
  }

  close(): void {
    this.#cursor?.close();
    this.#cursor = null;
  }

  async isWritten(): Promise<void> {
    for (let known = this.#written; ; known = this.#written) {
      await known;
      if (known === this.#written) return;
    }
  }

  /** @returns the visible lines, without spaces at their ends */
  async lines(): Promise<string[]> {
    await this.isWritten();
    const { active } = this.terminal.buffer;
    return Array.from(
      { length: this.terminal.rows },
      (_, y) =>
        active
          .getLine(active.baseY + y)
          ?.translateToString(true)
          .trimEnd() ?? '',
    );
  }

  /** Waits until a text is shown. */
  async shows(text: string): Promise<void> {
    await until(
      () => this.lines(),
      (lines) => lines.some((line) => line.includes(text)),
    );
  }

  #take(event: TerminalEvent): void {
    this.events.push(event);
    if (event.id !== null) this.lastId = event.id;
    if (event.event === 'state') this.state = event.data;
    if (event.event === 'output') {
      this.outputLetters += event.data.content.length;
      this.#write(event.data.content);
    }
    if (event.event !== 'screen') return;
    this.screens += 1;
    const { columns, rows, content } = event.data;
    this.#then(() => {
      this.terminal.dispose();
      this.terminal = newTerminal(columns, rows, 1000);
    });
    this.#write(content);
  }

  #write(text: string): void {
    this.#then(() => new Promise((resolve) => this.terminal.write(text, resolve)));
  }

  #then(work: () => void | Promise<void>): void {
    this.#written = this.#written.then(work);
  }
}
