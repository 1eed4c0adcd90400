/** A project folder without files of a swarm: how the page recognises it, and the command that shows another folder. */
import type { SwarmState } from '../contract/events';

/** What the server found around a folder without files of a swarm. */
export interface Surroundings {
  /** The names of files that were looked for. */
  lookedFor: readonly string[];
  /** Folders nearby that contain such files, absolute; the search has bounds. */
  swarms: readonly string[];
}

/**
 * @returns whether a swarm has no files and none is known from before. False as soon as any of them exists, is
 *   unreadable, or has left anything that the page can show.
 */
export function hasNoFiles({ agents, locks, messages, sources }: SwarmState): boolean {
  const missing = [sources.registry, sources.locks, sources.log].every(
    ({ state, kept_from }) => state === 'missing' && kept_from === null,
  );
  const shown = [agents.agents, agents.departed, locks.locks, messages].some((list) => list.length > 0);
  return missing && !shown;
}

const PLAIN_PATH = /^[\p{L}\p{N}_./@:+,=-]+$/u;

/** @returns the command that shows a folder; null where its path has characters that must not be pasted into a shell */
export function startCommand(folder: string): string | null {
  if (PLAIN_PATH.test(folder)) return `npm start -- ${folder}`;
  return /\p{C}/u.test(folder) ? null : `npm start -- '${folder.replaceAll("'", `'\\''`)}'`;
}
