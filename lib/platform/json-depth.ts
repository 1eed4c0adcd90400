/**
 * How deeply JSON may nest. `JSON.parse` takes any depth, but encoding it again, or walking through it, overflows the
 * stack at some thousand levels; what the swarm's tool writes has four.
 */
const DEEPEST = 500;

/**
 * @param value as `JSON.parse` gave it
 * @param length of its text: a short one can't be deep, so most are not walked through
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
