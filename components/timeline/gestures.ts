/** Turns wheel, drag, pinch and keys over a timeline into changes of its time range. */
import type { TimeSpan } from '@/lib/contract/time-span';

/** The actions of gestures; places are CSS pixels from the left edge of the scale. */
export interface Moves {
  /** Shows `1 / factor` of the time; the moment at `x` stays in place. */
  zoom: (factor: number, x: number) => void;
  /** Starts a drag at places, one for each finger. */
  hold: (places: readonly number[]) => void;
  /** Moves the dragged moments to the current places of the fingers. */
  drag: (places: readonly number[]) => void;
  pan: (pixels: number) => void;
  /** The pointer has moved; null if it has left. */
  point: (place: { x: number; y: number } | null) => void;
  /** `touch` if nothing was pointed at before: a finger does not hover. */
  click: (place: { x: number; y: number }, touch: boolean) => void;
  /** The second click of a double click, after both calls of `click`. */
  doubleClick: (place: { x: number; y: number }) => void;
}

const LINE = 16;
const DRAGS_FROM = 4;
const ZOOM_PER_PIXEL = 1.0022;

/**
 * Listens for gestures on the lanes and the axis until the returned function is called.
 *
 * @param lanes where the wheel scrolls the lanes and the page, unless Ctrl or Shift is held
 * @param axis where the wheel zooms
 */
export function listen(lanes: HTMLElement, axis: HTMLElement, moves: Moves): () => void {
  const controller = new AbortController();
  const { signal } = controller;
  const onWheel = (event: WheelEvent) => wheel(event, axis, moves);
  for (const place of [lanes, axis]) {
    // Not passive: a wheel event that zooms the timeline must not scroll or zoom the page.
    place.addEventListener('wheel', onWheel, { passive: false, signal });
    listenToPointers(place, moves, signal);
  }
  return () => controller.abort();
}

function wheel(event: WheelEvent, axis: HTMLElement, { zoom, pan }: Moves): void {
  const unit = event.deltaMode === WheelEvent.DOM_DELTA_LINE ? LINE : 1;
  const { left } = axis.getBoundingClientRect();
  const x = event.clientX - left;
  const zooms = event.ctrlKey || event.metaKey || event.currentTarget === axis;
  const sideways = Math.abs(event.deltaX) > Math.abs(event.deltaY);
  if (sideways) pan(event.deltaX * unit);
  else if (event.shiftKey) pan(event.deltaY * unit);
  else if (zooms) zoom(ZOOM_PER_PIXEL ** -(event.deltaY * unit), x);
  else return;
  event.preventDefault();
}

function listenToPointers(place: HTMLElement, moves: Moves, signal: AbortSignal): void {
  const held = new Map<number, { x: number; y: number }>();
  let from: { x: number; y: number } | null = null;
  let dragging = false;
  let touched = false;
  const eventPlace = (event: MouseEvent) => {
    const box = place.getBoundingClientRect();
    return { x: event.clientX - box.left, y: event.clientY - box.top };
  };
  const places = () => [...held.values()].map(({ x }) => x);
  const release = (event: PointerEvent) => {
    held.delete(event.pointerId);
    if (held.size > 0) moves.hold(places());
  };
  place.addEventListener(
    'pointerdown',
    (event) => {
      if (event.button !== 0) return;
      if (held.size === 0) [from, dragging] = [eventPlace(event), false];
      held.set(event.pointerId, eventPlace(event));
      place.setPointerCapture(event.pointerId);
      if (held.size > 1) dragging = true;
      moves.hold(places());
    },
    { signal },
  );
  place.addEventListener(
    'pointermove',
    (event) => {
      const at = eventPlace(event);
      if (!held.has(event.pointerId)) {
        moves.point(at);
        return;
      }
      held.set(event.pointerId, at);
      dragging ||= Math.abs(at.x - (from?.x ?? at.x)) >= DRAGS_FROM;
      if (!dragging) return;
      moves.point(null);
      moves.drag(places());
    },
    { signal },
  );
  place.addEventListener(
    'pointerup',
    (event) => {
      touched = event.pointerType === 'touch';
      release(event);
    },
    { signal },
  );
  // Not when the finger leaves: the browser's click would then hit the content that the followed link has shown there.
  place.addEventListener('click', (event) => dragging || moves.click(eventPlace(event), touched), { signal });
  place.addEventListener('dblclick', (event) => dragging || moves.doubleClick(eventPlace(event)), { signal });
  place.addEventListener('pointercancel', release, { signal });
  place.addEventListener(
    'pointerleave',
    (event) => {
      // The tooltip of a touched thing stays after the finger has left.
      if (!held.has(event.pointerId) && event.pointerType !== 'touch') moves.point(null);
    },
    { signal },
  );
}

/** @returns the span in which two dragged moments are at two places */
export function pinched(
  moments: readonly [number, number],
  places: readonly [number, number],
  width: number,
): TimeSpan {
  const apart = Math.max(8, Math.abs(places[1] - places[0]));
  const length = (Math.abs(moments[1] - moments[0]) / apart) * width;
  const since = Math.min(...moments) - (Math.min(...places) / width) * length;
  return { since, until: since + length };
}
