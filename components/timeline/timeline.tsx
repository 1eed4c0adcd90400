import { useEffect, useEffectEvent, useState } from 'react';
import type { Lanes } from '@/components/timeline/timeline-lanes';
import { TimelineView } from '@/components/timeline/timeline-view';
import { type TimelineState, useTimeline } from '@/components/timeline/use-timeline';
import { runningNow } from '@/lib/client/clock';
import { counted } from '@/lib/client/text';
import { milliseconds } from '@/lib/client/time';
import { LaneList } from './lane-list';
import { Legend, useLegendFits } from './legend';
import { MomentOffer } from './moment-offer';
import { Pointed } from './pointed';
import type { TimelineProps } from './timeline-props';
import { Toolbar } from './toolbar';
import { Tooltip } from './tooltip';
import { useSelection } from './use-selection';
import { useParts, useStage } from './use-stage';

/** Lanes of agents over time with their health, locks and messages. */
export function Timeline({ drawer, swarm, connection, address, change, goTo }: TimelineProps) {
  const at = milliseconds(address.at);
  const view = useView(address.span, at, (span) => change({ span }));
  const [pointed] = useState(() => new Pointed());
  const deafSince = connection === 'reconnecting' ? milliseconds(swarm.heardAt) : null;
  const [afterAgent, setAfterAgent] = useState<string | null>(null);
  const state = useTimeline(view, swarm, afterAgent, deafSince);
  const { selection, select, viewMoment, onEnter, clear } = useSelection(change, goTo);
  const legendFits = useLegendFits();
  const [legend, setLegend] = useState<boolean | null>(null);
  const showsLegend = legend ?? legendFits;
  const parts = useParts();
  const shown = { lanes: state.lanes ?? NOTHING, folding: drawer.folds, at, selected: selection?.at ?? null };
  const stage = useStage(parts, shown, { view, pointed, onClick: select, onView: viewMoment });
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
        legend={showsLegend}
        onLegend={setLegend}
      />
      <div
        className="relative flex min-h-0 flex-1 flex-col"
        data-lanes={lanes.length}
        data-loaded={state.lanes !== null}
      >
        <div className="timeline-axis border-line border-b">
          <div className="relative min-w-0 overflow-hidden">
            <div aria-hidden="true">
              <canvas ref={parts.axis} className="block cursor-ew-resize touch-none" />
            </div>
            <MomentOffer ref={parts.offer} selection={selection} onView={viewMoment} onDismiss={clear} />
          </div>
        </div>
        <Waiting loaded={state.lanes !== null} waiting={state.waiting} error={state.error} />
        <div ref={parts.scroller} className="timeline-lanes relative min-h-0 flex-1 overflow-y-auto overflow-x-hidden">
          <LaneList lanes={shown.lanes} pointed={pointed} stage={stage} view={view} onEnter={onEnter} change={change} />
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
      {showsLegend && <Legend />}
      <Tooltip ref={parts.tooltip} pointed={pointed} />
    </>
  );
}

interface WaitingProps {
  loaded: boolean;
  waiting: boolean;
  error: string | null;
}

/** States that the shown range is being loaded, or why nothing is drawn. */
function Waiting({ loaded, waiting, error }: WaitingProps) {
  if (!loaded) {
    return (
      <p role="status" className="absolute inset-x-0 top-6 z-10 p-4 text-muted">
        {error === null ? 'Loading the timeline…' : <span className="text-bad">{error} Retrying every 5 s.</span>}
      </p>
    );
  }
  return (
    <p
      role="status"
      className="pointer-events-none absolute top-7 right-2 z-10 rounded-sm bg-paper px-2 text-muted shadow-sm outline outline-line empty:hidden"
    >
      {waiting && 'Loading…'}
    </p>
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
    const made = new TimelineView({ now: runningNow, write: (text) => writeNow(text) });
    made.take(span, at);
    return made;
  });
  useEffect(() => view.take(span, at), [view, span, at]);
  useEffect(() => () => view.stop(), [view]);
  return view;
}
