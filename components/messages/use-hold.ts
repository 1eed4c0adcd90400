import { type RefObject, useEffect } from 'react';
import type { Hold } from './message-list-state';
import type { MessageListStore } from './message-list-store';

/** How long the pointer must be over the messages before they wait, in milliseconds: passing by holds nothing up. */
const HOVER_DELAY_MS = 400;

/**
 * Makes a list that follows wait while somebody is at it: text in it is selected, one of its rows has the focus, or the
 * pointer is over its rows. Rows that move on would take the text away under eye and hand.
 */
export function useHold(store: MessageListStore, scroller: RefObject<HTMLElement | null>): void {
  useEffect(() => {
    const view = scroller.current;
    if (!view) return;
    const pointer = new PointerRest(() => update());
    const update = () => store.hold(holdOf(view, pointer.isOver));
    const onPointerOver = ({ target, pointerType }: PointerEvent) => {
      // A finger leaves no pointer behind when it is lifted. What waits is announced over the rows: when that appears
      // under the pointer, the list still waits.
      const isOver = isInRow(view, target) || (pointer.isOver && isNewestButton(target));
      pointer.note(pointerType !== 'touch' && isOver);
    };
    const onPointerOut = ({ relatedTarget }: PointerEvent) => {
      if (relatedTarget === null) pointer.note(false);
    };
    const onFocusOut = ({ relatedTarget }: FocusEvent) => {
      // On the way from row to row nothing may move. When the window loses the focus, the row keeps it.
      if (!isInRow(view, relatedTarget)) update();
    };
    document.addEventListener('pointerover', onPointerOver);
    document.addEventListener('pointerout', onPointerOut);
    view.addEventListener('focusin', update);
    view.addEventListener('focusout', onFocusOut);
    document.addEventListener('selectionchange', update);
    return () => {
      document.removeEventListener('pointerover', onPointerOver);
      document.removeEventListener('pointerout', onPointerOut);
      view.removeEventListener('focusin', update);
      view.removeEventListener('focusout', onFocusOut);
      document.removeEventListener('selectionchange', update);
      pointer.note(false);
      store.hold(null);
    };
  }, [store, scroller]);
}

/** @returns why the list waits; the reason that lasts longest comes first */
function holdOf(view: Element, isPointed: boolean): Hold | null {
  if (selectsIn(view)) return 'selection';
  if (isInRow(view, document.activeElement)) return 'focus';
  return isPointed ? 'hover' : null;
}

function selectsIn(view: Element): boolean {
  const selection = document.getSelection();
  return selection !== null && !selection.isCollapsed && selection.containsNode(view, true);
}

function isInRow(view: Element, place: EventTarget | null): boolean {
  return place instanceof Element && view.contains(place) && place.closest('[data-seq]') !== null;
}

function isNewestButton(place: EventTarget | null): boolean {
  return place instanceof Element && place.closest('[data-newest]') !== null;
}

/**
 * Whether the pointer has been over the rows for a while. It counts from the first row on: in a list that follows, the
 * rows change under a pointer that rests.
 */
class PointerRest {
  readonly #onChange: () => void;
  #timer: ReturnType<typeof setTimeout> | undefined;
  isOver = false;

  constructor(onChange: () => void) {
    this.#onChange = onChange;
  }

  note(isInside: boolean): void {
    if (!isInside) {
      clearTimeout(this.#timer);
      this.#timer = undefined;
      this.#enter(false);
    } else if (!this.isOver) {
      this.#timer ??= setTimeout(() => this.#enter(true), HOVER_DELAY_MS);
    }
  }

  #enter(isOver: boolean): void {
    if (isOver === this.isOver) return;
    this.isOver = isOver;
    this.#onChange();
  }
}
