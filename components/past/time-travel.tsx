import type { TimeTravel as Travel } from '@/components/past/use-past';
import type { Address } from '@/lib/client/address';
import type { RefusedMoment } from '@/lib/client/moments';
import { useShortcut } from '@/lib/client/shortcuts';
import type { BundleInfo } from '@/lib/contract/bundle-schemas';
import { PastBar } from './past-bar';

interface TimeTravelProps {
  travel: Travel;
  address: Address;
  bundle: BundleInfo | null;
  /** When the server made the page, in milliseconds. */
  renderedAt: number;
  onExport: () => void;
}

const REFUSED: Record<RefusedMoment, string> = {
  malformed: 'The address names a moment that is no time: the swarm is shown as it is now.',
  future: 'The address names a moment that has not come yet: the swarm is shown as it is now.',
};

/** The bar of the past while a moment of it is wanted, and the ways there. */
export function TimeTravel({ travel, address, bundle, renderedAt, onExport }: TimeTravelProps) {
  const { view, player, enter, asked, onEntered } = travel;
  useShortcut('p', 'Go to a moment…', enter, { group: 'Past' });
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
        // Not loaded on use: what is loaded later stands hidden in the page of a browser without JavaScript.
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
