import { type RefObject, useEffect, useEffectEvent, useRef, useState } from 'react';
import { KeySender, type TypedInput, typedInput } from '@/lib/client/terminal-keys';
import { counted } from '@/lib/client/text';
import { SENT_KEYS } from '@/lib/client/unsent-keys';
import { whenHidden } from '@/lib/client/when-hidden';
import type { ExpectedScreen } from '@/lib/contract/terminal-requests';
import type { TerminalView } from '@/lib/contract/terminal-schemas';
import { sendInterrupt, sendTyped } from './send-typed';

/** A page that nobody sees does not stay ready to type, in milliseconds. */
const MAX_HIDDEN_MS = 60_000;
/** Nobody has read a dialog that opened so short a time ago, in milliseconds. */
const MIN_DIALOG_AGE_MS = 500;
/** What the server takes as one text. */
const MAX_PASTED_LENGTH = 20_000;

export interface Typing {
  on: boolean;
  start: () => void;
  stop: () => void;
  /** What a key press means to a terminal. */
  type: (data: string) => void;
  paste: (text: string) => void;
  /** The text with several lines that waits for a confirmation; null for none. */
  asked: string | null;
  /** Pastes it, or forgets it. */
  answer: (pasted: boolean) => void;
  press: (key: string, expectedOption?: string) => void;
  /** Says that a key is not sent. */
  refuse: (key: string) => void;
  interrupt: () => void;
  /** How the last input ended, a sentence; null for nothing. */
  said: string | null;
  /** What was not sent or had no effect, in sentences. It stays while later keys are sent. */
  failure: string | null;
  dismiss: () => void;
}

interface TypingOptions {
  agent: string;
  /** What is certain from the screen; null where that is not known. */
  view: TerminalView | null;
  /** Whether the page may type now: typing ends with it. */
  allowed: boolean;
}

/** Typing into one terminal: off until it is started, and off again when it is not allowed or not seen any more. */
export function useTyping({ agent, view, allowed }: TypingOptions): Typing {
  const [wanted, setWanted] = useState(false);
  const [asked, setAsked] = useState<string | null>(null);
  const [said, setSaid] = useState<string | null>(null);
  const [failure, setFailure] = useState<string | null>(null);
  const sender = useRef<KeySender | null>(null);
  const on = wanted && allowed;
  if (wanted && !allowed) {
    setWanted(false);
    setAsked(null);
    if (failure === null) setFailure(`Typing was switched off.${asked === null ? '' : ' Nothing was pasted.'}`);
  }
  const stop = () => {
    setWanted(false);
    setAsked(null);
  };
  useEffect(() => {
    if (!on) return;
    let total = 0;
    const current = new KeySender({
      send: (input) => sendTyped(agent, input),
      onSent: (count, note) => {
        total += count;
        setSaid(note ?? `Sent ${counted(total, 'key')}.`);
      },
      onFailure: (detail, unsent) => setFailure(unsent > 0 ? `${detail} ${lost(unsent)}` : detail),
    });
    sender.current = current;
    return () => {
      sender.current = null;
      current.stop();
    };
  }, [on, agent]);
  const leave = useEffectEvent(() => {
    stop();
    setFailure('Typing was switched off: the page was hidden for over a minute.');
  });
  useEffect(() => (on ? whenHidden(MAX_HIDDEN_MS, () => leave()) : undefined), [on]);

  const openedAt = useDialogOpening(on, view);
  const push = (input: TypedInput) => sender.current?.push(input);
  const press = (key: string, expectedOption?: string) => {
    // The buttons of a dialog may appear below the pointer of somebody who clicks.
    const isHasty = performance.now() - openedAt.current < MIN_DIALOG_AGE_MS;
    if (isHasty && (key === 'Enter' || expectedOption !== undefined)) {
      setFailure(`${key} was not sent: a dialog has just opened. Read it, then press it again.`);
      return;
    }
    // Enter may accept something: it is sent only for the screen that its person has seen.
    const expectedScreen = key === 'Enter' && view !== null ? screenOf(view) : undefined;
    push({
      ...{ kind: 'keys', keys: [key] },
      ...(expectedOption !== undefined && { expectedOption }),
      ...(expectedScreen !== undefined && { expectedScreen }),
    });
  };
  const paste = (pasted: string) => {
    const text = pasted.replace(/\r\n?/g, '\n');
    if (text.length > MAX_PASTED_LENGTH) {
      setFailure(`Nothing was pasted: the text has ${counted(text.length, 'character')}, at most 20,000 are sent.`);
    } else if (text.includes('\n')) setAsked(text);
    else push({ kind: 'text', text });
  };
  return {
    ...{ on, asked, said, failure, press, stop, paste },
    dismiss: () => setFailure(null),
    start: () => {
      setSaid(null);
      setFailure(null);
      setWanted(true);
    },
    type: (data) => {
      const input = typedInput(data);
      // In a dialog a digit acts at once: it is sent only for the option that it chooses on the screen.
      const option = view?.dialog?.options.find(({ key }) => key === data);
      if (input?.kind === 'keys' && input.keys[0] === 'Enter') press('Enter');
      else if (option) press(option.key, option.label);
      else if (input) push(input);
      // What a keyboard on a screen or a voice writes may have several lines; answers to programs have an escape.
      else if (/[\r\n]/.test(data) && !data.includes('\x1b')) paste(data);
    },
    refuse: (key) => setFailure(`${key} was not sent. What is sent from here: ${SENT_KEYS}.`),
    answer: (pasted) => {
      if (pasted && asked !== null) push({ kind: 'text', text: asked });
      setAsked(null);
    },
    interrupt: () => {
      setSaid('Interrupting…');
      void sendInterrupt(agent).then(({ ok, detail }) => {
        setSaid(ok ? detail : null);
        if (!ok) setFailure(detail);
      });
    },
  };
}

/** @returns when a dialog opened or changed while typing was on, as `performance.now()` counts */
function useDialogOpening(on: boolean, view: TerminalView | null): RefObject<number> {
  const openedAt = useRef(Number.NEGATIVE_INFINITY);
  const shown = view?.dialog ? JSON.stringify(view.dialog) : null;
  const wasOn = useRef(on);
  useEffect(() => {
    // One that was open before typing was switched on has been seen.
    if (on && wasOn.current && shown !== null) openedAt.current = performance.now();
    wasOn.current = on;
  }, [on, shown]);
  return openedAt;
}

function screenOf({ composer, dialog }: TerminalView): ExpectedScreen {
  if (dialog !== null) return 'dialog';
  return composer === 'absent' ? 'other' : 'composer';
}

function lost(count: number): string {
  return `${counted(count, 'typed key')} ${count === 1 ? 'was' : 'were'} not sent.`;
}
