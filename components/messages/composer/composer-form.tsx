import { type KeyboardEvent, useEffect, useId, useRef, useState } from 'react';
import { isComposing } from '@/lib/client/shortcuts';
import { counted, formatCount } from '@/lib/client/text';
import { MAX_CONTENT_BYTES, MESSAGE_TYPES } from '@/lib/contract/message-types';
import type { Agent } from '@/lib/contract/schemas';
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
import { type Field, type Refusal, refusalOf } from './refusal';

interface ComposerFormProps {
  first: Draft;
  agents: readonly Agent[];
  /** Takes every change, to keep it. */
  onDraft: (draft: Draft) => void;
  /** @returns why the server refused it, null if it was sent */
  onSend: (draft: Draft) => Promise<Refusal | null>;
  onClose: () => void;
}

const TYPE_NAMES = Object.fromEntries(MESSAGE_TYPES.map((type) => [type, type])) as Record<Draft['type'], string>;
/** From here on the counter is read aloud when it changes. */
const NEAR_LIMIT_BYTES = 9_000;

/** The open composer: one draft, its checks, and the question before a broadcast. */
export function ComposerForm({ first, agents, onDraft, onSend, onClose }: ComposerFormProps) {
  const id = useId();
  const [draft, setDraft] = useState(first);
  const [refusal, setRefusal] = useState<Refusal | null>(null);
  const [asking, setAsking] = useState(false);
  const [busy, setBusy] = useState(false);
  const sending = useRef(false);
  const input = useRef<HTMLInputElement>(null);
  const type = useRef<HTMLDivElement>(null);
  const text = useRef<HTMLTextAreaElement>(null);
  useEffect(() => {
    (first.recipients.length > 0 ? text : input).current?.focus();
  }, [first]);

  const change = (part: Partial<Draft>) => {
    const next = { ...draft, ...part };
    setDraft(next);
    setAsking(false);
    setRefusal(null);
    onDraft(next);
  };
  const refuse = (next: Refusal) => {
    setRefusal(next);
    setAsking(false);
    if (next.field === 'recipients') input.current?.focus();
    if (next.field === 'type') type.current?.querySelector('select')?.focus();
    if (next.field === 'text') text.current?.focus();
  };
  const send = async () => {
    // The first press counts, whatever comes before the answer.
    if (sending.current) return;
    const fault = refusalOf(draft, agents);
    if (fault) return refuse(fault);
    if (isBroadcast(draft.recipients) && !asking) return setAsking(true);
    sending.current = true;
    setBusy(true);
    const refused = await onSend(draft);
    sending.current = false;
    if (refused === null) return;
    setBusy(false);
    refuse(refused);
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.defaultPrevented || isComposing(event.nativeEvent)) return;
    if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) {
      event.preventDefault();
      if (!event.repeat) void send();
    } else if (event.key === 'Escape') {
      event.preventDefault();
      if (asking) {
        setAsking(false);
        text.current?.focus();
      } else onClose();
    }
  };

  const { quoted } = draft;
  const commands = isCommandText(draft.text);
  const faultAt = (field: Field) => (refusal?.field === field ? `${id}-fault` : undefined);
  return (
    <form
      aria-label={quoted ? `Reply to ${quoted.sender || 'unknown sender'}` : 'New message'}
      onSubmit={(event) => {
        event.preventDefault();
        void send();
      }}
      onKeyDown={onKeyDown}
      className="flex max-h-[60dvh] min-h-0 flex-col gap-1.5 overflow-y-auto px-4 pt-1 pb-2"
    >
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
      {quoted && <Quotation quoted={quoted} />}
      <RecipientsField
        agents={agents}
        recipients={draft.recipients}
        onChange={(recipients) => change({ recipients })}
        input={input}
        faultId={faultAt('recipients')}
        onFault={(detail) => setRefusal(detail === null ? null : { field: 'recipients', detail })}
      />
      <textarea
        ref={text}
        aria-label="Text"
        dir="auto"
        rows={4}
        value={draft.text}
        onChange={({ target: { value } }) =>
          change({ text: value, asCommand: draft.asCommand && isCommandText(value) })
        }
        aria-invalid={faultAt('text') ? true : undefined}
        aria-describedby={`${id}-count ${faultAt('text') ?? ''}`.trim()}
        className="composer-text min-h-20 shrink-0 resize-none rounded-md bg-transparent px-2 py-1 outline outline-line"
      />
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
        {commands && (
          <Check
            label={`As a command: Claude Code runs ${draft.text.trim().startsWith('!') ? 'it in its shell' : 'it'}`}
            checked={draft.asCommand}
            onChange={(asCommand) => change({ asCommand })}
          />
        )}
        <Counter id={`${id}-count`} bytes={byteCount(draft.text)} />
      </div>
      {commands && !draft.asCommand && (
        <p className="text-muted">It is sent as text, although it begins like a command of Claude Code.</p>
      )}
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
          onSend={() => void send()}
          onBack={() => {
            setAsking(false);
            text.current?.focus();
          }}
        />
      </div>
    </form>
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
