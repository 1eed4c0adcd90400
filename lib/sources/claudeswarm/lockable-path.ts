/** Whether the swarm's own tool would lock a path (swarm-files.md §5). */
import { realpath } from 'node:fs/promises';
import { basename, dirname, resolve, sep } from 'node:path';
import { describeFileError, errorCode } from '../../platform/read-file';

/** What a path must not be, as the end of a sentence that begins with the parameter. */
export type PathFault = string;

/**
 * Checks a path as the tool's library does: as given, without the changes that its command line makes first (composed
 * letters, `/` for a backslash).
 *
 * @param root the swarm's root, absolute, symbolic links resolved
 * @returns why the tool refuses it; null if it does not
 */
export async function faultOfPath(root: string, filepath: string): Promise<PathFault | null> {
  if (filepath.includes('\0')) return 'must not contain a null character.';
  const decoded = percentDecoded(filepath);
  if (decoded !== filepath && (decoded.includes('..') || decoded.includes('\0'))) {
    return `must not contain percent-encoded parts that decode to "..": it decodes to ${JSON.stringify(decoded)}.`;
  }
  try {
    const resolved = await resolvedPath(filepath.startsWith('/') ? filepath : `${root}/${filepath}`);
    if (resolved === root || resolved.startsWith(root === sep ? root : `${root}${sep}`)) return null;
    return `must be inside of ${root}, but points to ${resolved}.`;
  } catch (error) {
    return `can't be resolved: ${describeFileError(error)}.`;
  }
}

/** As Python's `urllib.parse.unquote`: sequences that are no percent-encoding stay, bytes that are no UTF-8 become U+FFFD. */
function percentDecoded(text: string): string {
  return text.replace(/(?:%[0-9a-f]{2})+/gi, (bytes) => Buffer.from(bytes.replaceAll('%', ''), 'hex').toString('utf8'));
}

/** Resolves the links of a path as far as it exists, as Python's `Path.resolve` does. @param path absolute */
async function resolvedPath(path: string): Promise<string> {
  const missing: string[] = [];
  for (let existing = path; ; existing = dirname(existing)) {
    try {
      return resolve(await realpath(existing), ...missing);
    } catch (error) {
      const code = errorCode(error);
      if ((code !== 'ENOENT' && code !== 'ENOTDIR') || existing === dirname(existing)) throw error;
      missing.unshift(basename(existing));
    }
  }
}
