/** Schemas of the values of variables, and readers that flags share with them. */
import { isIP } from 'node:net';
import { z } from 'zod';
import { ACTION_GROUPS } from '../contract/action-groups';
import { parseRanges } from '../platform/ip-ranges';

export const MAX_PORT = 65_535;
const HOST_NAME = /^[a-z0-9]([a-z0-9._-]*[a-z0-9])?$/i;

export const text = z.string().nullable();

/** The value as a fault shows it, without a password in a URL: faults are written to log files. */
function quoted(value: string): string {
  return JSON.stringify(value.replace(/\/\/[^/@]*@/, '//...@'));
}

/** A nullable text that must pass `read`; `expected` ends the sentence "<VARIABLE> must be ...". */
export function checked<T>(read: (value: string) => T | undefined, expected: string) {
  return text.transform((value, context) => {
    if (value === null) return null;
    const result = read(value);
    if (result !== undefined) return result;
    context.addIssue({ code: 'custom', message: `must be ${expected}, but is ${quoted(value)}` });
    return z.NEVER;
  });
}

/** A comma-separated list. Faults name each faulty entry, or its number if it may be a secret. */
export function list(read: (entry: string) => string | undefined, expected: string, secret = false) {
  return text.transform((value, context) => {
    const entries = (value ?? '').split(',').map((entry) => entry.trim());
    return entries
      .filter((entry) => entry !== '')
      .flatMap((entry, index) => {
        const result = read(entry);
        if (result !== undefined) return [result];
        const fault = secret ? `entry ${index + 1} is not valid` : `contains ${quoted(entry)}`;
        context.addIssue({ code: 'custom', message: `must list ${expected}, but ${fault}` });
        return [];
      });
  });
}

function wholeNumber(smallest: number, largest: number) {
  return (value: string): number | undefined => {
    const number = /^\d{1,15}$/.test(value) ? Number(value) : Number.NaN;
    return number >= smallest && number <= largest ? number : undefined;
  };
}

/** A whole number with its unit, bounds and default. */
export function whole(unit: string, smallest: number, largest: number, standard: number) {
  const expected = `a whole number of ${unit} from ${smallest} to ${largest}`;
  return checked(wholeNumber(smallest, largest), expected).transform((number) => number ?? standard);
}

/**
 * Reads a port, as a flag or a variable gives it.
 *
 * @returns 0 (any free port) to 65535, or undefined if the text is not a port
 */
export const readPort = wholeNumber(0, MAX_PORT);

/**
 * Reads a host name or an address; IPv6 may be in brackets, as in a URL.
 *
 * @returns it in lower case without brackets, or undefined if the text is neither
 */
export function readHost(value: string): string | undefined {
  const host = value.replace(/^\[(.*)\]$/, '$1').toLowerCase();
  return isIP(host) !== 0 || HOST_NAME.test(host) ? host : undefined;
}

export function readZone(value: string): string | undefined {
  // Plain offsets are accepted by some versions of Node only, and have no daylight saving.
  if (/^[+-]/.test(value)) return undefined;
  try {
    return new Intl.DateTimeFormat('en', { timeZone: value }).resolvedOptions().timeZone;
  } catch {
    return undefined;
  }
}

export function readWebAddress(value: string): URL | undefined {
  if (!URL.canParse(value)) return undefined;
  const url = new URL(value);
  const web = url.protocol === 'http:' || url.protocol === 'https:';
  return web && url.username === '' && url.password === '' ? url : undefined;
}

export function readOrigin(value: string): string | undefined {
  const origin = readWebAddress(value)?.origin;
  return origin === value.toLowerCase() ? origin : undefined;
}

/** One of some words; the first is the default. */
export function oneOf<const Word extends string>(words: readonly [Word, ...Word[]]) {
  const read = (value: string) => words.find((word) => word === value.toLowerCase());
  return checked(read, `one of ${words.join(', ')}`).transform((word) => word ?? words[0]);
}

export const yesOrNo = checked(
  (value) => ({ 1: true, true: true, 0: false, false: false })[value.toLowerCase()],
  '1 for yes or 0 for no',
).transform((yes) => yes ?? false);

/** The groups of commands that are on: all of them if nothing is given, none for `off`. */
export const actionGroups = text.transform((value, context) => {
  const words = (value ?? '').split(',').map((word) => word.trim().toLowerCase());
  const given = words.filter((word) => word !== '');
  if (given.length === 0) return [...ACTION_GROUPS];
  if (given.length === 1 && given[0] === 'off') return [];
  const unknown = given.filter((word) => !ACTION_GROUPS.some((group) => group === word));
  if (unknown.length === 0) return ACTION_GROUPS.filter((group) => given.includes(group));
  const message = `must list some of ${ACTION_GROUPS.join(', ')}, or be off, but contains ${quoted(unknown.join(', '))}`;
  context.addIssue({ code: 'custom', message });
  return z.NEVER;
});

/** The name of a sender, by the rule for the ids of agents. */
export const senderName = checked(
  (value) => (/^(?!-)[A-Za-z0-9_-]{1,64}(?<!-)$/.test(value) ? value : undefined),
  '1 to 64 letters, digits, _ or -, without a - at its ends',
).transform((name) => name ?? 'operator');

/** Whether something is on; null where something else decides. */
export const onOffOrUnset = checked((value) => ({ on: true, off: false })[value.toLowerCase()], 'one of on, off');

/** Whether something is on, the default. */
export const onOrOff = oneOf(['on', 'off']).transform((word) => word === 'on');

/** @returns it as written if it names addresses: one, a subnet, or one of the groups of `parseRanges` */
export function readNetwork(value: string): string | undefined {
  return parseRanges(value) === null ? undefined : value;
}

type History = { kind: 'file' | 'folder'; path: string } | { kind: 'default' } | { kind: 'off' };

export function readHistory(value: string | null): History {
  if (value === null) return { kind: 'default' };
  // SQLite's own name for a database in memory would otherwise become three files in the working folder.
  if (value === 'off' || value === ':memory:') return { kind: 'off' };
  return { kind: /[\\/]$/.test(value) ? 'folder' : 'file', path: value };
}
