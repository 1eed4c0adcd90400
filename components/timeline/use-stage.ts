import { type RefObject, useEffect, useEffectEvent, useRef } from 'react';
import { Stage, type StageElements } from './stage';

/** The elements of a timeline that its stage draws into or moves. */
interface Parts {
  scroller: RefObject<HTMLDivElement | null>;
  axis: RefObject<HTMLCanvasElement | null>;
  lanes: RefObject<HTMLCanvasElement | null>;
  overlay: RefObject<HTMLCanvasElement | null>;
  tooltip: RefObject<HTMLDivElement | null>;
  offer: RefObject<HTMLDivElement | null>;
}

/** @returns references for the elements of a stage */
export function useParts(): Parts {
  return {
    scroller: useRef<HTMLDivElement>(null),
    axis: useRef<HTMLCanvasElement>(null),
    lanes: useRef<HTMLCanvasElement>(null),
    overlay: useRef<HTMLCanvasElement>(null),
    tooltip: useRef<HTMLDivElement>(null),
    offer: useRef<HTMLDivElement>(null),
  };
}

type StageOptions = ConstructorParameters<typeof Stage>[2];

/** @returns the stage that draws the canvases; its `current` is null before the first render */
export function useStage(parts: Parts, shown: ConstructorParameters<typeof Stage>[1], options: StageOptions) {
  const stage = useRef<Stage | null>(null);
  const { view, pointed, onClick, onView } = options;
  const click = useEffectEvent(onClick);
  const viewMoment = useEffectEvent(onView);
  const start = useEffectEvent(() => {
    const elements = mounted(parts);
    if (elements === null) return;
    stage.current = new Stage(elements, shown, {
      view,
      pointed,
      onClick: (thing, at) => click(thing, at),
      onView: (at) => viewMoment(at),
    });
  });
  useEffect(() => {
    start();
    return () => {
      stage.current?.stop();
      stage.current = null;
    };
  }, []);
  const { lanes, folding, at, selected } = shown;
  useEffect(() => stage.current?.show({ lanes, folding, at, selected }), [lanes, folding, at, selected]);
  return stage;
}

/** @returns the elements of the stage; null before they are mounted */
function mounted(parts: Parts): StageElements | null {
  const scroller = parts.scroller.current;
  const axis = parts.axis.current;
  const lanes = parts.lanes.current;
  const overlay = parts.overlay.current;
  const tooltip = parts.tooltip.current;
  const offer = parts.offer.current;
  if (!(scroller && axis && lanes && overlay && tooltip && offer)) return null;
  return { scroller, axis, lanes, overlay, tooltip, offer };
}
