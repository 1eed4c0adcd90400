import { log } from '../../platform/log';
import type { HeadersConfig } from '../http/headers';
import { isProblem, problemResponse } from '../http/problem';
import { ERROR_PLACES, metrics } from '../metrics/metrics';

/**
 * Logs and counts a fault of this server that made a request fail.
 *
 * @param where one of `ERROR_PLACES`; any other word counts as `route`
 * @param file the source of the page or route, never the path that was asked
 */
export function reportError(where: string, error: unknown, file?: string): void {
  const place = ERROR_PLACES.find((one) => one === where) ?? 'route';
  metrics().errors.inc({ where: place });
  log().error({ where: place, file, error }, 'A request failed unexpectedly.');
}

/** @returns the answer that says what went wrong; a fault of this server is logged and counted */
export function errorResponse(error: unknown, config: HeadersConfig): Response {
  if (!isProblem(error)) reportError('endpoint', error);
  return problemResponse(error, config);
}
