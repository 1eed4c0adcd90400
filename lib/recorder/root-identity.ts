/**
 * Whose history a file is. The identity of a project's root is kept in the history file: its path, its folder and the
 * first line of its first log. The history of another root is refused (docs/decisions/0057-whose-history.md).
 */
import { statSync } from 'node:fs';
import { join } from 'node:path';
import type { History } from '../history/history';
import { isText, orNull, shape } from '../platform/json-shape';
import { LogFile } from '../sources/claudeswarm/log-file';
import { isLogCheckpoint, LOG_NAME, type LogCheckpoint, OLD_LOG_NAME } from '../sources/claudeswarm/message-log';

export interface RootIdentity {
  /** Absolute, symbolic links resolved. */
  path: string;
  /** Of the folder, as decimal numbers; empty if it could not be read. */
  device: string;
  inode: string;
  /** Hash of the first line of the first log that was followed; null before there is one. */
  first_generation: string | null;
}

const isRootIdentity = shape<RootIdentity>({
  path: isText,
  device: isText,
  inode: isText,
  first_generation: orNull(isText),
});

/** @returns the identity of a root as it is on the disk now */
export function identifyRoot(root: string): RootIdentity {
  try {
    const { dev, ino } = statSync(root, { bigint: true });
    return { path: root, device: String(dev), inode: String(ino), first_generation: null };
  } catch {
    return { path: root, device: '', inode: '', first_generation: null };
  }
}

/** @returns the root that a history belongs to; null for a history that names none, such as one of an older version */
export function ownerOf(history: History): RootIdentity | null {
  const text = history.owner();
  if (text === null) return null;
  try {
    const owner: unknown = JSON.parse(text);
    return isRootIdentity(owner) ? owner : null;
  } catch {
    return null;
  }
}

/**
 * Finds out whether a history may be used for a root. A history without an owner gets this one. The same path with the
 * same inode is the same root, whatever its device number, which a reboot may change. The same path with another inode,
 * or another path of the same folder, is the same root only if its log holds what was read last.
 *
 * @returns null if it may; else the root that it belongs to
 */
export function foreignOwner(history: History, root: string): RootIdentity | null {
  const own = identifyRoot(root);
  const owner = ownerOf(history);
  if (owner === null) return claimFirst(history, own);
  const samePath = owner.path === own.path;
  const sameInode = owner.inode !== '' && owner.inode === own.inode;
  if (samePath && sameInode) return null;
  const isSame = (samePath || (sameInode && owner.device === own.device)) && continuesLog(history, root);
  if (!isSame) return owner;
  history.setOwner(JSON.stringify({ ...own, first_generation: owner.first_generation }));
  return null;
}

/** Whether a root is likely the one of a history that was moved: the same folder, or its log goes on from the history. */
export function seemsMoved(history: History, root: string): boolean {
  const [own, owner] = [identifyRoot(root), ownerOf(history)];
  if (owner === null) return false;
  return (owner.inode === own.inode && owner.device === own.device) || continuesLog(history, root);
}

/** Makes a root the owner of a history. */
export function adopt(history: History, root: string): void {
  const first_generation = ownerOf(history)?.first_generation ?? null;
  history.setOwner(JSON.stringify({ ...identifyRoot(root), first_generation }));
}

/** Notes the first line of the first log, once it is known. */
export function noteFirstGeneration(history: History, { generations }: LogCheckpoint): void {
  const first = generations.find(({ headHash }) => headHash !== '');
  const owner = ownerOf(history);
  if (first === undefined || owner === null || owner.first_generation !== null) return;
  history.setOwner(JSON.stringify({ ...owner, first_generation: first.headHash }));
}

/** Of two roots that start at once, the first one keeps the history. */
function claimFirst(history: History, own: RootIdentity): RootIdentity | null {
  history.claim(JSON.stringify(own));
  const owner = ownerOf(history);
  return owner === null || (owner.path === own.path && owner.inode === own.inode) ? null : owner;
}

/** Whether a log file of a root holds what was read last, at its place. */
function continuesLog(history: History, root: string): boolean {
  const checkpoint = checkpointOf(history);
  if (checkpoint === null) return false;
  const read = checkpoint.generations.filter(({ offset }) => offset > 0);
  return [LOG_NAME, OLD_LOG_NAME].some((name) => {
    const file = LogFile.open(join(root, name));
    if (!(file instanceof LogFile)) return false;
    try {
      return read.some((known) => file.holds(known));
    } finally {
      file.close();
    }
  });
}

function checkpointOf(history: History): LogCheckpoint | null {
  try {
    const checkpoint: unknown = JSON.parse(history.checkpoint() ?? 'null');
    return isLogCheckpoint(checkpoint) ? checkpoint : null;
  } catch {
    return null;
  }
}
