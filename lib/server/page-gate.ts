/**
 * Who gets a page, for proxy.ts. Next bundles that file apart from all others, and what it imports is compiled and run
 * once more before the first page: so it imports nothing but this, and is handed what the start of the server made.
 */

interface PageRequest {
  headers: Headers;
  /** Without the base path. */
  path: string;
  /** Whether the development server answers. */
  development: boolean;
}

/** Gives what to answer instead, or the request's headers as the page shall see them and those that the page carries. */
export type PageGate = (request: PageRequest) => { refused: Response } | { sent: Headers; page: Headers };

const GATE = Symbol.for('claude-swarm-dashboard.page-gate');
const shared = globalThis as { [GATE]?: PageGate };

/** @param gate decides from now on, in every copy of this module */
export function setPageGate(gate: PageGate): void {
  shared[GATE] = gate;
}

/**
 * Decides on a request for a page.
 *
 * @throws before the server has started: nothing passes a gate that is not there
 */
export const passPage: PageGate = (request) => {
  const gate = shared[GATE];
  if (!gate) throw new Error('A page was asked for before the server has started.');
  return gate(request);
};
