import { PROBLEMS } from '../../contract/problems';
import { WEBSOCKET_PROTOCOL } from '../../contract/websocket';
import { ProblemError } from '../http/problem';
import type { HeaderReader } from '../http/request-connection';

const VERSION = '13';
/** 16 bytes in base64. */
const KEY = /^[A-Za-z0-9+/]{22}==$/;

/** @returns the answer to a request that is no handshake (RFC 9110, 15.5.22; RFC 6455, 4.4) */
export function upgradeRequired(): ProblemError {
  return new ProblemError('upgrade_required', PROBLEMS.upgrade_required.detail, {
    headers: { Upgrade: 'websocket', Connection: 'Upgrade', 'Sec-WebSocket-Version': VERSION },
  });
}

/**
 * Checks the headers of a handshake (RFC 6455, 4.2.1). A client that does not offer the subprotocol is refused: it could
 * not know how the connection is to be used, and most clients fail a connection without the one that they asked for.
 *
 * @throws {ProblemError} to answer with instead
 */
export function checkHandshake(headers: HeaderReader): void {
  if (headers.get('sec-websocket-version') !== VERSION) throw upgradeRequired();
  if (!KEY.test(headers.get('sec-websocket-key') ?? '')) {
    throw new ProblemError('malformed_handshake', 'The header Sec-WebSocket-Key must be 16 bytes in base64.');
  }
  const offered = headers.get('sec-websocket-protocol')?.split(',') ?? [];
  if (!offered.some((name) => name.trim() === WEBSOCKET_PROTOCOL)) {
    throw new ProblemError('malformed_handshake', PROBLEMS.malformed_handshake.detail);
  }
}
