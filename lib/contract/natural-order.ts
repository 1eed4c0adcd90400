/**
 * Orders names with their numbers by value: `agent-2` before `agent-10`. Written without Intl, since server and browser
 * have different versions of it and must agree on the order in the first rendered page.
 */
export function compareNaturally(one: string, other: string): number {
  const a = one.match(PARTS) ?? [];
  const b = other.match(PARTS) ?? [];
  for (let at = 0; at < Math.min(a.length, b.length); at++) {
    const order = compareParts(a[at] as string, b[at] as string);
    if (order !== 0) return order;
  }
  return a.length - b.length || compareText(one, other);
}

const PARTS = /\d+|\D+/g;

function compareParts(one: string, other: string): number {
  if (!isNumber(one) || !isNumber(other)) return compareText(one, other);
  // Compared as strings without leading zeros: a number may have more digits than JavaScript's numbers keep.
  const a = one.replace(/^0+/, '');
  const b = other.replace(/^0+/, '');
  return a.length - b.length || compareText(a, b);
}

function isNumber(part: string): boolean {
  return /^\d/.test(part);
}

function compareText(one: string, other: string): number {
  return one < other ? -1 : one > other ? 1 : 0;
}
