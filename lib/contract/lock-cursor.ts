/** Cursors of pages of locks: the name of the last lock file of a page, encoded. */

/** No file system allows longer names. */
const MAX_NAME_BYTES = 1024;
const ENCODED = /^[A-Za-z0-9_-]+$/;

/** @returns the cursor of the locks after a lock file */
export function formatLockCursor(lockFile: string): string {
  return Buffer.from(lockFile, 'utf8').toString('base64url');
}

/** @returns the lock file after which a page begins, null if the text is not a cursor of locks */
export function parseLockCursor(text: string): string | null {
  if (!ENCODED.test(text) || text.length > MAX_NAME_BYTES * 2) return null;
  const lockFile = Buffer.from(text, 'base64url').toString('utf8');
  return formatLockCursor(lockFile) === text && lockFile.endsWith('.lock') ? lockFile : null;
}
