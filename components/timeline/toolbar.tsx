import { type RefObject, useSyncExternalStore } from 'react';
import type { TimelineView } from '@/components/timeline/timeline-view';
import { spanWords, thingWords } from '@/components/timeline/timeline-words';
import { now, subscribe } from '@/lib/client/clock';
import { IconButton } from '../ui/icon-button';
import { Info } from '../ui/icons';
import { FoldHorizontal, ZoomIn, ZoomOut } from '../ui/more-icons';
import { useZone } from '../ui/time';
import { type Pointed, usePointed } from './pointed';
import { Presets } from './presets';
import type { Stage } from './stage';

const ZOOM = 1.6;

interface ToolbarProps {
  view: TimelineView;
  pointed: Pointed;
  stage: RefObject<Stage | null>;
  error: string | null;
  folding: boolean;
  onFolding: (on: boolean) => void;
  legend: boolean;
  onLegend: (on: boolean) => void;
}

/** The length of the shown range, the thing at the cursor in words, and buttons to move and zoom. */
export function Toolbar({ view, pointed, stage, error, folding, onFolding, legend, onLegend }: ToolbarProps) {
  // A text, so that only another preset renders this again, and not each step of a drag.
  const state = useSyncExternalStore(
    (listener) => view.subscribe(listener),
    () => `${view.preset} ${view.follows}`,
    () => 'null true',
  );
  return (
    <div className="flex h-8 shrink-0 items-center gap-3 border-line border-b px-2 max-md:h-10" data-view={state}>
      <Presets preset={view.preset} onPreset={(preset) => view.choose(preset)} />
      {view.preset === null && <SpanWords view={view} />}
      <PointedWords pointed={pointed} error={error} />
      <div className="ml-auto flex shrink-0 items-center">
        {!view.follows && (
          <button type="button" className="quiet-button" onClick={() => view.goToNow()} title="Go to now (End)">
            Now
          </button>
        )}
        <IconButton label="Legend" icon={Info} pressed={legend} onClick={() => onLegend(!legend)} />
        <IconButton
          label="Fold idle time"
          icon={FoldHorizontal}
          pressed={folding}
          onClick={() => onFolding(!folding)}
        />
        <IconButton label="Show more time" keys="-" icon={ZoomOut} onClick={() => stage.current?.zoom(1 / ZOOM)} />
        <IconButton label="Show less time" keys="+" icon={ZoomIn} onClick={() => stage.current?.zoom(ZOOM)} />
      </div>
    </div>
  );
}

/** The visible time range by its two ends, unless it is a preset. */
function SpanWords({ view }: { view: TimelineView }) {
  const zone = useZone();
  const text = useSyncExternalStore(
    (listener) => {
      const endings = [view.subscribe(listener), subscribe(listener)];
      return () => {
        for (const end of endings) end();
      };
    },
    () => spanWords(view.read(), now(), zone),
    () => '',
  );
  return <p className="shrink-0 whitespace-nowrap font-medium max-md:hidden">{text}</p>;
}

function PointedWords({ pointed, error }: { pointed: Pointed; error: string | null }) {
  const thing = usePointed(pointed);
  return (
    <>
      <p role="status" data-words className="min-w-0 flex-1 truncate text-muted max-md:hidden">
        {thing !== null && <span className="text-ink">{thingWords(thing, now())}</span>}
        {thing === null && error !== null && <span className="text-bad">{error}</span>}
      </p>
      {thing === null && error === null && (
        <p className="shrink-0 whitespace-nowrap text-muted max-xl:hidden">
          Drag to move · <kbd className="kbd">Ctrl</kbd> + wheel to zoom · double click to view a moment
        </p>
      )}
    </>
  );
}
