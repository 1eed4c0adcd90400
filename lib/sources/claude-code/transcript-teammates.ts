/**
 * Finds the transcripts of teammates in tmux panes: they have no session file, so only their lines say to which team
 * they belong.
 */
import { closeSync, constants, lstatSync, openSync, readdirSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { readAt } from './line-cursor';

/** The first line of a teammate names its team. */
const HEAD_BYTES = 8 * 1024;
const TEAM = /"teamName":"([^"\\]+)","agentName":"[^"\\]+"/;
const MAX_AGE_MS = 24 * 60 * 60 * 1000;

export class TeammatesFinder {
  /** The team of each transcript, null if it has none; left out if it may still be written. */
  readonly #teams = new Map<string, string | null>();

  /**
   * @param transcripts of followed sessions: their teammates are in the same folders
   * @param isShown whether a team is shown
   * @param now milliseconds since 1970; what was not written for a day is passed over
   * @returns the session ids of teammates
   */
  find(transcripts: readonly string[], isShown: (team: string) => boolean, now: number): string[] {
    const folders = new Set(transcripts.map((path) => dirname(path)));
    return [...folders].flatMap((folder) =>
      transcriptsIn(folder).flatMap((path) => {
        const team = this.#teamOf(path, now);
        return team !== null && isShown(team) ? [basename(path, '.jsonl')] : [];
      }),
    );
  }

  #teamOf(path: string, now: number): string | null {
    const known = this.#teams.get(path);
    if (known !== undefined) return known;
    try {
      const found = lstatSync(path);
      const { mtimeMs, size } = found;
      if (!found.isFile() || now - mtimeMs > MAX_AGE_MS) return null;
      const team = TEAM.exec(headOf(path))?.[1] ?? null;
      if (team !== null || size >= HEAD_BYTES) this.#teams.set(path, team);
      return team;
    } catch {
      return null; // vanished, or not permitted
    }
  }
}

function transcriptsIn(folder: string): string[] {
  try {
    return readdirSync(folder).flatMap((name) => (name.endsWith('.jsonl') ? [join(folder, name)] : []));
  } catch {
    return []; // vanished
  }
}

function headOf(path: string): string {
  // It may have been replaced since: a link may be to a credential, and a pipe must not block.
  const fd = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOFOLLOW);
  try {
    return readAt(fd, 0, HEAD_BYTES).toString();
  } finally {
    closeSync(fd);
  }
}
