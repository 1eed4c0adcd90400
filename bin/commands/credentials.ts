/**
 * With which credentials commands are sent: a token or a user of the environment, else the operator key of this user.
 * None of them is ever printed.
 */
import { lstatSync, readFileSync } from 'node:fs';
import { type Config, readVariable } from '../../lib/config/config';
import { describeFileError } from '../../lib/platform/read-file';
import { CommandError, EXIT } from './exit';
import { listenersOn } from './listeners';
import type { FoundServer } from './server';

export interface Credentials {
  /** The header for every request; null if none is needed for reading, or none is known. */
  forAll: string | null;
  /** The header for commands, and for the question who may act. */
  forCommands: string | null;
  /** Why there are none for commands, and what to do; null if there are some. */
  missing: string | null;
}

/** For a file of this user: no bit for others. */
const OTHERS_MAY = 0o077;

/**
 * Finds the credentials for a dashboard.
 *
 * @throws {CommandError} if a variable has a value that no header can carry
 */
export function findCredentials(
  config: Pick<Config, 'credentials'>,
  { url, keyFile }: Pick<FoundServer, 'url' | 'keyFile'>,
): Credentials {
  const token = readVariable('DASHBOARD_TOKEN')?.trim();
  if (token) {
    if (!/^[A-Za-z0-9._~+/=-]+$/.test(token)) {
      throw new CommandError('DASHBOARD_TOKEN contains characters that no token has; set it again.', EXIT.usage);
    }
    return given(`Bearer ${token}`);
  }
  if (config.credentials) {
    const { username, password } = config.credentials;
    return given(`Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`);
  }
  const { key, missing } = readOperatorKey(keyFile, new URL(url));
  return { forAll: null, forCommands: key === null ? null : `Bearer ${key}`, missing };
}

function given(header: string): Credentials {
  return { forAll: header, forCommands: header, missing: null };
}

type OperatorKey = { key: string; missing: null } | { key: null; missing: string };

/** The key is sent to this computer only, and there to no server of another user. */
function readOperatorKey(file: string, { hostname, port, protocol }: URL): OperatorKey {
  const none = (missing: string): OperatorKey => ({ key: null, missing });
  if (!/^(localhost|127\.\d+\.\d+\.\d+|\[::1\])$/.test(hostname)) {
    return none(`The operator key is sent to this computer only, not to ${hostname}; set DASHBOARD_TOKEN.`);
  }
  let key: string;
  try {
    const { mode, uid } = lstatSync(file);
    const own = process.getuid?.();
    if (own !== undefined && uid !== own) return none(`The operator key ${file} belongs to another user.`);
    if (own !== undefined && mode & OTHERS_MAY) {
      return none(`Other users may read the operator key ${file}: chmod 600 it, or replace it (--new-operator-key).`);
    }
    key = readFileSync(file, 'utf8').trim();
  } catch (error) {
    return none(
      (error as NodeJS.ErrnoException).code === 'ENOENT'
        ? `There is no operator key ${file}; start the dashboard as this user, or set DASHBOARD_TOKEN.`
        : `The operator key ${file} can't be read (${describeFileError(error)}); set DASHBOARD_TOKEN.`,
    );
  }
  if (!/^[A-Za-z0-9_-]{43}$/.test(key)) return none(`${file} is no operator key; replace it (--new-operator-key).`);
  const number = Number(port || (protocol === 'https:' ? 443 : 80));
  const own = process.getuid?.();
  // Root can read the key anyway.
  if (listenersOn(number).some((uid) => uid !== own && uid !== 0)) {
    return none(`Another user listens on port ${number}, so the operator key is not sent there.`);
  }
  return { key, missing: null };
}
