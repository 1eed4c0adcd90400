/** The path of a lock as the swarm's own tool writes it. Browser-safe: the page compares paths before it asks. */

/**
 * Normalises a path as the swarm's tool does before locking it: POSIX syntax alone, as Python's `PurePosixPath` has it.
 * `./`, `//` and a trailing `/` are removed; `..`, case and backslashes stay; the empty path is `.`; exactly two
 * leading slashes stay two.
 */
export function normalizeLockPath(filepath: string): string {
  const leading = /^\/*/.exec(filepath)?.[0].length ?? 0;
  const start = leading === 2 ? '//' : leading > 0 ? '/' : '';
  const parts = filepath.split('/').filter((part) => part !== '' && part !== '.');
  return start + parts.join('/') || '.';
}
