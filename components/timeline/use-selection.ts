import { useState } from 'react';
import type { Thing } from '@/components/timeline/timeline-hit';
import { leadOf } from '@/components/timeline/timeline-words';
import { now } from '@/lib/client/clock';
import { isoOf } from '@/lib/client/spans';
import type { TimelineProps } from './timeline-props';
import { enterAction, type Selection, selectionOf } from './timeline-selection';

/**
 * The selected moment of a timeline.
 *
 * @returns the selection, and what a click (`select`), a double click or the offer (`viewMoment`), Enter, and Escape do
 */
export function useSelection(change: TimelineProps['change'], goTo: TimelineProps['goTo']) {
  const [selection, setSelection] = useState<Selection | null>(null);
  const select = (thing: Thing, at: number) => {
    const next = selectionOf(thing, at);
    setSelection(next);
    if (next?.isPlace) return;
    const { to, tab } = leadOf(thing, now());
    change(to, true);
    if (tab !== null) goTo(tab);
  };
  const viewMoment = (at: number) => {
    setSelection(null);
    change({ at: isoOf(at) }, true);
  };
  const onEnter = (thing: Thing) => {
    const action = enterAction(thing, selection);
    if ('view' in action) viewMoment(action.view);
    else select(action.select, action.select.at);
  };
  return { selection, select, viewMoment, onEnter, clear: () => setSelection(null) };
}
