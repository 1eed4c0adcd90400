import { type KeyboardEvent, type PointerEvent, useRef } from 'react';

const STEP = 16;
const LARGE_STEP = 96;

interface SeparatorProps {
  label: string;
  /** The id of what it makes larger and smaller. */
  controls: string;
  /** `x` for a line between what stands side by side, `y` for one between what stands one above the other. */
  axis: 'x' | 'y';
  /** 1 where a move to the right or down makes larger, -1 where it makes smaller. */
  outward: 1 | -1;
  /** What was chosen, in CSS pixels. */
  size: number;
  least: number;
  /** The size that a double click brings back. */
  usual: number;
  /** The size in force, which a small window may hold below the chosen one. */
  drawn: (separator: HTMLElement) => number;
  most: (separator: HTMLElement) => number;
  onResize: (size: number) => void;
  /** Enter was pressed, or the line was dragged to less than half of the least size. */
  onCollapse: () => void;
  title: string;
  className: string;
}

/** A line that is dragged, or moved by arrow keys, to make a part of the page larger or smaller. */
export function Separator(props: SeparatorProps) {
  const { label, controls, axis, outward, size, least, usual, drawn, most, onResize, onCollapse, title } = props;
  const drag = useRef<{ from: number; size: number } | null>(null);
  const pointerPlace = (event: PointerEvent) => (axis === 'x' ? event.clientX : event.clientY);
  const resize = (separator: HTMLElement, next: number) =>
    onResize(Math.round(Math.max(least, Math.min(next, most(separator)))));
  const onPointerDown = (event: PointerEvent<HTMLElement>) => {
    event.currentTarget.setPointerCapture(event.pointerId);
    drag.current = { from: pointerPlace(event), size: drawn(event.currentTarget) };
  };
  const onPointerMove = (event: PointerEvent<HTMLElement>) => {
    if (drag.current === null) return;
    const next = drag.current.size + outward * (pointerPlace(event) - drag.current.from);
    if (next >= least / 2) return resize(event.currentTarget, next);
    drag.current = null;
    onCollapse();
  };
  const [further, back] = axis === 'x' ? ['ArrowRight', 'ArrowLeft'] : ['ArrowDown', 'ArrowUp'];
  const onKeyDown = (event: KeyboardEvent<HTMLElement>) => {
    const separator = event.currentTarget;
    const step = outward * (event.shiftKey ? LARGE_STEP : STEP);
    if (event.key === further) resize(separator, drawn(separator) + step);
    else if (event.key === back) resize(separator, drawn(separator) - step);
    else if (event.key === 'Home') resize(separator, least);
    else if (event.key === 'End') resize(separator, most(separator));
    else if (event.key === 'Enter') onCollapse();
    else return;
    event.preventDefault();
  };
  return (
    // biome-ignore lint/a11y/useSemanticElements: <hr> takes neither focus nor a value
    <div
      role="separator"
      tabIndex={0}
      aria-label={label}
      aria-orientation={axis === 'x' ? 'vertical' : 'horizontal'}
      aria-controls={controls}
      aria-valuenow={size}
      aria-valuemin={least}
      aria-valuetext={`${size} pixels`}
      title={title}
      onPointerDown={onPointerDown}
      onPointerMove={onPointerMove}
      onLostPointerCapture={() => {
        drag.current = null;
      }}
      onDoubleClick={(event) => resize(event.currentTarget, usual)}
      onKeyDown={onKeyDown}
      className={`${props.className} max-md:hidden`}
    />
  );
}
