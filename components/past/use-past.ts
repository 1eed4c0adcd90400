import { useCallback, useEffect, useMemo, useState, useSyncExternalStore } from 'react';
import type { Address } from '@/lib/client/address';
import { readJson, requestPath } from '@/lib/client/api';
import { exactNow } from '@/lib/client/clock';
import { isKnown } from '@/lib/client/moments';
import { milliseconds } from '@/lib/client/time';
import { type SwarmState, swarmAt } from '@/lib/contract/events';
import type { PastState } from '@/lib/contract/past-schemas';
import { STATE_PATH } from '@/lib/contract/paths';
import { PastPlayer, type PastView } from './past-player';

interface UsePast {
  /** The moment in the address. */
  at: string | null;
  change: (part: Partial<Address>, push?: boolean) => void;
  /** What the server rendered; later values are ignored. */
  first: PastView;
  /** The end of an exported time range, milliseconds since 1970; null for a live swarm. */
  end: number | null;
}

export interface TimeTravel {
  view: PastView;
  player: PastPlayer;
  /** The swarm at the shown moment; null for the present. */
  swarm: SwarmState | null;
  /** That moment, milliseconds since 1970. */
  moment: number | null;
  /** Whether the agents and locks of that moment, or of some moment before it, are known. */
  known: boolean;
  /** Goes one minute into the past and requests the focus for the bar. */
  enter: () => void;
  /** The focus was requested and has not arrived yet. */
  asked: boolean;
  onEntered: () => void;
}

/** The length of the first step into the past, in milliseconds: the present itself would look the same. */
const FIRST_STEP = 60_000;

/** The past moment that the page shows, if any, and the player that moves through time. */
export function usePast({ at, change, first, end }: UsePast): TimeTravel {
  const [player] = useState(
    () =>
      new PastPlayer({
        read: readState,
        write: (moment, push) => change({ at: moment }, push),
        now: () => end ?? exactNow(),
        recorded: end !== null,
        first,
        address: at,
      }),
  );
  const view = useSyncExternalStore(player.subscribe, player.view, () => first);
  useEffect(() => player.follow(at), [player, at]);
  useEffect(() => () => player.stop(), [player]);

  const [asked, setAsked] = useState(false);
  const enter = useCallback(() => {
    if (player.view().wanted === null) player.goTo(Math.floor((exactNow() - FIRST_STEP) / 1000) * 1000);
    setAsked(true);
  }, [player]);
  const onEntered = useCallback(() => setAsked(false), []);
  const swarm = useMemo(() => (view.shown === null ? null : swarmAt(view.shown)), [view.shown]);
  const known = view.shown === null || isKnown(view.shown);
  return { view, player, swarm, moment: milliseconds(view.shown?.at), known, enter, asked, onEntered };
}

function readState(at: string, signal: AbortSignal): Promise<PastState> {
  return readJson(requestPath(STATE_PATH, new URLSearchParams({ at })), {
    signal,
    failure: 'Could not load this moment',
  });
}
