/**
 * The maximum depth of JSON. `JSON.parse` accepts any depth, but encoding or walking through the result overflows the
 * stack at some thousand levels. The swarm's tool writes four levels.
 */
const DEEPEST = 500;

/**
 * @param value a result of `JSON.parse`
 * @param length of its text: a short text can't be deep, so most values are not walked through
 */
export function isNestedTooDeeply(value: unknown, length: number): boolean {
  if (length <= 2 * DEEPEST) return false;
  const open: [value: unknown, depth: number][] = [[value, 1]];
  for (let next = open.pop(); next; next = open.pop()) {
    const [part, depth] = next;
    if (typeof part !== 'object' || part === null) continue;
    if (depth > DEEPEST) return true;
    for (const inner of Object.values(part)) open.push([inner, depth + 1]);
  }
  return false;
}
