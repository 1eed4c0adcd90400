/**
 * With which credentials commands are sent: a token or a user of the environment, else the operator key of this user.
 * None of them is ever printed.
 */
import { type Config, readVariable } from '../../lib/config/config';
import { OPERATOR_KEY } from '../../lib/config/operator-key';
import { readSecret } from '../../lib/config/secret-file';
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
  const reading = readSecret(file, { ...OPERATOR_KEY, missing: null });
  if (reading.kind === 'fault') return none(reading.sentence);
  if (reading.kind !== 'read') {
    return none(`There is no operator key ${file}; start the dashboard as this user, or set DASHBOARD_TOKEN.`);
  }
  const number = Number(port || (protocol === 'https:' ? 443 : 80));
  const own = process.getuid?.();
  // Root can read the key anyway.
  if (listenersOn(number).some((uid) => uid !== own && uid !== 0)) {
    return none(`Another user listens on port ${number}, so the operator key is not sent there.`);
  }
  return { key: reading.text, missing: null };
}
