import { use, useEffect, useState } from 'react';
import { Moment } from './moment';
import { useIsCalm } from './use-calm';

const FLASH_MS = 1200;
const NONE: ReadonlyMap<string, number> = new Map();

/**
 * Marks what has just changed in a list for a short time.
 *
 * @param items the current list; the first one is the baseline, so nothing in it flashes
 * @param changed returns the keys of entries that are new or different between two lists
 * @returns a map whose keys are the marked entries
 */
export function useFlash<Item>(
  items: readonly Item[],
  changed: (before: readonly Item[], after: readonly Item[]) => readonly string[],
): ReadonlyMap<string, number> {
  const moment = use(Moment);
  const calm = useIsCalm();
  const [known, setKnown] = useState({ items, moment });
  const [marked, setMarked] = useState(NONE);
  const [batch, setBatch] = useState(0);
  if (known.items !== items) {
    setKnown({ items, moment });
    // A step between two past moments may change everything, but nothing has just happened. The end of a mark would be
    // one more update of a calm page.
    const fresh = known.moment === null && moment === null && !calm ? changed(known.items, items) : [];
    if (fresh.length > 0) {
      setBatch(batch + 1);
      setMarked(new Map([...marked, ...fresh.map((key): [string, number] => [key, batch + 1])]));
    }
  }
  useEffect(() => {
    if (batch === 0) return;
    // Each batch has its own timer. If the next batch restarted it, marks in a busy swarm would never end.
    setTimeout(() => setMarked((marks) => without(marks, batch)), FLASH_MS);
  }, [batch]);
  return marked;
}

/** @returns the marks that were set after a batch */
function without(marks: ReadonlyMap<string, number>, batch: number): ReadonlyMap<string, number> {
  const left = [...marks].filter(([, number]) => number > batch);
  return left.length === 0 ? NONE : new Map(left);
}
