/** What is said of the entries of a file that were skipped. */
import type { Skipped } from '../contract/schemas';
import { counted } from './text';

/** @returns a sentence for each reason why entries were skipped, but for those that the reason of the source names already */
export function skippedSentences({
  skipped,
  reason,
}: {
  skipped?: readonly Skipped[] | undefined;
  reason: string | null;
}): string[] {
  const others = (skipped ?? []).filter((one) => !reason?.includes(one.reason));
  return others.map(({ reason: why, count, last }) => {
    return `Skipped ${counted(count, 'entry', 'entries')}: ${why}${last === null ? '' : ` (last: ${last})`}.`;
  });
}
