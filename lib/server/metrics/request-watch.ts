/**
 * Writes one line to the log and counts each request, whatever answers it: routes, pages, Next's files, refusals. It
 * listens on Node's diagnostics channel (`request-connection.ts`), so routes do not depend on it.
 */
import type { IncomingMessage } from 'node:http';
import { log } from '../../platform/log';
import { isHeld } from '../http/held-responses';
import type { RequestConnection } from '../http/request-connection';
import { isMinor, methodName, routeName } from '../http/route-names';
import { isStream } from '../stream/stream-watch';
import { metrics } from './metrics';

/** The status of a request that became a WebSocket, whose answer does not pass through Node's response. */
const SWITCHED = 101;

/**
 * Records a request when it has been answered or its client has left. The client's address is not logged: behind a
 * proxy it would be the proxy's, whose own log has the real one, and it is personal data that is not needed here.
 */
export function watchRequest(request: IncomingMessage, { response, requestId }: RequestConnection): void {
  const start = performance.now();
  // Read now, since Next overwrites it.
  const route = routeName(request.url ?? '');
  const method = methodName(request.method ?? '');
  response.once('close', () => {
    // Without an answer the status would be the 200 with which Node begins.
    const status = response.headersSent || response.statusCode === SWITCHED ? response.statusCode : null;
    const ms = Math.round((performance.now() - start) * 10) / 10;
    const { requests, durations } = metrics();
    requests.inc({ route, method, status: status ?? 'none' });
    // A stream has its own lines in the log, and lasts as long as a client follows it.
    if (isStream(response)) return;
    // A held request lasts as long as a person thinks, a WebSocket as long as its client stays.
    if (status !== SWITCHED && !isHeld(response)) durations.observe({ route }, ms / 1000);
    const aborted = response.writableFinished ? undefined : true;
    log()[levelOf(route, status)]({ request: requestId, method, route, status, ms, aborted }, 'request');
  });
}

function levelOf(route: string, status: number | null): 'debug' | 'info' | 'warn' | 'error' {
  if (status === 500) return 'error';
  if (status !== null && status > 500) return 'warn';
  return isMinor(route) ? 'debug' : 'info';
}
