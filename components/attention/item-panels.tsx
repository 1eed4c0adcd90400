/** What the buttons of an attention item open below it; loaded when the first one is opened. */
import { type KeyboardEvent, useEffect, useRef } from 'react';
import type { AttentionDecision, SnoozeMinutes } from '@/lib/contract/attention-requests';
import type { AttentionEntry } from '@/lib/contract/schemas';
import { Sentence } from '../ui/time';

const SNOOZES: readonly [minutes: SnoozeMinutes, words: string][] = [
  [15, '15 min'],
  [60, '1 h'],
  [null, 'Until it changes'],
];

interface SnoozeChoiceProps {
  send: (decision: AttentionDecision) => void;
  onClose: () => void;
}

/** For how long an item is snoozed. */
export function SnoozeChoice({ send, onClose }: SnoozeChoiceProps) {
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

/** The rule of an item, and the facts that it is based on. */
export function Why({ why: { rule, facts, threshold, setting } }: Pick<AttentionEntry, 'why'>) {
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
