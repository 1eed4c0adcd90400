/**
 * What the file of a route exports. Next bundles each route with a copy of whatever it imports, to be compiled and run at
 * its first question: so this imports next to nothing, and is handed what the start of the server made (`routes.ts`).
 */
import { METHODS, type Method, type Route } from '../http/methods';
import type { Routes } from './routes';

const ROUTES = Symbol.for('claude-swarm-dashboard.routes');
const shared = globalThis as { [ROUTES]?: Routes };

/** @param routes answer from now on, in every copy of this module */
export function setRoutes(routes: Routes): void {
  shared[ROUTES] = routes;
}

/**
 * The exports of a route file.
 *
 * @param path its key in the table of routes
 */
export function served(path: keyof Routes): Record<Method, Route> {
  const answer = (method: Method, request: Request) => {
    const routes = shared[ROUTES];
    // Nothing is answered without the checks that stand there.
    if (!routes) throw new Error('A route was asked before the server has started.');
    return routes[path][method](request);
  };
  const exports = METHODS.map((method): [Method, Route] => [method, async (request) => answer(method, request)]);
  return Object.fromEntries(exports) as Record<Method, Route>;
}
