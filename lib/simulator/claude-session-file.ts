/** One file `sessions/<pid>.json`, written as Claude Code 2.1.332 does it: in place, so that readers may see a part. */
import { closeSync, constants, ftruncateSync, mkdirSync, openSync, readFileSync, rmSync, writeSync } from 'node:fs';
import path from 'node:path';

/** The fields that change; a field that is undefined is removed. */
export interface SessionChange {
  sessionId?: string;
  status?: 'idle' | 'busy' | 'waiting' | 'shell';
  waitingFor?: string | undefined;
}

export interface SessionStart {
  pid: number;
  sessionId: string;
  cwd: string;
  /** Milliseconds since 1970. */
  startedAt: number;
  procStart: string | undefined;
  pidDomain: string | undefined;
  /** `<session>:@<window>.%<pane>` */
  tmux: string;
  name: string;
  /** Where it takes messages of other sessions; where Claude Code would, if absent. */
  messagingSocketPath?: string | undefined;
}

export const CLAUDE_VERSION = '2.1.332';

export class SessionFile {
  readonly #file: string;
  readonly #start: SessionStart;

  /** Writes the first content, which has no status yet. */
  constructor(folder: string, start: SessionStart) {
    mkdirSync(path.join(folder, 'sessions'), { recursive: true, mode: 0o700 });
    this.#file = path.join(folder, 'sessions', `${start.pid}.json`);
    this.#start = start;
    rmSync(this.#file, { force: true });
    this.update({}, start.startedAt);
  }

  /**
   * Reads the file, merges the change, writes over the old content and cuts off the rest: a reader between the last two
   * sees the end of a longer old content behind the new one.
   *
   * @param now milliseconds since 1970
   */
  update(change: SessionChange, now: number): void {
    const statusFields = change.status === undefined ? {} : { updatedAt: now, statusUpdatedAt: now };
    const merged = { ...(this.#read() ?? this.#first()), ...change, ...statusFields };
    const bytes = Buffer.from(JSON.stringify(merged));
    const file = openSync(this.#file, constants.O_WRONLY | constants.O_CREAT, 0o600);
    try {
      writeSync(file, bytes, 0, bytes.length, 0);
      ftruncateSync(file, bytes.length);
    } finally {
      closeSync(file);
    }
  }

  /** At a proper exit; a killed session leaves its file. */
  remove(): void {
    rmSync(this.#file, { force: true });
  }

  #read(): object | null {
    try {
      return JSON.parse(readFileSync(this.#file, 'utf8'));
    } catch {
      return null;
    }
  }

  #first(): object {
    const { pid, sessionId, cwd, startedAt, procStart, pidDomain, tmux, name } = this.#start;
    const { messagingSocketPath = `/tmp/cc-socks/${pid}.sock` } = this.#start;
    return {
      pid,
      sessionId,
      cwd,
      startedAt,
      procStart,
      version: CLAUDE_VERSION,
      peerProtocol: 1,
      peerFeatures: ['notify_idle', 'reply_across_default_dirs', 'artifact_yield'],
      kind: 'interactive',
      entrypoint: 'cli',
      pidDomain,
      asksForConvertedSkills: null,
      tmux,
      messagingSocketPath,
      name,
      nameSource: 'derived',
      nameSince: startedAt,
    };
  }
}
