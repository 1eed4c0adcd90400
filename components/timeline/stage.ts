/** The canvases of a timeline: sizes, themes, gestures and redraws. Nothing here makes React render. */

import { type LaneShape, shapeOf, type Thing, thingAt } from '@/components/timeline/timeline-hit';
import type { Lanes } from '@/components/timeline/timeline-lanes';
import { idleStretches, makeScale, type Scale, spanWith, timeAt, xOf } from '@/components/timeline/timeline-scale';
import type { TimelineView } from '@/components/timeline/timeline-view';
import { runningNow, subscribe as subscribeToClock } from '@/lib/client/clock';
import { onThemeChange } from '@/lib/client/theme-change';
import type { TimeSpan } from '@/lib/contract/time-span';

import { draw, hatchOf, resize } from './canvas';
import { type Colours, readColours } from './colours';
import { AXIS_HEIGHT, drawAxis, drawOverlay } from './draw-axis';
import { drawLanes } from './draw-lanes';
import { listen, type Moves, pinched } from './gestures';
import type { Pointed } from './pointed';

const MIN_LANE_HEIGHT = 22;
const MAX_LANE_HEIGHT = 52;
const FONT_SIZE = 11;
/** The maximum distance of a second touch that follows the first one's thing, in CSS pixels. */
const FINGER = 24;

export interface StageElements {
  /** The element that scrolls the lanes; its style `--lane` is set to the height of a lane. */
  scroller: HTMLElement;
  axis: HTMLCanvasElement;
  lanes: HTMLCanvasElement;
  overlay: HTMLCanvasElement;
  tooltip: HTMLElement;
  /** Stays beside the selected moment. */
  offer: HTMLElement;
}

export interface Shown {
  lanes: Lanes;
  /** Idle stretches are drawn as breaks. */
  folding: boolean;
  /** The past moment that the page shows; null for the present. */
  at: number | null;
  /** The selected moment; null for none. */
  selected: number | null;
}

interface StageOptions {
  view: TimelineView;
  pointed: Pointed;
  /** A thing was clicked at a moment. */
  onClick: (thing: Thing, at: number) => void;
  /** A moment was double-clicked. */
  onView: (at: number) => void;
}

/** Draws a timeline into its elements until `stop` is called. */
export class Stage {
  readonly #elements: StageElements;
  readonly #options: StageOptions;
  readonly #endings: (() => void)[];
  #shown: Shown;
  #colours: Colours;
  #hatch: CanvasPattern | null = null;
  #font = '';
  #shape: LaneShape = shapeOf(MIN_LANE_HEIGHT);
  #width = 0;
  #frame: number | undefined;
  /** The lanes must be redrawn, not only their overlay. */
  #stale = true;
  #place: { x: number; y: number } | null = null;
  /** Kept apart from the pointer: browsers also report mouse events at a touched place. */
  #touched: { x: number; y: number; kind: Thing['kind'] } | null = null;
  #held: { moments: number[]; length: number } = { moments: [], length: 0 };
  #idle: { moments: readonly number[]; length: number; until: number; stretches: TimeSpan[] } | null = null;

  constructor(elements: StageElements, shown: Shown, options: StageOptions) {
    this.#elements = elements;
    this.#options = options;
    this.#shown = shown;
    this.#colours = readColours(elements.tooltip);
    const resized = new ResizeObserver(() => this.#measure());
    resized.observe(elements.scroller);
    resized.observe(elements.axis.parentElement ?? elements.axis);
    const onScroll = () => this.#draw(true);
    elements.scroller.addEventListener('scroll', onScroll, { passive: true });
    this.#endings = [
      () => resized.disconnect(),
      () => elements.scroller.removeEventListener('scroll', onScroll),
      onThemeChange(() => this.#paint()),
      options.view.subscribe(() => this.#draw(true)),
      options.pointed.subscribe(() => this.#draw(false)),
      subscribeToClock(() => options.view.follows && this.#draw(true)),
      listen(elements.overlay, elements.axis, this.#moves()),
    ];
    this.#paint();
    this.#measure();
  }

  /** Draws different lanes from now on. */
  show(shown: Shown): void {
    const again = shown.lanes.lanes.length !== this.#shown.lanes.lanes.length;
    this.#shown = shown;
    if (again) this.#measure();
    else this.#draw(true);
  }

  /** The scale of the span in view, at this moment. */
  scale(): Scale {
    return this.#scaleOf(this.#options.view.read());
  }

  /** Zooms at the pointed thing, else at the right edge while that is the present, else in the middle. */
  zoom(factor: number): void {
    const { view, pointed } = this.#options;
    const scale = this.scale();
    const middle = view.follows ? scale.width : scale.width / 2;
    const x = pointed.thing === null ? middle : xWithin(scale, pointed.thing.at);
    this.#zoomAt(factor, x);
  }

  /** Moves by a fraction of the visible time. */
  pan(part: number): void {
    this.#panBy(this.#width * part);
  }

  stop(): void {
    if (this.#frame !== undefined) cancelAnimationFrame(this.#frame);
    for (const end of this.#endings) end();
  }

  #scaleOf = (span: TimeSpan): Scale => makeScale(span, this.#width, this.#folds(span));

  #folds({ since, until }: TimeSpan): TimeSpan[] {
    if (!this.#shown.folding) return [];
    const { moments, known } = this.#shown.lanes;
    const length = until - since;
    const end = this.#options.view.follows ? runningNow() : known.until;
    const { moments: before, length: lengthBefore, until: last, stretches } = this.#idle ?? {};
    if (stretches && before === moments && lengthBefore === length && last === end) return stretches;
    const found = idleStretches(moments, { since: known.since, until: end }, length);
    this.#idle = { moments, length, until: end, stretches: found };
    return found;
  }

  #zoomAt(factor: number, x: number): void {
    const scale = this.scale();
    const length = (scale.span.until - scale.span.since) / factor;
    this.#options.view.move(spanWith(timeAt(scale, x), x, length, this.#scaleOf));
  }

  #panBy(pixels: number): void {
    const scale = this.scale();
    const middle = scale.width / 2;
    const length = scale.span.until - scale.span.since;
    this.#options.view.move(spanWith(timeAt(scale, middle), middle - pixels, length, this.#scaleOf));
  }

  #moves(): Moves {
    const { view, onClick, onView } = this.#options;
    return {
      zoom: (factor, x) => this.#zoomAt(factor, x),
      pan: (pixels) => this.#panBy(pixels),
      hold: (places) => {
        const scale = this.scale();
        const { since, until } = scale.span;
        this.#held = { moments: places.map((x) => timeAt(scale, x)), length: until - since };
      },
      drag: ([x, other]) => {
        const { moments, length } = this.#held;
        const [first, second] = moments;
        if (x === undefined || first === undefined) return;
        if (other !== undefined && second !== undefined) view.move(pinched([first, second], [x, other], this.#width));
        else view.move(spanWith(first, x, length, this.#scaleOf));
      },
      point: (place) => this.#point(place),
      click: (place, touch) => {
        const thing = this.#thingAt(place);
        // A touched place leads nowhere, so that its first touch may select it.
        const follows = thing && (!touch || isPlace(thing) || this.#isSecondTouch(place, thing));
        if (follows) onClick(thing, this.#momentOf(thing, place.x));
        if (!follows || touch) this.#point(place);
      },
      doubleClick: (place) => {
        const thing = this.#thingAt(place);
        if (thing) onView(this.#momentOf(thing, place.x));
      },
    };
  }

  /** The first touch shows the thing's words, the second follows its link. */
  #isSecondTouch(place: { x: number; y: number }, { kind }: Thing): boolean {
    const before = this.#touched;
    this.#touched = { ...place, kind };
    return before?.kind === kind && Math.hypot(before.x - place.x, before.y - place.y) < FINGER;
  }

  /** The moment of a thing that has one; of one that lasts, the moment at the pointer. */
  #momentOf(thing: Thing, x: number): number {
    return thing.kind === 'messages' || thing.kind === 'life' ? thing.at : timeAt(this.scale(), x);
  }

  #thingAt({ x, y }: { x: number; y: number }): Thing | null {
    const scale = this.scale();
    if (y < 0 && x >= 0 && x <= scale.width) return { kind: 'moment', agent: '', at: timeAt(scale, x) };
    return thingAt(this.#shown.lanes, scale, this.#shape, x, y);
  }

  #point(place: { x: number; y: number } | null): void {
    const { pointed } = this.#options;
    this.#place = place;
    if (place === null && pointed.byKeys) return;
    pointed.set(place && this.#thingAt(place));
    this.#draw(false);
  }

  #paint(): void {
    const { tooltip, lanes } = this.#elements;
    this.#colours = readColours(tooltip);
    this.#font = `${FONT_SIZE}px ${getComputedStyle(tooltip).fontFamily}`;
    this.#hatch = hatchOf(lanes, this.#colours.muted);
    this.#draw(true);
  }

  #measure(): void {
    const { scroller, axis, lanes, overlay } = this.#elements;
    const count = this.#shown.lanes.lanes.length;
    const room = Math.floor(scroller.clientHeight / Math.max(1, count));
    const height = Math.min(MAX_LANE_HEIGHT, Math.max(MIN_LANE_HEIGHT, room));
    this.#shape = shapeOf(height);
    scroller.style.setProperty('--lane', `${height}px`);
    this.#width = overlay.parentElement?.clientWidth ?? 0;
    resize(axis, this.#width, AXIS_HEIGHT);
    resize(lanes, this.#width, count * height);
    resize(overlay, this.#width, count * height);
    this.#draw(true);
  }

  #draw(lanesToo: boolean): void {
    this.#stale ||= lanesToo;
    this.#frame ??= requestAnimationFrame(() => this.#drawNow());
  }

  #drawNow(): void {
    this.#frame = undefined;
    if (this.#width === 0) return;
    const { scroller, axis, lanes, overlay } = this.#elements;
    const shared = {
      scale: this.scale(),
      colours: this.#colours,
      shape: this.#shape,
      font: this.#font,
      now: runningNow(),
    };
    const { at, selected } = this.#shown;
    if (this.#stale) {
      this.#stale = false;
      const from = Math.floor(scroller.scrollTop / this.#shape.height);
      const to = Math.ceil((scroller.scrollTop + scroller.clientHeight) / this.#shape.height);
      draw(lanes, (context) =>
        drawLanes(context, { ...shared, lanes: this.#shown.lanes, hatch: this.#hatch, from, to }),
      );
      draw(axis, (context) => drawAxis(context, { ...shared, at }));
      // After a move, a different thing may be under a resting pointer.
      if (this.#place && !this.#options.pointed.byKeys) this.#options.pointed.set(this.#thingAt(this.#place));
    }
    const { thing } = this.#options.pointed;
    const height = this.#shown.lanes.lanes.length * this.#shape.height;
    const { lanes: drawn } = this.#shown;
    draw(overlay, (context) => drawOverlay(context, { ...shared, lanes: drawn, at, selected, thing, height }));
    this.#placeTooltip(shared.scale, thing);
    if (selected !== null) this.#placeOffer(xWithin(shared.scale, selected));
  }

  #placeOffer(x: number): void {
    const { offer } = this.#elements;
    const left = Math.min(this.#width - offer.offsetWidth, Math.max(0, x - offer.offsetWidth / 2));
    offer.style.transform = `translateX(${Math.round(Math.max(0, left))}px)`;
  }

  /** Places the tooltip beside the pointed thing, always in view. */
  #placeTooltip(scale: Scale, thing: Thing | null): void {
    const { tooltip, overlay, axis } = this.#elements;
    if (thing === null) return;
    const lanes = overlay.getBoundingClientRect();
    const index = this.#shown.lanes.lanes.findIndex(({ agent }) => agent === thing.agent);
    const x = lanes.left + (this.#place?.x ?? xWithin(scale, thing.at));
    const top = index === -1 ? axis.getBoundingClientRect().top : lanes.top + index * this.#shape.height;
    const left = x + 14 + tooltip.offsetWidth > window.innerWidth - 8 ? x - 14 - tooltip.offsetWidth : x + 14;
    const above = top - tooltip.offsetHeight - 6;
    const below = top + this.#shape.height + 6;
    const fits = below + tooltip.offsetHeight < window.innerHeight - 8;
    // The offer to view the selected moment is above the lanes.
    const isBelow = fits && (above < 8 || this.#shown.selected !== null);
    tooltip.style.transform = `translate(${Math.max(8, left)}px, ${isBelow ? below : Math.max(8, above)}px)`;
  }
}

function isPlace({ kind }: Thing): boolean {
  return kind === 'place' || kind === 'moment';
}

/** The place of a moment, or the edge beyond which it is. */
function xWithin(scale: Scale, time: number): number {
  return Math.min(scale.width, Math.max(0, xOf(scale, time)));
}
