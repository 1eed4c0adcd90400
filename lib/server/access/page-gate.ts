/**
 * Who gets a page. Next bundles the proxy and each page with copies of whatever they import, to be compiled and run before
 * the first answer: so this imports nothing, and is handed what the start of the server made (`admit-page.ts`).
 */

interface PageRequest {
  headers: Headers;
  /** Without the base path. */
  path: string;
  /** Whether the development server answers. */
  development: boolean;
}

export interface PageGate {
  /** For the proxy: what to answer instead, or the request's headers as the page shall see them and what it carries. */
  pass(request: PageRequest): { refused: Response } | { sent: Headers; page: Headers };
  /** For a page: why it is not drawn, in a sentence; null where it may be. */
  refusal(headers: Headers): string | null;
  /**
   * Counts a question about the past.
   *
   * @throws {ProblemError} beyond the limit
   */
  countRead(headers: Headers): void;
}

const GATE = Symbol.for('claude-swarm-dashboard.page-gate');
const shared = globalThis as { [GATE]?: PageGate };

/** @param gate decides from now on, in every copy of this module */
export function setPageGate(gate: PageGate): void {
  shared[GATE] = gate;
}

/** @throws before the server has started: nothing passes a gate that is not there */
export function pageGate(): PageGate {
  const gate = shared[GATE];
  if (!gate) throw new Error('A page was asked for before the server has started.');
  return gate;
}
