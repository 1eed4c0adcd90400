import { type RefObject, useEffect, useId, useRef } from 'react';
import { mayAct, useMe } from '@/lib/client/commands';
import { counted, formatCount } from '@/lib/client/text';
import { MAX_CONTENT_BYTES, MESSAGE_TYPES } from '@/lib/contract/message-types';
import { AgentName } from '../../ui/agent-name';
import { Choice } from '../../ui/choice';
import { IconButton } from '../../ui/icon-button';
import { MessageType } from '../../ui/message-type';
import { X } from '../../ui/more-icons';
import { TextBlocks } from '../../ui/text-blocks';
import { Highlighted } from '../highlighted';
import { byteCount, type Draft, isCommandText, type Quoted } from './drafts';
import { isBroadcast, reachedCount } from './recipients';
import { RecipientsField } from './recipients-field';
import type { Field } from './refusal';
import { type ComposerFormProps, useComposerForm } from './use-composer-form';

const TYPE_NAMES = Object.fromEntries(MESSAGE_TYPES.map((type) => [type, type])) as Record<Draft['type'], string>;
/** From here on the counter is read aloud when it changes. */
const NEAR_LIMIT_BYTES = 9_000;

/** The open composer. */
export function ComposerForm(props: ComposerFormProps) {
  const { agents, onClose } = props;
  const form = useComposerForm(props);
  const { draft, change, refusal, setRefusal, asking, busy, send } = form;
  const id = useId();
  const { quoted } = draft;
  const faultAt = (field: Field) => (refusal?.field === field ? `${id}-fault` : undefined);
  return (
    <form
      aria-label={quoted ? `Reply to ${quoted.sender || 'unknown sender'}` : 'New message'}
      onSubmit={(event) => {
        event.preventDefault();
        send();
      }}
      onKeyDown={form.onKeyDown}
      className="flex max-h-[60dvh] min-h-0 flex-col gap-1.5 overflow-y-auto px-4 pt-1 pb-2"
    >
      <Heading quoted={quoted} onClose={onClose} />
      {quoted && <Quotation quoted={quoted} />}
      <RecipientsField
        agents={agents}
        recipients={draft.recipients}
        onChange={(recipients) => change({ recipients })}
        input={form.input}
        faultId={faultAt('recipients')}
        onFault={(detail) => setRefusal(detail === null ? null : { field: 'recipients', detail })}
      />
      <textarea
        ref={form.text}
        aria-label="Text"
        dir="auto"
        rows={4}
        // What is typed meanwhile would be neither sent nor kept.
        readOnly={busy}
        value={draft.text}
        onChange={({ target: { value } }) =>
          change({ text: value, asCommand: draft.asCommand && isCommandText(value) })
        }
        aria-invalid={faultAt('text') ? true : undefined}
        aria-describedby={`${id}-count ${faultAt('text') ?? ''}`.trim()}
        className="composer-text min-h-20 shrink-0 resize-none rounded-md bg-transparent px-2 py-1 outline outline-line"
      />
      <Options draft={draft} change={change} type={form.type} countId={`${id}-count`} />
      {refusal && (
        <p id={`${id}-fault`} role="alert" className="wrap-anywhere text-bad">
          {refusal.detail}
        </p>
      )}
      <div className="flex flex-wrap items-center gap-2">
        <SendButtons
          reached={isBroadcast(draft.recipients) ? reachedCount(agents, draft.recipients) : null}
          asking={asking}
          busy={busy}
          onSend={send}
          onBack={form.stopAsking}
        />
      </div>
    </form>
  );
}

function Heading({ quoted, onClose }: { quoted: Quoted | null; onClose: () => void }) {
  return (
    <div className="flex items-center gap-2">
      <h3 className="min-w-0 flex-1 truncate font-medium">
        {quoted ? (
          <>
            Reply to <AgentName id={quoted.sender || 'unknown sender'} /> <MessageType type={quoted.type} />
          </>
        ) : (
          'New message'
        )}
      </h3>
      <IconButton label="Close; the draft is kept" keys="Esc" icon={X} onClick={onClose} />
    </div>
  );
}

interface OptionsProps {
  draft: Draft;
  change: (part: Partial<Draft>) => void;
  type: RefObject<HTMLDivElement | null>;
  countId: string;
}

/** The type, what else is wanted of the message, and its length. */
function Options({ draft, change, type, countId }: OptionsProps) {
  const commands = isCommandText(draft.text);
  const mayType = mayAct(useMe(), 'terminal');
  return (
    <>
      <div className="flex flex-wrap items-center gap-x-4 gap-y-1">
        <div ref={type}>
          <Choice
            label="Type:"
            choices={MESSAGE_TYPES}
            names={TYPE_NAMES}
            value={draft.type}
            onChange={(chosen) => change({ type: chosen })}
          />
        </div>
        <Check
          label="Requires acknowledgement"
          checked={draft.requiresAck && !draft.asCommand}
          disabled={draft.asCommand}
          onChange={(requiresAck) => change({ requiresAck })}
        />
        {commands && (mayType || draft.asCommand) && (
          <Check
            label={`As a command: Claude Code runs ${draft.text.trim().startsWith('!') ? 'it in its shell' : 'it'}`}
            checked={draft.asCommand}
            onChange={(asCommand) => change({ asCommand })}
          />
        )}
        <Counter id={countId} bytes={byteCount(draft.text)} />
      </div>
      {commands && !draft.asCommand && (
        <p className="text-muted">It is sent as text, although it begins like a command of Claude Code.</p>
      )}
    </>
  );
}

function Quotation({ quoted: { text } }: { quoted: Quoted }) {
  return (
    <blockquote
      dir="auto"
      aria-label="Message that is replied to"
      // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard
      tabIndex={0}
      className="wrap-anywhere max-h-16 shrink-0 overflow-y-auto border-line border-l-2 pl-2 text-muted"
    >
      {text === '' ? '(no text)' : <TextBlocks text={text} piece={Highlighted} />}
    </blockquote>
  );
}

function Counter({ id, bytes }: { id: string; bytes: number }) {
  const over = bytes > MAX_CONTENT_BYTES;
  return (
    <span
      id={id}
      aria-live={bytes > NEAR_LIMIT_BYTES ? 'polite' : 'off'}
      className={`ml-auto whitespace-nowrap ${over ? 'font-medium text-bad' : 'text-muted'}`}
    >
      {formatCount(bytes)} of {formatCount(MAX_CONTENT_BYTES)} bytes
    </span>
  );
}

interface CheckProps {
  label: string;
  checked: boolean;
  disabled?: boolean;
  onChange: (checked: boolean) => void;
}

function Check({ label, checked, disabled, onChange }: CheckProps) {
  return (
    <label className="flex items-center gap-1.5">
      <input
        type="checkbox"
        checked={checked}
        disabled={disabled}
        onChange={(event) => onChange(event.target.checked)}
        className="accent-accent"
      />
      {label}
    </label>
  );
}

interface SendButtonsProps {
  /** The number of agents of a broadcast; null if it is none. */
  reached: number | null;
  asking: boolean;
  busy: boolean;
  onSend: () => void;
  onBack: () => void;
}

/** Send, or the question before a broadcast. */
function SendButtons({ reached, asking, busy, onSend, onBack }: SendButtonsProps) {
  const confirm = useRef<HTMLButtonElement>(null);
  useEffect(() => {
    if (asking) confirm.current?.focus();
  }, [asking]);
  if (!asking || reached === null) {
    return (
      <>
        <button type="submit" disabled={busy} className="send-button">
          {busy ? 'Sending…' : reached === null ? 'Send' : `Send to ${counted(reached, 'agent')}…`}
        </button>
        <span className="text-muted max-md:hidden">
          <kbd className="kbd">Ctrl</kbd> <kbd className="kbd">Enter</kbd>
        </span>
      </>
    );
  }
  return (
    <>
      <p role="status">This goes to {counted(reached, 'agent')}.</p>
      <button ref={confirm} type="button" disabled={busy} onClick={onSend} className="send-button">
        {busy ? 'Sending…' : `Send to ${counted(reached, 'agent')}`}
      </button>
      <button type="button" disabled={busy} onClick={onBack} className="quiet-button">
        Back
      </button>
    </>
  );
}
