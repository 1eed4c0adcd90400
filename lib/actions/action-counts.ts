/** Counts ended commands by name and outcome, for the metrics. */

/** Outcomes are words in the code of each command; more of them would be a fault of that code. */
const MAX_OUTCOMES = 20;
const OTHER = 'other';

export class ActionCounts {
  readonly #counts = new Map<string, Map<string, number>>();

  /** Counts outcomes from 0 on: a rate leaves out what a series begins with. */
  expect(action: string, expected: readonly string[]): void {
    const outcomes = this.#outcomesOf(action);
    for (const outcome of expected) outcomes.set(outcome, outcomes.get(outcome) ?? 0);
  }

  /** @param action a name in the code, never a client's text */
  add(action: string, outcome: string): void {
    const outcomes = this.#outcomesOf(action);
    const isNamed = /^[a-z_]{1,40}$/.test(outcome) && (outcomes.has(outcome) || outcomes.size < MAX_OUTCOMES);
    const label = isNamed ? outcome : OTHER;
    outcomes.set(label, (outcomes.get(label) ?? 0) + 1);
  }

  #outcomesOf(action: string): Map<string, number> {
    const outcomes = this.#counts.get(action) ?? new Map<string, number>();
    this.#counts.set(action, outcomes);
    return outcomes;
  }

  all(): { action: string; outcome: string; count: number }[] {
    return [...this.#counts].flatMap(([action, outcomes]) =>
      [...outcomes].map(([outcome, count]) => ({ action, outcome, count })),
    );
  }
}
