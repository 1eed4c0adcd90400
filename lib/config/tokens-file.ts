/**
 * The file of bearer tokens: parses it, and creates a new line for it. Does not access the disk. Faults repeat only
 * names of the file, since they are written to log files.
 */
import { createHash, randomBytes } from 'node:crypto';
import { z } from 'zod';
import { readYaml } from '../platform/yaml';
import { ConfigError } from './config';

/** What a token permits; writing includes reading. `hook` only permits to report events of hooks. */
export const SCOPES = ['read', 'write', 'hook'] as const;
export type Scope = (typeof SCOPES)[number];

/** One entry of the file. */
export interface Token {
  name: string;
  scope: Scope;
  /** SHA-256 of the token, in hex. A token is long and random, so its hash need not be slow. */
  digest: string;
}

/** Shorter tokens could be guessed. */
const MIN_TOKEN_LENGTH = 32;
/** The characters allowed after `Bearer` (RFC 6750, 2.1). */
const BEARER = /^[A-Za-z0-9._~+/-]+=*$/;
/** Names are written to logs. */
const NAME = /^[A-Za-z0-9._@-]{1,64}$/;

const line = z
  .strictObject(
    {
      name: z.string(`needs a name`).regex(NAME, 'has a name that is not 1 to 64 letters, digits or . _ @ -'),
      scope: z.enum(SCOPES, `has a scope that is not one of ${SCOPES.join(', ')}`).default('read'),
      sha256: z
        .string()
        .regex(/^[0-9a-f]{64}$/i, 'has a sha256 that is not 64 hexadecimal digits')
        .optional(),
      token: z
        .string()
        .min(MIN_TOKEN_LENGTH, `has a token with fewer than ${MIN_TOKEN_LENGTH} characters`)
        .regex(BEARER, 'has a token with characters other than letters, digits, - . _ ~ + / and a trailing =')
        .optional(),
    },
    'is not made of name, scope and one of sha256 and token',
  )
  .refine(({ sha256, token }) => (sha256 === undefined) !== (token === undefined), 'needs one of sha256 and token')
  .transform(({ name, scope, sha256, token }) => ({
    name,
    scope,
    digest: sha256?.toLowerCase() ?? digestOf(token ?? ''),
  }));

/**
 * Reads the text of a tokens file: a list in YAML, or JSON, which is YAML too.
 *
 * @throws {ConfigError} naming every faulty entry
 */
export function parseTokens(text: string): Token[] {
  const read = z.array(z.unknown()).safeParse(parseContent(text));
  if (!read.success)
    throw new ConfigError(['The tokens file must hold a list of entries with name, scope and sha256.']);
  const faults: string[] = [];
  const tokens = new Map<string, Token>();
  const names = new Set<string>();
  for (const [index, entry] of read.data.entries()) {
    const result = line.safeParse(entry);
    const fault = (detail: string) => faults.push(`Entry ${index + 1} of the tokens file ${detail}.`);
    if (!result.success) {
      fault(
        result.error.issues
          .map(({ code, message }) => (code === 'unrecognized_keys' ? UNKNOWN_FIELD : message))
          .join(', '),
      );
      continue;
    }
    const { name, digest } = result.data;
    if (names.has(name)) fault(`has the name ${name}, which an earlier one has`);
    if (tokens.has(digest)) fault(`has the same token as an earlier one`);
    names.add(name);
    tokens.set(digest, result.data);
  }
  if (faults.length > 0) throw new ConfigError(faults);
  return [...tokens.values()];
}

const UNKNOWN_FIELD = 'has other fields than name, scope, sha256 and token';

/** Reads every scalar as a text: a hash of digits alone is not a number. */
function parseContent(text: string): unknown {
  const read = readYaml(text, 'failsafe');
  if ('faults' in read) {
    const [{ line, code, message } = { line: null, code: '', message: '' }] = read.faults;
    throw new ConfigError([
      `The tokens file is not YAML: ${line === null ? message : `see its line ${line} (${code})`}.`,
    ]);
  }
  // A file whose last line was removed contains no tokens, which is not a fault.
  return read.value ?? [];
}

/** @returns the SHA-256 of a token in hex */
export function digestOf(token: string): string {
  return createHash('sha256').update(token).digest('hex');
}

/**
 * Makes a token of 256 random bits.
 *
 * @returns the token, to be shown once, and its line for the file
 * @throws {ConfigError} for a name that is not allowed in the file
 */
export function newToken(name: string, scope: Scope): { token: string; line: string } {
  const token = `swarm_${randomBytes(32).toString('base64url')}`;
  const made = `- { name: ${JSON.stringify(name)}, scope: ${scope}, sha256: ${digestOf(token)} }`;
  parseTokens(made);
  return { token, line: made };
}
