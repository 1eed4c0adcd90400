/**
 * One line of the log and one count for each request, whoever answers it: routes, pages, Next's files, refusals. Hangs
 * on Node's own channel (`connection.ts`), so a route knows nothing of it.
 */
import type { IncomingMessage } from 'node:http';
import { log } from '../../platform/log';
import type { RequestConnection } from '../http/request-connection';
import { isMinor, methodName, routeName } from '../http/route-names';
import { isStream } from '../stream/stream-watch';
import { metrics } from './metrics';

/**
 * Notes a request when it has been answered or its client is gone. The client's address stays out of the log: behind a
 * proxy it would be the proxy's, whose own log has the true one, and it is personal data that nothing here needs.
 */
export function watchRequest(request: IncomingMessage, { response, requestId }: RequestConnection): void {
  const start = performance.now();
  // Now: Next writes over them.
  const route = routeName(request.url ?? '');
  const method = methodName(request.method ?? '');
  response.once('close', () => {
    // Without an answer the status would read as the 200 that Node begins with.
    const status = response.headersSent ? response.statusCode : null;
    const ms = Math.round((performance.now() - start) * 10) / 10;
    const { requests, durations } = metrics();
    requests.inc({ route, method, status: status ?? 'none' });
    // A stream has lines of its own, and lasts as long as somebody looks.
    if (isStream(response)) return;
    durations.observe({ route }, ms / 1000);
    const aborted = response.writableFinished ? undefined : true;
    log()[levelOf(route, status)]({ request: requestId, method, route, status, ms, aborted }, 'request');
  });
}

function levelOf(route: string, status: number | null): 'debug' | 'info' | 'warn' | 'error' {
  if (status === 500) return 'error';
  if (status !== null && status > 500) return 'warn';
  return isMinor(route) ? 'debug' : 'info';
}
