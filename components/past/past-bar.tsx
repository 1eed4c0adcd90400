import {
  type KeyboardEvent,
  type MouseEvent,
  type ReactNode,
  useEffect,
  useLayoutEffect,
  useRef,
  useState,
  useSyncExternalStore,
} from 'react';
import { type PastPlayer, type PastView, SPEEDS } from '@/components/past/past-player';
import { type Address, formatAddress } from '@/lib/client/address';
import { HOME } from '@/lib/client/base-path';
import { exactNow, subscribe } from '@/lib/client/clock';
import { choiceQuery } from '@/lib/client/message-filter';
import { formatMoment } from '@/lib/client/moments';
import { keyStep, SCALES, type Scale, sliderRange, unknownSentence } from '@/lib/client/past-controls';
import { useShortcut } from '@/lib/client/shortcuts';
import { absoluteTime, milliseconds, relativeTime } from '@/lib/client/time';
import type { BundleInfo } from '@/lib/contract/bundle-schemas';
import type { UnknownSpan } from '@/lib/contract/past-schemas';
import type { TimeSpan } from '@/lib/contract/time-span';
import { Choice } from '../ui/choice';
import { IconButton } from '../ui/icon-button';
import { History, Pause, Play } from '../ui/icons';
import { Package, Radio } from '../ui/more-icons';
import { FullTime, Sentence, useZone } from '../ui/time';
import { MomentField } from './moment-field';
import { StepButtons } from './step-buttons';

interface PastBarProps {
  view: PastView;
  player: PastPlayer;
  address: Address;
  /** The exported time range that is open instead of a swarm; null for a swarm. */
  bundle: BundleInfo | null;
  /** When the server rendered the page, in milliseconds. */
  renderedAt: number;
  onExport: () => void;
  /** The bar was opened by a command: the focus goes to its slider, then `onFocus` is called. */
  takesFocus: boolean;
  onFocus: () => void;
}

const SCALE_NAMES: Record<Scale, string> = { all: 'all', day: 'the day', hour: 'the hour' };
const HOUR = 3_600_000;

/** The bar shown at a past moment: the moment, what is not known about it, and the controls that move through time. */
export function PastBar({ view, player, address, bundle, renderedAt, onExport, ...focus }: PastBarProps) {
  const { wanted, shown, fault } = view;
  const moment = wanted ?? renderedAt;
  const chosen = address.agent ?? address.message ?? address.lock ?? (choiceQuery(address) || null);
  useShortcut('l', bundle ? 'Go to the end of the time range' : 'Back to live', () => player.back(), PAST);
  useShortcut('Escape', 'Back to live', () => player.back(), {
    ...PAST,
    inPalette: false,
    // Escape first clears the selection. It never closes the drawer, which is a part of the page.
    enabled: bundle === null && chosen === null,
  });
  const section = useFocusBack();
  const [scale, setScale] = useState<Scale>('all');
  const latest = useLatest(bundle, renderedAt);
  const knownSince = milliseconds(shown?.known_since) ?? moment - HOUR;
  const known = { since: Math.min(knownSince, moment), until: latest };
  const onKeyDown = (event: KeyboardEvent) => {
    const plain =
      !(event.target instanceof Element) || !event.target.closest('button, a, select, [type="datetime-local"]');
    if (event.key !== ' ' || !plain) return;
    event.preventDefault();
    toggle(view, player);
  };
  return (
    <section
      ref={section}
      aria-label="Time"
      onKeyDown={onKeyDown}
      className="past-bar shrink-0 border-warn/40 border-b px-4 py-1"
    >
      <div className="flex flex-wrap items-center gap-x-3 gap-y-1">
        <History className="size-4 shrink-0 text-warn max-md:hidden" />
        <p className="flex min-w-0 items-baseline gap-2 max-md:flex-1">
          <span className="font-semibold text-warn">{bundle ? 'Recorded' : 'Past'}</span>
          <span className="whitespace-nowrap font-medium">
            <FullTime instant={formatMoment(moment)} />
          </span>
          {bundle === null && <Ago moment={moment} renderedAt={renderedAt} />}
        </p>
        <div className="past-controls flex min-w-0 flex-1 basis-96 flex-wrap items-center gap-x-3 gap-y-1 max-md:order-last max-md:basis-full">
          <PlayButtons view={view} player={player} />
          <StepButtons moment={moment} player={player} />
          <Slider moment={moment} range={sliderRange(moment, known, scale)} player={player} {...focus} />
          <Choice label="Slide over" choices={SCALES} names={SCALE_NAMES} value={scale} onChange={setScale} />
          <MomentField moment={moment} onGo={(to) => player.goTo(to)} />
          <IconButton label="Export this time range" icon={Package} onClick={onExport} />
        </div>
        {bundle === null && <BackToLive address={address} player={player} />}
      </div>
      {bundle && <BundleNote bundle={bundle} />}
      <Notes unknown={shown?.unknown ?? []}>
        {fault !== null && (
          <>
            {fault} {shown === null ? 'The page shows the present.' : 'The last loaded moment is shown.'}
          </>
        )}
      </Notes>
    </section>
  );
}

/** The label of the button that opens the bar. */
const ENTRY = 'Go to a moment';

/** Moves the focus to the button that opens the bar when the bar disappears with the focus inside. */
function useFocusBack() {
  const section = useRef<HTMLElement>(null);
  useLayoutEffect(() => {
    const bar = section.current;
    return () => {
      if (!bar?.contains(document.activeElement)) return;
      document.querySelector<HTMLElement>(`button[aria-label="${ENTRY}"]`)?.focus();
    };
  }, []);
  return section;
}

const PAST = { group: 'Past' };

function toggle({ speed }: PastView, player: PastPlayer): void {
  if (speed === null) player.play(1);
  else player.pause();
}

/** A link, so that it works without scripts. */
function BackToLive({ address, player }: { address: Address; player: PastPlayer }) {
  const onClick = (event: MouseEvent) => {
    if (event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
    event.preventDefault();
    player.back();
  };
  return (
    <a href={`${HOME}${formatAddress({ ...address, at: null })}`} onClick={onClick} className="live-button">
      <Radio className="size-3.5 max-md:hidden" />
      <span>
        <span className="max-md:sr-only">Back to </span>
        <span className="max-md:capitalize">live</span>
      </span>
      <kbd className="kbd past-controls max-md:hidden">L</kbd>
    </a>
  );
}

/** The latest moment on the slider; it moves on with the clock, except in an exported time range. */
function useLatest(bundle: BundleInfo | null, renderedAt: number): number {
  const live = useSyncExternalStore(
    subscribe,
    // Once a minute, so that the slider does not change its scale while it is dragged.
    () => Math.ceil(exactNow() / 60_000) * 60_000,
    () => renderedAt,
  );
  return bundle ? Date.parse(bundle.until) : live;
}

function Ago({ moment, renderedAt }: { moment: number; renderedAt: number }) {
  const text = (now: number) => relativeTime(formatMoment(moment), now);
  const ago = useSyncExternalStore(
    subscribe,
    () => text(exactNow()),
    () => text(renderedAt),
  );
  return <span className="whitespace-nowrap text-muted max-md:hidden">{ago}</span>;
}

function PlayButtons({ view, player }: { view: PastView; player: PastPlayer }) {
  return (
    <fieldset aria-label="Play" className="flex shrink-0 items-center">
      {SPEEDS.map((speed) => {
        const playing = view.speed === speed;
        const Icon = playing ? Pause : Play;
        return (
          <button
            key={speed}
            type="button"
            aria-pressed={playing}
            aria-label={`Play ${speed} times as fast`}
            title={playing ? 'Pause (Space)' : `Play forward, ${speed}×`}
            onClick={() => (playing ? player.pause() : player.play(speed))}
            className={`quiet-button ${playing ? 'text-warn' : ''}`}
          >
            <Icon className="size-3.5" />
            {speed}×
          </button>
        );
      })}
    </fieldset>
  );
}

interface SliderProps {
  moment: number;
  range: TimeSpan;
  player: PastPlayer;
  takesFocus: boolean;
  onFocus: () => void;
}

function Slider({ moment, range, player, takesFocus, onFocus }: SliderProps) {
  const zone = useZone();
  const slider = useRef<HTMLInputElement>(null);
  useEffect(() => {
    if (!takesFocus) return;
    slider.current?.focus();
    onFocus();
  }, [takesFocus, onFocus]);
  const onKeyDown = (event: KeyboardEvent) => {
    const step = event.ctrlKey || event.metaKey || event.altKey ? null : keyStep(event.key, event.shiftKey);
    if (step === null) return;
    event.preventDefault();
    player.step(step);
  };
  return (
    <input
      ref={slider}
      type="range"
      aria-label="Moment"
      aria-valuetext={absoluteTime(formatMoment(moment), zone)}
      title="Slide through time; arrow keys move by a second, with Shift by ten, Page keys by a minute"
      min={range.since}
      max={range.until}
      step={1000}
      value={moment}
      onChange={({ target }) => player.goTo(Number(target.value))}
      onKeyDown={onKeyDown}
      className="past-slider min-w-32 flex-1"
    />
  );
}

function BundleNote({ bundle }: { bundle: BundleInfo }) {
  return (
    <p className="text-muted">
      Exported time range: <FullTime instant={bundle.since} /> – <FullTime instant={bundle.until} />, opened from a
      file. Read-only: nothing here is live.{bundle.text === 'blank' && ' Texts were left out.'}
    </p>
  );
}

/** What is not known about the moment. */
function Notes({ unknown, children }: { unknown: readonly UnknownSpan[]; children: ReactNode }) {
  return (
    <div role="status" className="wrap-anywhere">
      {children && <p className="text-bad">{children}</p>}
      {unknown.map((span) => (
        <p key={`${span.about} ${span.since}`} className="text-warn">
          <Sentence text={unknownSentence(span)} />{' '}
          <span className="text-muted">
            <Sentence text={span.reason} />
          </span>
        </p>
      ))}
    </div>
  );
}
