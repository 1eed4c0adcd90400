/** Decides who may report events of hooks: holders of a token with the scope `hook`, also where no credentials are set. */
import { type Stats, statSync } from 'node:fs';
import { digestOf } from '../../config/tokens-file';
import { PROBLEMS } from '../../contract/problems';
import { describeFileError, readIfChanged } from '../../platform/read-file';
import { ProblemError } from '../http/problem';
import type { HeaderReader } from '../http/request-connection';
import { type KnownCredentials, readCredentials } from './credentials';
import type { Credential } from './principal';

const MAX_FILE_BYTES = 1000;
/** Bits of a file's mode: its group or all other users may read or write it. */
const OTHERS_MAY = 0o066;

/** The token that `hooks install` keeps for the user who runs this server. */
export class HookTokenFile {
  readonly #path: string;
  readonly #warn: (sentence: string) => void;
  #signature: string | null = null;
  #digest: string | null = null;
  #said: string | null = null;

  /**
   * @param path absolute
   * @param warn receives a sentence once if the file cannot be trusted
   */
  constructor(path: string, warn: (sentence: string) => void) {
    this.#path = path;
    this.#warn = warn;
  }

  /** @returns whether a digest is that of the token; the file is read again whenever it has changed */
  has(digest: string): boolean {
    this.#refresh();
    return this.#digest !== null && this.#digest === digest;
  }

  #refresh(): void {
    const fault = this.#fault();
    if (fault !== null && fault !== this.#said) this.#warn(fault);
    this.#said = fault;
    const options = { limitBytes: MAX_FILE_BYTES, known: this.#signature, followLinks: false, now: Date.now() };
    const reading = fault === null ? readIfChanged(this.#path, options) : null;
    if (reading?.kind === 'unchanged') return;
    const text = reading?.kind === 'read' ? reading.bytes.toString('utf8').trim() : '';
    this.#signature = reading?.kind === 'read' ? reading.signature : null;
    this.#digest = text === '' ? null : digestOf(text);
  }

  /** A token that others could read or replace proves nothing. */
  #fault(): string | null {
    const remedy = 'No event of a hook is accepted with it.';
    let stats: Stats | undefined;
    try {
      stats = statSync(this.#path, { throwIfNoEntry: false });
    } catch (error) {
      return `The token ${this.#path} can't be read: ${describeFileError(error)}. ${remedy}`;
    }
    if (!stats) return null;
    if (stats.mode & OTHERS_MAY) return `Other users may read the token ${this.#path}: chmod 600 it. ${remedy}`;
    const isOwn = process.getuid === undefined || stats.uid === process.getuid();
    return isOwn ? null : `The token ${this.#path} belongs to another user. ${remedy}`;
  }
}

/**
 * Checks the token of a request that reports an event. Wrong tokens are not counted as failed logins: hooks send theirs
 * again and again, and an outdated one must not lock out the person at the same address. No guess finds 256 random bits.
 *
 * @throws {ProblemError} if there is no valid token, or one with another scope
 */
export function checkHookToken(
  headers: HeaderReader,
  { tokens, hookToken }: Pick<KnownCredentials, 'tokens'> & { hookToken: Pick<HookTokenFile, 'has'> },
): Credential {
  const authorization = headers.get('authorization') ?? '';
  const [, token] = /^Bearer +(\S+) *$/i.exec(authorization) ?? [];
  const digest = token === undefined ? null : digestOf(token);
  if (digest !== null && hookToken.has(digest)) return { name: 'hooks', scope: 'hook', digest };
  const listed = digest === null ? null : readCredentials(authorization, { user: null, tokens });
  if (listed?.scope === 'hook') return listed;
  const code = listed === null ? 'hook_token_required' : 'hook_scope_required';
  const { detail } = PROBLEMS[code];
  throw new ProblemError(code, detail, {
    headers:
      code === 'hook_token_required' ? { 'WWW-Authenticate': 'Bearer realm="Claude Swarm dashboard hooks"' } : {},
  });
}
