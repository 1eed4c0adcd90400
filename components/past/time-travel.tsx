import { useEffect } from 'react';
import type { TimeTravel as Travel } from '@/components/past/use-past';
import type { Address } from '@/lib/client/address';
import type { RefusedMoment } from '@/lib/client/moments';
import { useShortcut } from '@/lib/client/shortcuts';
import type { BundleInfo } from '@/lib/contract/bundle-schemas';
import { lazyServedPart } from '../ui/lazy-part';

// Loaded with a page of the past, else after hydration.
const PastBar = lazyServedPart(() => import('./past-bar').then((module) => ({ default: module.PastBar })));

interface TimeTravelProps {
  travel: Travel;
  address: Address;
  bundle: BundleInfo | null;
  /** When the server rendered the page, in milliseconds. */
  renderedAt: number;
  onExport: () => void;
}

const REFUSED: Record<RefusedMoment, string> = {
  malformed: 'The time in the address is not valid. The swarm is shown as it is now.',
  future: 'The time in the address is in the future. The swarm is shown as it is now.',
};

/** Shows the bar of the past while a past moment is wanted, and binds the command that opens it. */
export function TimeTravel({ travel, address, bundle, renderedAt, onExport }: TimeTravelProps) {
  const { view, player, enter, asked, onEntered } = travel;
  useShortcut('p', 'Go to a moment…', enter, { group: 'Past' });
  useEffect(() => PastBar.preload(), []);
  return (
    <>
      {view.refused !== null && (
        <p role="alert" className="border-line border-b bg-tint px-4 py-1.5">
          {REFUSED[view.refused]}{' '}
          <button type="button" className="link" onClick={() => player.dismiss()}>
            Dismiss
          </button>
        </p>
      )}
      {view.wanted !== null && (
        <PastBar
          view={view}
          player={player}
          address={address}
          bundle={bundle}
          renderedAt={renderedAt}
          onExport={onExport}
          takesFocus={asked}
          onFocus={onEntered}
        />
      )}
    </>
  );
}
