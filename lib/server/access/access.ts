/**
 * Decides who may send requests. Applies however the server was started: `next start` alone listens on every interface.
 */
import { isIP } from 'node:net';
import type { Config } from '../../config/config';
import { PROBLEMS } from '../../contract/problems';
import { bodyTooLarge } from '../http/body-limits';
import { ProblemError } from '../http/problem';
import { connectionOf, type HeaderReader, type RequestConnection } from '../http/request-connection';
import { type AccessContext, needsCredentials } from './access-context';
import { compareWithinLimit } from './attempts';
import { clientAddress, isLoopback, limitKey } from './client-address';
import { challenge, readCredentials } from './credentials';
import { checkHookToken } from './hook-token';
import { findOperator } from './operator';
import type { Credential, Principal } from './principal';

/** Null if the connection is not known. */
type Peer = Omit<
  RequestConnection,
  'requestId' | 'kind' | 'refusedMethod' | 'socket' | 'response' | 'outside' | 'ownListeners'
> | null;

/** What admission needs of the access context. */
type Admission = Pick<AccessContext, 'config' | 'limits' | 'tokens' | 'hookToken' | 'operatorKey'>;

interface AdmitOptions {
  /** Checks only sizes and the Host header, for answers that contain nothing about the swarm. */
  hostOnly?: boolean;
  /** Admits tokens with the scope `hook` and nobody else, from wherever they come. */
  hook?: boolean;
  /** Looks for the operator key too, for commands and where it matters who asks. Other requests do not compare it. */
  operator?: boolean;
  /** The bytes that a body may have; the setting LIMIT_BODY_BYTES if absent. */
  maxBodyBytes?: number | undefined;
  connection?: Peer;
}

/**
 * Checks a request by its headers, for a page or the proxy.
 *
 * @returns the refusal to answer with; null if the request may be answered
 */
export function checkAccess(
  headers: HeaderReader,
  admission: Admission,
  options: AdmitOptions = {},
): ProblemError | null {
  try {
    admit(headers, admission, options);
    return null;
  } catch (error) {
    if (error instanceof ProblemError) return error;
    throw error;
  }
}

/**
 * Checks a request by its headers.
 *
 * @throws {ProblemError} to answer with instead
 */
export function admit(headers: HeaderReader, admission: Admission, options: AdmitOptions = {}): Principal {
  const { config } = admission;
  const { hostOnly = false, hook = false, connection = connectionOf(headers) } = options;
  checkSizes(headers, connection, { ...config, bodyBytes: options.maxBodyBytes ?? config.bodyBytes });
  checkHost(headers, connection, config);
  const client = limitKey(connection && clientAddress(connection, config.trustProxy));
  if (hostOnly) return { client, credential: null, via: null, ...READ_ONLY };
  if (hook) return { client, credential: checkHookToken(headers, admission), via: 'token', ...READ_ONLY };
  if (needsCredentials(config)) {
    const credential = checkCredentials(headers, client, admission);
    return { client, credential, via: credential.digest === null ? 'basic' : 'token', ...rightsOf(credential) };
  }
  const local = connection !== null && isLoopback(connection.remoteAddress ?? '') && connection.forwardedBy === null;
  if (!local && !config.allowAnonymous) throw notLocal(connection);
  const anonymous = { client, credential: null, via: null, ...READ_ONLY };
  if (!options.operator) return anonymous;
  if (!local) return { ...anonymous, refusal: new ProblemError('write_scope_required', ONLY_LOCAL) };
  const found = findOperator(headers, client, admission);
  if (found instanceof ProblemError) return { ...anonymous, refusal: found };
  return { client, credential: found, via: 'operator_key', ...rightsOf(found) };
}

const READ_ONLY = { mayWrite: false, refusal: null };

const ONLY_LOCAL =
  'Without credentials only the computer that the dashboard runs on may send commands. To send them from elsewhere, or ' +
  'through a proxy, set DASHBOARD_USERNAME and DASHBOARD_PASSWORD, or DASHBOARD_TOKENS_FILE, and restart it.';

function rightsOf({ scope, name }: Credential): Pick<Principal, 'mayWrite' | 'refusal'> {
  if (scope === 'write') return { mayWrite: true, refusal: null };
  const detail = `The token "${name}" has the scope "read", which permits no command; use one with the scope "write".`;
  return { mayWrite: false, refusal: new ProblemError('write_scope_required', detail) };
}

function checkSizes(
  headers: HeaderReader,
  connection: Peer,
  { urlBytes, bodyBytes }: Pick<Config, 'urlBytes' | 'bodyBytes'>,
): void {
  if (connection?.malformedPath) {
    throw new ProblemError('malformed_url', 'The path must be percent-encoded UTF-8: a percent sign itself is %25.');
  }
  if (connection && connection.urlBytes > urlBytes) {
    throw new ProblemError('url_too_long', `The URL must have at most ${urlBytes} bytes.`);
  }
  if (Number(headers.get('content-length') ?? 0) > bodyBytes) throw bodyTooLarge(bodyBytes);
}

/**
 * A page of another site can make its own name resolve to this server (DNS rebinding), but can't change the Host
 * header.
 */
function checkHost(headers: HeaderReader, connection: Peer, config: Config): void {
  const host = hostName(headers.get('host') ?? '');
  if (host === null || (connection && connection.hostCount !== 1)) {
    throw new ProblemError('forbidden_host', 'The request must carry exactly one valid Host header.');
  }
  const bound = connection?.boundAddress ?? config.host;
  if (isLoopback(host) || host === 'localhost' || host === bound || namedHosts(config).includes(host)) return;
  const anyInterface = bound === null || bound === '0.0.0.0' || bound === '::';
  if (anyInterface && isIP(host) !== 0) return;
  throw new ProblemError(
    'forbidden_host',
    `This server does not answer as "${host}". To allow it, add the name to the setting ALLOWED_HOSTS and restart.`,
  );
}

function namedHosts({ host, allowedHosts, publicUrl }: Config): string[] {
  const named = publicUrl === null ? [] : [hostName(new URL(publicUrl).host)];
  return [host, ...allowedHosts, ...named].flatMap((name) => (name === null ? [] : [name.toLowerCase()]));
}

/** @returns the host of `host[:port]` in lower case; an IPv6 address without brackets, in its shortest form */
function hostName(text: string): string | null {
  const match = /^(?:\[([0-9a-f:.]+)\]|([a-z0-9_](?:[a-z0-9._-]*[a-z0-9_])?)\.?)(?::\d{1,5})?$/i.exec(text);
  if (!match) return null;
  if (match[1] === undefined) return (match[2] as string).toLowerCase();
  return isIP(match[1]) === 6 ? new URL(`http://[${match[1]}]`).hostname.slice(1, -1) : null;
}

/** Explains why a request without credentials is refused: it comes, or could come, from another computer. */
function notLocal(connection: Peer): ProblemError {
  // Next starts to listen before instrumentation marks connections, so the first connection may be unknown.
  if (connection === null) {
    return new ProblemError('unavailable', 'The server has only just started; ask again in a moment.', {
      headers: { 'Retry-After': '1' },
    });
  }
  const reason = isLoopback(connection.remoteAddress ?? '')
    ? `and a request that carries ${connection.forwardedBy} comes through a proxy from elsewhere`
    : 'so it answers only the computer it runs on';
  return new ProblemError(
    'loopback_only',
    `This server has no credentials, ${reason}. To reach it, set both environment variables DASHBOARD_USERNAME and ` +
      'DASHBOARD_PASSWORD, or DASHBOARD_TOKENS_FILE, on that computer and restart it; DASHBOARD_ALLOW_ANONYMOUS=1 lets ' +
      'everybody read.',
  );
}

function checkCredentials(headers: HeaderReader, client: string, admission: Admission): Credential {
  const { config, tokens } = admission;
  const refused = new ProblemError(
    'credentials_required',
    'This server needs a user name and a password, or a token.',
    {
      headers: { 'WWW-Authenticate': challenge(tokens !== null) },
    },
  );
  const authorization = headers.get('authorization');
  if (!authorization) throw refused;
  const known = { user: config.credentials, tokens };
  const credential = compareWithinLimit({ client, authorization }, admission, () =>
    readCredentials(authorization, known),
  );
  if (credential instanceof ProblemError) throw credential;
  if (credential === null) throw refused;
  if (credential.scope === 'hook') throw new ProblemError('read_scope_required', PROBLEMS.read_scope_required.detail);
  return credential;
}
