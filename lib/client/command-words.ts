/** Commands of the record in words. */

/** How an outcome is shown: as trouble, as in doubt, or plainly. */
export type OutcomeTone = 'bad' | 'warn' | 'plain';

/** @returns the name of a command in words: "release lock" */
export function commandName(action: string): string {
  return action.replaceAll('_', ' ');
}

/** @returns an outcome in words: "not held" */
export function outcomeWords(outcome: string): string {
  return outcome === 'started' ? 'still running' : outcome.replaceAll('_', ' ');
}

export function outcomeTone(outcome: string): OutcomeTone {
  if (outcome === 'failed') return 'bad';
  return outcome === 'refused' || outcome === 'unknown' ? 'warn' : 'plain';
}
