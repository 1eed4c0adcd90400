/** Which notices a person has dismissed, as short numbers in a cookie: a dismissed notice must not flash at a visit. */

/** The oldest are forgotten first: their notices have long changed. */
const MAX_DISMISSED = 40;
const NUMBER = /^[0-9a-z]{1,7}$/;

/**
 * @param place the swarm's root: dashboards on other ports of one host share their cookies
 * @param facts everything that the notice says
 * @returns a number of 32 bits, in base 36
 */
export function noticeNumber(place: string, facts: string): string {
  // FNV-1a: it only distinguishes the few notices of a person.
  let hash = 0x811c9dc5;
  for (const byte of new TextEncoder().encode(`${place}\0${facts}`)) hash = Math.imul(hash ^ byte, 0x01000193);
  return (hash >>> 0).toString(36);
}

/** @returns the numbers in a cookie, which may have any content */
export function parseDismissed(text: string | undefined): readonly string[] {
  return (text ?? '')
    .split('.')
    .filter((number) => NUMBER.test(number))
    .slice(-MAX_DISMISSED);
}

/** @returns the numbers with some more, newest last */
export function withDismissed(known: readonly string[], added: string): readonly string[] {
  return [...known.filter((number) => number !== added), added].slice(-MAX_DISMISSED);
}
