/** Counts ended commands by name and outcome, for the metrics. */

/** Outcomes are words in the code of each command; more of them would be a fault of that code. */
const MAX_OUTCOMES = 20;
const OTHER = 'other';

export class ActionCounts {
  readonly #counts = new Map<string, Map<string, number>>();

  /** @param action a name in the code, never a client's text */
  add(action: string, outcome: string): void {
    const outcomes = this.#counts.get(action) ?? new Map<string, number>();
    this.#counts.set(action, outcomes);
    const isNamed = /^[a-z_]{1,40}$/.test(outcome) && (outcomes.has(outcome) || outcomes.size < MAX_OUTCOMES);
    const label = isNamed ? outcome : OTHER;
    outcomes.set(label, (outcomes.get(label) ?? 0) + 1);
  }

  all(): { action: string; outcome: string; count: number }[] {
    return [...this.#counts].flatMap(([action, outcomes]) =>
      [...outcomes].map(([outcome, count]) => ({ action, outcome, count })),
    );
  }
}
