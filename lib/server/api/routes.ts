/** The table of routes, derived from the declared endpoints. The files under `app/` contain no part of it. */
import { PATHS } from '../../contract/path-list';
import { type DirectRoutes, throughRoute } from '../front/direct-answers';
import type { Method, Route } from '../http/methods';
import { routeNameInNext } from '../http/route-names';
import { type Endpoint, endpoint, missingEndpoint } from './endpoint';
import type { ServerContext } from './server-context';

/** Answers a request for any path. */
export type AnswerRequest = (method: Method, request: Request) => Promise<Response>;

interface Routes {
  /** For Next's route files. */
  answer: AnswerRequest;
  /** The routes that are answered in front of Next. */
  direct: DirectRoutes;
  /** The bytes that bodies may have, by the name of their path, where that is not the setting LIMIT_BODY_BYTES. */
  bodyLimits: Readonly<Record<string, number>>;
}

/**
 * Creates the table of routes.
 *
 * @throws if a path has no endpoint
 */
export function serveEndpoints(endpoints: readonly Endpoint[], context: ServerContext): Routes {
  const routes = new Map<string, Record<Method, Route>>();
  for (const path of PATHS) {
    const there = endpoints.filter((one) => one.path === path);
    if (there.length === 0) throw new Error(`No endpoint is declared for ${path}: add it to lib/server/api/endpoints.`);
    routes.set(path, endpoint(there, context));
  }
  const missing = missingEndpoint(context);
  const direct = endpoints.flatMap(({ path, direct, ...one }): [string, DirectRoutes[string]][] => {
    const route = routes.get(path);
    const method: Method = one.method ?? 'GET';
    if (direct === undefined || route === undefined) return [];
    return [[path, { method, answer: direct === true ? throughRoute(route[method]) : direct(context) }]];
  });
  return {
    answer: (method, request) => {
      const { pathname } = new URL(request.url);
      return (routes.get(routeNameInNext(pathname)) ?? missing)[method](request);
    },
    direct: Object.fromEntries(direct),
    bodyLimits: Object.fromEntries(
      endpoints.flatMap(({ path, maxBodyBytes }) => (maxBodyBytes === undefined ? [] : [[path, maxBodyBytes]])),
    ),
  };
}
