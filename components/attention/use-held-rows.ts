import { type PointerEventHandler, useState } from 'react';
import { type HeldRow, holdRows } from '@/components/attention/held-rows';

interface HeldRows<Row> {
  rows: readonly HeldRow<Row>[];
  /** For the element whose rows are held. */
  handlers: { onPointerEnter: PointerEventHandler; onPointerLeave: PointerEventHandler };
}

/** Keeps rows in place while the mouse is over them, so that a click never hits a row that was not there before. */
export function useHeldRows<Row extends { key: string }>(rows: readonly Row[]): HeldRows<Row> {
  const [isHeld, setHeld] = useState(false);
  const [places, setPlaces] = useState<readonly string[]>(() => rows.map(({ key }) => key));
  const held = holdRows(isHeld ? places : [], rows);
  if (held.length !== places.length || held.some(({ key }, index) => key !== places[index])) {
    setPlaces(held.map(({ key }) => key));
  }
  return {
    rows: held,
    handlers: {
      // A finger or pen rests nowhere: it has left before anything could move.
      onPointerEnter: ({ pointerType }) => setHeld(pointerType === 'mouse'),
      onPointerLeave: () => setHeld(false),
    },
  };
}
