import { type KeyboardEvent, type RefObject, useEffect, useRef, useState } from 'react';
import { isComposing } from '@/lib/client/shortcuts';
import type { Agent } from '@/lib/contract/schemas';
import type { Draft } from './drafts';
import { isBroadcast } from './recipients';
import { type Refusal, refusalOf } from './refusal';

export interface ComposerFormProps {
  first: Draft;
  agents: readonly Agent[];
  /** Takes every change, to keep it. */
  onDraft: (draft: Draft) => void;
  /** @returns why the server refused it, null if it was sent */
  onSend: (draft: Draft) => Promise<Refusal | null>;
  onClose: () => void;
}

interface ComposerFormState {
  draft: Draft;
  change: (part: Partial<Draft>) => void;
  refusal: Refusal | null;
  setRefusal: (refusal: Refusal | null) => void;
  /** The question before a broadcast is asked. */
  asking: boolean;
  /** Takes that question back. */
  stopAsking: () => void;
  busy: boolean;
  send: () => void;
  onKeyDown: (event: KeyboardEvent) => void;
  /** Fields that take the focus. */
  input: RefObject<HTMLInputElement | null>;
  type: RefObject<HTMLDivElement | null>;
  text: RefObject<HTMLTextAreaElement | null>;
}

/** The state of the open composer: one draft, its checks, and the question before a broadcast. */
export function useComposerForm({ first, agents, onDraft, onSend, onClose }: ComposerFormProps): ComposerFormState {
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
  const stopAsking = () => {
    setAsking(false);
    text.current?.focus();
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.defaultPrevented || isComposing(event.nativeEvent)) return;
    if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) {
      event.preventDefault();
      if (!event.repeat) void send();
    } else if (event.key === 'Escape') {
      event.preventDefault();
      if (asking) stopAsking();
      else onClose();
    }
  };
  return {
    ...{ draft, change, refusal, setRefusal, asking, stopAsking, busy, onKeyDown },
    ...{ input, type, text, send: () => void send() },
  };
}
