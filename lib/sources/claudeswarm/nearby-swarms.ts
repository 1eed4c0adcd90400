/** Finds out whether a folder contains files of a swarm, and which folders around it do. */
import { access, opendir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { LOCKS_FOLDER } from './locks';
import { LOG_NAME } from './message-log';
import { REGISTRY_FILE } from './registry';

/** Any of these makes a folder a swarm's root: what the swarm's own tool writes there. */
export const SWARM_FILES: readonly string[] = [REGISTRY_FILE, LOG_NAME, LOCKS_FOLDER];

/** As many as a person compares at a glance. */
const MAX_FOUND = 5;
const MAX_PARENTS = 9;
/** About 40 ms on a local disk; the search also ends after `SEARCH_TIMEOUT_MS`, since a network disk may take longer. */
const MAX_FOLDERS = 300;
const SEARCH_TIMEOUT_MS = 1000;

/** @returns whether a folder contains a file that a swarm's tool writes; false where it can't be read */
export async function hasSwarmFiles(folder: string): Promise<boolean> {
  const found = await Promise.all(SWARM_FILES.map((name) => exists(join(folder, name))));
  return found.includes(true);
}

/**
 * Searches around some folders, nearest first: their parents, then the folders in them, then the folders beside them.
 * Folders with a leading dot, `node_modules` and links are passed over.
 *
 * @param folders absolute; they themselves are no result
 * @returns at most 5 absolute paths; incomplete where the search reached its bounds
 */
export async function findNearbySwarms(folders: readonly string[], now: () => number = Date.now): Promise<string[]> {
  const deadline = now() + SEARCH_TIMEOUT_MS;
  const seen = new Set(folders);
  const found: string[] = [];
  for await (const folder of around(folders)) {
    if (seen.size >= MAX_FOLDERS + folders.length || now() > deadline) break;
    if (seen.has(folder)) continue;
    seen.add(folder);
    if (await hasSwarmFiles(folder)) found.push(folder);
    if (found.length === MAX_FOUND) break;
  }
  return found;
}

async function* around(folders: readonly string[]): AsyncGenerator<string> {
  for (const folder of folders) yield* parentsOf(folder);
  for (const folder of folders) yield* foldersIn(folder);
  for (const folder of folders) yield* foldersIn(dirname(folder));
}

function* parentsOf(folder: string): Generator<string> {
  let parent = dirname(folder);
  for (let step = 0; step < MAX_PARENTS && parent !== dirname(parent); step += 1) {
    yield parent;
    parent = dirname(parent);
  }
}

async function* foldersIn(folder: string): AsyncGenerator<string> {
  try {
    for await (const entry of await opendir(folder)) {
      const { name } = entry;
      if (entry.isDirectory() && !name.startsWith('.') && name !== 'node_modules') yield join(folder, name);
    }
  } catch {
    // A folder that can't be listed shows nothing nearby.
  }
}

async function exists(path: string): Promise<boolean> {
  try {
    await access(path);
    return true;
  } catch {
    return false;
  }
}
