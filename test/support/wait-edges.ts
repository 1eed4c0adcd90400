import type { WaitEdge } from '../../lib/contract/past-schemas';

/** @returns the wait of one agent for another, by default a question that only that agent can answer */
export function waitEdge(from: string, to: string, more: Partial<WaitEdge> = {}): WaitEdge {
  return {
    ...{
      weak: false,
      blocks: true,
      alternatives: 0,
      id: `${from}>${to}`,
      from,
      to,
      kind: 'question',
      basis: 'declared',
    },
    since: '2026-03-01T12:00:00+00:00',
    reason: 'It asked.',
    evidence: { locks: [], messages: [], tasks: [], conflicts: [] },
    ...more,
  };
}
