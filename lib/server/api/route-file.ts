/**
 * What the route files under `app/` export. Next bundles each route file with a copy of whatever it imports, and compiles it
 * at the first request: so this imports next to nothing, and gets what the start of the server made (`routes.ts`).
 */
import { METHODS, type Method, type Route } from '../http/methods';
import type { AnswerRequest } from './routes';

const ANSWER = Symbol.for('claude-swarm-dashboard.answer-request');
const shared = globalThis as { [ANSWER]?: AnswerRequest };

/** Sets what answers from now on, in every copy of this module. */
export function setAnswer(answer: AnswerRequest): void {
  shared[ANSWER] = answer;
}

/** @returns the exports of a route file: the table of routes answers, by the path of the request */
export function routeHandlers(): Record<Method, Route> {
  const handlers = METHODS.map((method): [Method, Route] => [
    method,
    async (request) => {
      const answer = shared[ANSWER];
      // Nothing is answered without the checks in the table.
      if (!answer) throw new Error('A route was requested before the server has started.');
      return answer(method, request);
    },
  ]);
  return Object.fromEntries(handlers) as Record<Method, Route>;
}
