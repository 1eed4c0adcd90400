/**
 * Who may ask. Holds however the server was started: `next start` alone listens on every interface.
 */
import { createHash, timingSafeEqual } from 'node:crypto';
import { isIP, isIPv4 } from 'node:net';
import { type Config, getConfig } from '../config';
import { type Connection, connectionOf } from './connection';
import { ProblemError } from './problem';

type AccessConfig = Pick<Config, 'host' | 'credentials' | 'allowedHosts' | 'publicUrl'>;

/** Null where the connection is not known. */
type Peer = Pick<Connection, 'remoteAddress' | 'boundAddress' | 'hostCount'> | null;

interface AccessOptions {
  /** Only the Host header is checked: for answers that say nothing of the swarm. */
  hostOnly?: boolean;
  config?: AccessConfig;
  connection?: Peer;
}

/**
 * Checks a request by its headers, in a route handler, a page or the proxy.
 *
 * @returns what to answer instead, null if the request may be answered
 */
export function checkAccess(headers: Headers, options: AccessOptions = {}): ProblemError | null {
  const { hostOnly = false, config = getConfig(), connection = connectionOf(headers) } = options;
  const refusal = checkHost(headers, connection, config);
  if (refusal || hostOnly) return refusal;
  return checkPeer(connection, config) ?? checkCredentials(headers, config);
}

/** A page of another site can resolve its own name to this server (DNS rebinding), but can't change the Host header. */
function checkHost(headers: Headers, connection: Peer, config: AccessConfig): ProblemError | null {
  const host = hostName(headers.get('host') ?? '');
  if (host === null || (connection && connection.hostCount !== 1)) {
    return new ProblemError('forbidden_host', 'The request must carry exactly one valid Host header.');
  }
  const bound = connection?.boundAddress ?? config.host;
  if (isLoopback(host) || host === 'localhost' || host === bound || namedHosts(config).includes(host)) return null;
  const anyInterface = bound === null || bound === '0.0.0.0' || bound === '::';
  if (anyInterface && isIP(host) !== 0) return null;
  return new ProblemError(
    'forbidden_host',
    `This server does not answer as "${host}". To allow it, add the name to the setting ALLOWED_HOSTS and restart.`,
  );
}

function namedHosts({ host, allowedHosts, publicUrl }: AccessConfig): string[] {
  const named = publicUrl === null ? [] : [hostName(new URL(publicUrl).host)];
  return [host, ...allowedHosts, ...named].flatMap((name) => (name === null ? [] : [name.toLowerCase()]));
}

/** @returns the host of `host[:port]` in lower case, an IPv6 address without brackets in its shortest form. */
function hostName(text: string): string | null {
  const match = /^(?:\[([0-9a-f:.]+)\]|([a-z0-9_](?:[a-z0-9._-]*[a-z0-9_])?)\.?)(?::\d{1,5})?$/i.exec(text);
  if (!match) return null;
  if (match[1] === undefined) return (match[2] as string).toLowerCase();
  return isIP(match[1]) === 6 ? new URL(`http://[${match[1]}]`).hostname.slice(1, -1) : null;
}

function checkPeer(connection: Peer, { credentials }: AccessConfig): ProblemError | null {
  if (credentials) return null;
  // It could come from anywhere. Next listens before instrumentation marks connections, so the first may be unknown.
  if (connection === null) {
    return new ProblemError('unavailable', 'The server has only just started; ask again in a moment.', {
      headers: { 'Retry-After': '1' },
    });
  }
  if (isLoopback(connection.remoteAddress ?? '')) return null;
  return new ProblemError(
    'loopback_only',
    'This server has no credentials, so it answers only the computer it runs on. To reach it from elsewhere, set both ' +
      'environment variables DASHBOARD_USERNAME and DASHBOARD_PASSWORD on that computer and restart it.',
  );
}

function isLoopback(address: string): boolean {
  const mapped = address.replace(/^::ffff:/i, '');
  return address === '::1' || (isIPv4(mapped) && mapped.startsWith('127.'));
}

/** HTTP Basic (RFC 7617). */
function checkCredentials(headers: Headers, { credentials }: AccessConfig): ProblemError | null {
  if (!credentials) return null;
  const match = /^Basic +([A-Za-z0-9+/=_-]+) *$/i.exec(headers.get('authorization') ?? '');
  const given = Buffer.from(match?.[1] ?? '', 'base64');
  const wanted = Buffer.from(`${credentials.username}:${credentials.password}`);
  // Digests have one length, so neither the time nor an error tells how long or how near a guess is.
  if (timingSafeEqual(digest(given), digest(wanted))) return null;
  return new ProblemError('credentials_required', 'This server needs a user name and a password.', {
    headers: { 'WWW-Authenticate': 'Basic realm="Claude Swarm dashboard", charset="UTF-8"' },
  });
}

function digest(bytes: Buffer): Buffer {
  return createHash('sha256').update(bytes).digest();
}
