import { use, useEffect, useState } from 'react';
import { Moment } from './moment';

const FLASH_MS = 1200;
const NONE: ReadonlyMap<string, number> = new Map();

/**
 * What has just changed in a list, for as long as the eye needs to find it.
 *
 * @param items the list as it is now; the first one is where it begins, so nothing of it flashes
 * @param changed the keys of what is new or different between two lists
 * @returns a map whose keys are marked now
 */
export function useFlash<Item>(
  items: readonly Item[],
  changed: (before: readonly Item[], after: readonly Item[]) => readonly string[],
): ReadonlyMap<string, number> {
  const moment = use(Moment);
  const [known, setKnown] = useState({ items, moment });
  const [marked, setMarked] = useState(NONE);
  const [batch, setBatch] = useState(0);
  if (known.items !== items) {
    setKnown({ items, moment });
    // Between two moments of the past everything may differ, and nothing has just happened.
    const fresh = known.moment === null && moment === null ? changed(known.items, items) : [];
    if (fresh.length > 0) {
      setBatch(batch + 1);
      setMarked(new Map([...marked, ...fresh.map((key): [string, number] => [key, batch + 1])]));
    }
  }
  useEffect(() => {
    if (batch === 0) return;
    // Not cleared by the next batch: in a busy swarm no mark would ever end.
    setTimeout(() => setMarked((marks) => without(marks, batch)), FLASH_MS);
  }, [batch]);
  return marked;
}

/** @returns the marks that came after a batch */
function without(marks: ReadonlyMap<string, number>, batch: number): ReadonlyMap<string, number> {
  const left = [...marks].filter(([, number]) => number > batch);
  return left.length === 0 ? NONE : new Map(left);
}
