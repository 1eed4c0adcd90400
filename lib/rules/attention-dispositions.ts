/**
 * Marks attention items as acknowledged or snoozed. Both end when the facts of an item change, a snooze also at its
 * time: an item with new facts needs a decision again. A marked item stays on the list and is counted.
 */
import { createHash } from 'node:crypto';
import { isHidden } from '../contract/attention-marks';
import type { AttentionDecision } from '../contract/attention-requests';
import { formatInstant } from '../contract/instant';
import type { AttentionEntry } from '../contract/schemas';
import type { Disposition, DispositionChange, DispositionReview } from '../history/dispositions';
import type { DeadlineClock } from './deadline-clock';

const MINUTE_MS = 60_000;

/** @returns a hash of an item's facts, without its age and its marks */
export function fingerprintOf({ kind, severity, subject, reason, evidence }: AttentionEntry): string {
  const { agents, locks, messages, sources } = evidence;
  // Sorted: the same evidence in another order is not a change.
  const lists = [agents, locks, messages, sources].map((names) => [...names].sort());
  const stated = JSON.stringify([kind, severity, subject, reason, lists]);
  return createHash('sha256').update(stated).digest('base64url').slice(0, 22);
}

/**
 * Makes the change that the history keeps from a decision.
 *
 * @param item its id, and the fingerprint of the facts that the decision was made about
 * @param now milliseconds since 1970
 */
export function changeFrom(
  item: Pick<Disposition, 'id' | 'fingerprint'>,
  decision: AttentionDecision,
  by: string | null,
  now: number,
): DispositionChange {
  if (decision.action === 'withdraw') return { ...item, action: 'withdraw', at: now };
  if (decision.action === 'acknowledge') return { ...item, action: 'acknowledge', by, at: now };
  const until = decision.minutes === null ? null : now + decision.minutes * MINUTE_MS;
  return { ...item, action: 'snooze', by, at: now, until };
}

/**
 * Applies decisions to the items that exist.
 *
 * @param entries without marks
 * @param time asked for the end of each snooze, so that the answer is only valid until then
 * @returns the entries with their marks in the same order, and which decisions have ended
 */
export function applyDispositions(
  entries: readonly AttentionEntry[],
  dispositions: readonly Disposition[],
  time: Pick<DeadlineClock, 'isDue'>,
): { entries: readonly AttentionEntry[] } & DispositionReview {
  if (dispositions.length === 0) return { entries, present: [], ended: [] };
  const known = new Map(dispositions.map((one) => [one.id, one]));
  const present: string[] = [];
  const ended: Disposition[] = [];
  const marked = entries.map((entry) => {
    const disposition = known.get(entry.id);
    if (!disposition) return entry;
    present.push(entry.id);
    const marks = disposition.fingerprint === fingerprintOf(entry) ? marksFrom(disposition, time) : NO_MARKS;
    if (isHidden(marks)) return { ...entry, ...marks };
    ended.push(disposition);
    return entry;
  });
  return { entries: marked, present, ended };
}

type Marks = Pick<AttentionEntry, 'acknowledged' | 'snoozed'>;
const NO_MARKS: Marks = { acknowledged: null, snoozed: null };

function marksFrom({ acknowledged, snoozed }: Disposition, time: Pick<DeadlineClock, 'isDue'>): Marks {
  const over = snoozed === null || (snoozed.until !== null && time.isDue(snoozed.until));
  return {
    acknowledged: acknowledged && { by: acknowledged.by, at: formatInstant(acknowledged.at) },
    snoozed: over
      ? null
      : {
          by: snoozed.by,
          at: formatInstant(snoozed.at),
          until: snoozed.until === null ? null : formatInstant(snoozed.until),
        },
  };
}
