import { type RefObject, useEffect, useEffectEvent, useRef, useState } from 'react';
import type { Thing } from '@/components/timeline/timeline-hit';
import type { Lanes } from '@/components/timeline/timeline-lanes';
import { TimelineView } from '@/components/timeline/timeline-view';
import { leadOf } from '@/components/timeline/timeline-words';
import { type TimelineState, useTimeline } from '@/components/timeline/use-timeline';
import { now } from '@/lib/client/clock';
import { counted } from '@/lib/client/text';
import { milliseconds } from '@/lib/client/time';
import { LaneList } from './lane-list';
import { Pointed } from './pointed';
import { Stage } from './stage';
import type { TimelineProps } from './timeline-props';
import { Toolbar } from './toolbar';
import { Tooltip } from './tooltip';

/** Lanes of agents over time with their health, locks and messages. */
export function Timeline({ drawer, swarm, connection, address, change, goTo }: TimelineProps) {
  const at = milliseconds(address.at);
  const view = useView(address.span, at, (span) => change({ span }));
  const [pointed] = useState(() => new Pointed());
  const deafSince = connection === 'reconnecting' ? milliseconds(swarm.heardAt) : null;
  const [afterAgent, setAfterAgent] = useState<string | null>(null);
  const state = useTimeline(view, swarm, afterAgent, deafSince);
  const follow = (thing: Thing) => {
    const { to, tab } = leadOf(thing, now());
    change(to, true);
    if (tab !== null) goTo(tab);
  };
  const parts = useParts();
  const shown = { lanes: state.lanes ?? NOTHING, folding: drawer.folds, at };
  const stage = useStage(parts, shown, { view, pointed, onClick: follow });
  const { lanes } = shown.lanes;

  return (
    <>
      <Toolbar
        view={view}
        pointed={pointed}
        stage={stage}
        error={state.error}
        folding={shown.folding}
        onFolding={drawer.setFolds}
      />
      <div className="flex min-h-0 flex-1 flex-col" data-lanes={lanes.length} data-loaded={state.lanes !== null}>
        <div className="timeline-axis border-line border-b">
          <div aria-hidden="true" className="min-w-0 overflow-hidden">
            <canvas ref={parts.axis} className="block cursor-ew-resize touch-none" />
          </div>
        </div>
        <div ref={parts.scroller} className="timeline-lanes relative min-h-0 flex-1 overflow-y-auto overflow-x-hidden">
          <LaneList lanes={shown.lanes} pointed={pointed} stage={stage} view={view} onFollow={follow} change={change} />
          <div className="relative min-w-0">
            <canvas ref={parts.lanes} role="img" aria-label={summaryOf(state)} className="block" />
            <div aria-hidden="true" className="absolute inset-0">
              <canvas ref={parts.overlay} data-timeline-overlay className="block cursor-crosshair touch-pan-y" />
            </div>
          </div>
          {state.lanes !== null && lanes.length === 0 && (
            <p className="absolute inset-0 p-4 text-muted">
              No agents or messages in this range. Zoom out or choose another range.
            </p>
          )}
        </div>
      </div>
      {(afterAgent !== null || state.nextAgent !== null) && (
        <MoreLanes count={lanes.length} after={afterAgent} next={state.nextAgent} onGo={setAfterAgent} />
      )}
      <Tooltip ref={parts.tooltip} pointed={pointed} />
    </>
  );
}

interface MoreLanesProps {
  count: number;
  /** The agent before the first shown lane. */
  after: string | null;
  /** The agent before the next part; null if there is none. */
  next: string | null;
  onGo: (after: string | null) => void;
}

/** States which part of the lanes is shown if not all fit, with buttons for the other parts. */
function MoreLanes({ count, after, next, onGo }: MoreLanesProps) {
  return (
    <p className="flex h-7 shrink-0 items-center gap-3 border-line border-t px-4 text-muted">
      <span>
        {after === null ? `The first ${counted(count, 'agent')}` : counted(count, 'agent')}, by name;{' '}
        {next === null ? 'these are the last.' : 'more are not shown.'}
      </span>
      {next !== null && (
        <button type="button" className="link" onClick={() => onGo(next)}>
          Show the next
        </button>
      )}
      {after !== null && (
        <button type="button" className="link" onClick={() => onGo(null)}>
          Back to the first
        </button>
      )}
    </p>
  );
}

const NOTHING: Lanes = { lanes: [], unknown: [], recordedSince: null, moments: [], known: { since: 0, until: 0 } };

function summaryOf({ lanes, totals }: TimelineState): string {
  if (lanes === null || totals === null) return 'Timeline, not loaded yet';
  const { messages, lock_spans } = totals;
  return `Timeline of ${counted(lanes.lanes.length, 'agent')} with ${counted(messages, 'message')} and ${counted(lock_spans, 'lock')}; its lanes can be walked by arrow keys`;
}

/** The visible time range, which follows the address and writes to it. */
function useView(span: string | null, at: number | null, write: (span: string) => void): TimelineView {
  const writeNow = useEffectEvent(write);
  const [view] = useState(() => {
    const made = new TimelineView({ now, write: (text) => writeNow(text) });
    made.take(span, at);
    return made;
  });
  useEffect(() => view.take(span, at), [view, span, at]);
  useEffect(() => () => view.stop(), [view]);
  return view;
}

interface Parts {
  scroller: RefObject<HTMLDivElement | null>;
  axis: RefObject<HTMLCanvasElement | null>;
  lanes: RefObject<HTMLCanvasElement | null>;
  overlay: RefObject<HTMLCanvasElement | null>;
  tooltip: RefObject<HTMLDivElement | null>;
}

function useParts(): Parts {
  return {
    scroller: useRef<HTMLDivElement>(null),
    axis: useRef<HTMLCanvasElement>(null),
    lanes: useRef<HTMLCanvasElement>(null),
    overlay: useRef<HTMLCanvasElement>(null),
    tooltip: useRef<HTMLDivElement>(null),
  };
}

type StageOptions = ConstructorParameters<typeof Stage>[2];

/** @returns the stage that draws the canvases; its `current` is null before the first render */
function useStage(parts: Parts, shown: ConstructorParameters<typeof Stage>[1], options: StageOptions) {
  const stage = useRef<Stage | null>(null);
  const { view, pointed, onClick } = options;
  const click = useEffectEvent(onClick);
  const start = useEffectEvent(() => {
    const { scroller, axis, lanes, overlay, tooltip } = parts;
    if (!scroller.current || !axis.current || !lanes.current || !overlay.current || !tooltip.current) return;
    const elements = {
      scroller: scroller.current,
      axis: axis.current,
      lanes: lanes.current,
      overlay: overlay.current,
      tooltip: tooltip.current,
    };
    stage.current = new Stage(elements, shown, { view, pointed, onClick: (thing) => click(thing) });
  });
  useEffect(() => {
    start();
    return () => {
      stage.current?.stop();
      stage.current = null;
    };
  }, []);
  const { lanes, folding, at } = shown;
  useEffect(() => stage.current?.show({ lanes, folding, at }), [lanes, folding, at]);
  return stage;
}
