import { type KeyboardEvent, type ReactNode, useEffect, useRef, useState } from 'react';
import { decide } from '@/components/attention/decide';
import type { AttentionDecision, SnoozeMinutes } from '@/lib/contract/attention-requests';
import type { AttentionEntry } from '@/lib/contract/schemas';
import { IconButton } from '../ui/icon-button';
import { AlarmClock, Check, Info } from '../ui/icons';
import { Sentence } from '../ui/time';

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
    decide(entries, decision).catch(({ message }: Error) => setFault(message));
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
      {panel === 'snooze' && <SnoozeChoice send={send} onClose={() => setPanel(null)} />}
      {panel === 'why' && entry && <Why why={entry.why} />}
      {fault !== null && (
        <p role="alert" className="px-4 pb-1 text-bad">
          Nothing was changed. {fault}
        </p>
      )}
    </>
  );
}

const SNOOZES: readonly [minutes: SnoozeMinutes, words: string][] = [
  [15, '15 min'],
  [60, '1 h'],
  [null, 'Until it changes'],
];

function SnoozeChoice({ send, onClose }: Pick<ItemActions, 'send'> & { onClose: () => void }) {
  const first = useRef<HTMLButtonElement>(null);
  useEffect(() => first.current?.focus(), []);
  const onKeyDown = (event: KeyboardEvent<HTMLElement>) => {
    if (event.key !== 'Escape') return;
    event.preventDefault();
    event.currentTarget.closest('[data-attention]')?.querySelector<HTMLElement>('[data-first]')?.focus();
    onClose();
  };
  return (
    <fieldset aria-label="Snooze for" onKeyDown={onKeyDown} className="flex flex-wrap gap-2 px-4 pb-1">
      {SNOOZES.map(([minutes, words], place) => (
        <button
          key={words}
          ref={place === 0 ? first : undefined}
          type="button"
          onClick={() => send({ action: 'snooze', minutes })}
          className="quiet-button"
        >
          {words}
        </button>
      ))}
    </fieldset>
  );
}

function Why({ why: { rule, facts, threshold, setting } }: Pick<AttentionEntry, 'why'>) {
  return (
    <dl className="wrap-anywhere grid grid-cols-[auto_minmax(0,1fr)] gap-x-3 px-4 pb-1 [&>dt]:text-muted">
      <dt>Rule</dt>
      <dd>{rule}</dd>
      {facts.length > 0 && <dt>Seen</dt>}
      {facts.map((fact) => (
        <dd key={fact} className="col-start-2">
          <Sentence text={fact} />
        </dd>
      ))}
      {threshold !== null && (
        <>
          <dt>Limit</dt>
          <dd>{threshold}</dd>
        </>
      )}
      {setting !== null && (
        <>
          <dt>Setting</dt>
          <dd>
            <code translate="no">{setting}</code>
          </dd>
        </>
      )}
    </dl>
  );
}
