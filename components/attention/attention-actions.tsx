import { type ReactNode, Suspense, useState } from 'react';
import type { AttentionDecision } from '@/lib/contract/attention-requests';
import type { AttentionEntry } from '@/lib/contract/schemas';
import { contained } from '../ui/contained';
import { IconButton } from '../ui/icon-button';
import { AlarmClock, Check, Info } from '../ui/icons';
import { lazyPart } from '../ui/lazy-part';

// Loaded when an item is first snoozed or asked for its reason.
const SnoozeChoice = contained(
  'Snooze',
  lazyPart(() => import('./item-panels').then((module) => ({ default: module.SnoozeChoice }))),
);
const Why = contained(
  'Why',
  lazyPart(() => import('./item-panels').then((module) => ({ default: module.Why }))),
);

type OpenPanel = 'snooze' | 'why' | null;

interface ItemActions {
  panel: OpenPanel;
  setPanel: (panel: OpenPanel) => void;
  /** Why the last decision could not be saved; null if it was saved. */
  fault: string | null;
  send: (decision: AttentionDecision) => void;
}

/** Acknowledges or snoozes one or several items. The stream brings the outcome; a failure is shown. */
export function useActions(entries: readonly AttentionEntry[]): ItemActions {
  const [panel, setPanel] = useState<OpenPanel>(null);
  const [fault, setFault] = useState<string | null>(null);
  const send = (decision: AttentionDecision) => {
    setFault(null);
    setPanel(null);
    import('./decide')
      .catch(() => {
        throw new Error('The page could not load what sends this; check that the server runs, then try again.');
      })
      .then(({ decide }) => decide(entries, decision))
      .catch(({ message }: Error) => setFault(message));
  };
  return { panel, setPanel, fault, send };
}

/** The buttons of an item: visible on hover or focus, and always visible on touch screens. */
export function Actions({
  panel,
  setPanel,
  send,
  why,
  children,
}: ItemActions & { why: boolean; children?: ReactNode }) {
  const toggle = (wanted: OpenPanel) => () => setPanel(panel === wanted ? null : wanted);
  return (
    <span className="needs-script item-actions">
      {children}
      <span data-key="a">
        <IconButton label="Acknowledge" keys="a" icon={Check} onClick={() => send({ action: 'acknowledge' })} />
      </span>
      <span data-key="s">
        <IconButton
          label="Snooze"
          keys="s"
          icon={AlarmClock}
          expanded={panel === 'snooze'}
          onClick={toggle('snooze')}
        />
      </span>
      {why && (
        <span data-key="w">
          <IconButton label="Why" keys="w" icon={Info} expanded={panel === 'why'} onClick={toggle('why')} />
        </span>
      )}
    </span>
  );
}

/** What the buttons of an item open below it. */
export function ActionPanel({ entry, panel, setPanel, fault, send }: ItemActions & { entry: AttentionEntry | null }) {
  return (
    <>
      <Suspense>
        {panel === 'snooze' && <SnoozeChoice send={send} onClose={() => setPanel(null)} />}
        {panel === 'why' && entry && <Why why={entry.why} />}
      </Suspense>
      {fault !== null && (
        <p role="alert" className="px-4 pb-1 text-bad">
          Nothing was changed. {fault}
        </p>
      )}
    </>
  );
}
