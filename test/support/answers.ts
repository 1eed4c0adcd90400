/** Finds the route of an address in the route table, for tests that request it. */
import { ROUTES, type Route } from '../../lib/contract/routes';

/** @returns the route that answers at an address, versioned or not; undefined for none */
export function routeOf(address: string): Route | undefined {
  const { pathname } = new URL(address, 'http://localhost');
  const path = pathname.replace(/^\/api\/v1\//, '/api/');
  const fits = (route: Route) => new RegExp(`^${route.path.replace(/\{\w+\}/, '[^/]+')}$`).test(path);
  // A fixed path takes precedence over one with parameters.
  return ROUTES.find((route) => route.path === path) ?? ROUTES.find(fits);
}
