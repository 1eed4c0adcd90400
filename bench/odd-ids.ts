/** Texts that are no id of this server's stream, as somebody may send them as `Last-Event-ID`. */
const LONG = 10_240;

/** @param epoch of the history that is open: what only resembles an id of it is odd too */
export function oddIds(epoch: string): string[] {
  return [
    'a.-1',
    'a.999999999999999999',
    '%00',
    'x'.repeat(LONG),
    `${'9'.repeat(LONG)}.1`,
    `${epoch}.999999999`,
    `${epoch}.${Number.MAX_SAFE_INTEGER}`,
    `${epoch}.${'9'.repeat(LONG)}`,
    `${epoch}.-1`,
    `${epoch}.1e3`,
    `${epoch}.0x10`,
    `${epoch}.NaN`,
    `${epoch}.`,
    `${epoch}`,
    '.',
    '.5',
    '..',
    'NaN',
    'NaN.NaN',
    'null',
    '__proto__.1',
    `${epoch}.\u{1f600}`,
    'ünï.1',
  ];
}
