/** What is declared of each endpoint, with its answer, for tests that send requests to it. */
import { ANSWERS, type Answer, isEndless } from '../../lib/contract/answers';
import type { EndpointDescription } from '../../lib/contract/endpoint';
import { ENDPOINTS } from '../../lib/server/api/endpoints/endpoints';

export interface DescribedRoute extends Pick<EndpointDescription, 'path' | 'method' | 'scope' | 'problems'> {
  answer: Answer;
  /** Its answer never ends. */
  streams: boolean;
}

export const ROUTES: readonly DescribedRoute[] = ENDPOINTS.map((endpoint) => {
  const answer: Answer = ANSWERS[endpoint.answer];
  return { ...endpoint, answer, streams: isEndless(answer) };
});

/** @returns the route that answers at an address, versioned or not; undefined for none */
export function routeOf(address: string): DescribedRoute | undefined {
  const { pathname } = new URL(address, 'http://localhost');
  const path = pathname.replace(/^\/api\/v1\//, '/api/');
  const fits = (route: DescribedRoute) => new RegExp(`^${route.path.replace(/\{\w+\}/, '[^/]+')}$`).test(path);
  // A fixed path goes before one that varies.
  return ROUTES.find((route) => route.path === path) ?? ROUTES.find(fits);
}
