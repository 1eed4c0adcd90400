/**
 * Decides who gets a page. Next bundles the proxy and each page with copies of everything they import, and compiles and
 * runs these before the first answer. So this module imports nothing, and receives what the start of the server has
 * created (`admit-page.ts`).
 */

interface PageRequest {
  headers: Headers;
  /** The path without the base path. */
  path: string;
  /** Whether Next's development server answers. */
  development: boolean;
}

export interface PageGate {
  /**
   * For the proxy: the refusal to answer with; or the request's headers as the page sees them, and the headers of the
   * page.
   */
  pass(request: PageRequest): { refused: Response } | { sent: Headers; page: Headers };
  /** For a page: a sentence that explains why it is not rendered; null if it may be. */
  refusal(headers: Headers): string | null;
  /**
   * Counts a query about the past.
   *
   * @throws {ProblemError} if the limit is exceeded
   */
  countRead(headers: Headers): void;
}

const GATE = Symbol.for('claude-swarm-dashboard.page-gate');
const shared = globalThis as { [GATE]?: PageGate };

/** @param gate decides from now on, in every copy of this module */
export function setPageGate(gate: PageGate): void {
  shared[GATE] = gate;
}

/** @throws if the server has not started yet: without a gate no page is answered */
export function pageGate(): PageGate {
  const gate = shared[GATE];
  if (!gate) throw new Error('A page was requested before the server had started.');
  return gate;
}
