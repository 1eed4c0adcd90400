import { useEffect, useEffectEvent, useLayoutEffect, useRef, useState, useSyncExternalStore } from 'react';
import { now } from '@/lib/client/clock';
import { sendCommand } from '@/lib/client/commands';
import { onReplyWanted, replyWanted, setWanted } from '@/lib/client/compose';
import { useShortcut } from '@/lib/client/shortcuts';
import { truncated } from '@/lib/client/text';
import type { OutgoingMessage, OutgoingState } from '@/lib/contract/action-schemas';
import { MESSAGES_PATH } from '@/lib/contract/paths';
import type { Agent } from '@/lib/contract/schemas';
import { Words } from '../../ui/text';
import { ComposerForm } from './composer-form';
import { type Draft, NEW_DRAFT, replyDraft } from './drafts';
import { sentWords, shownOutgoing } from './outgoing';
import { OutgoingList } from './outgoing-list';
import { recipientName } from './recipients';
import { type Refusal, serverRefusal } from './refusal';
import { useDrafts } from './use-drafts';

interface ComposerProps {
  /** The folder of the swarm. */
  root: string;
  agents: readonly Agent[];
  outgoing: OutgoingState;
  /** False for readers, who only see what is on its way. */
  writes: boolean;
}

/** The foot of the message panel: what is on its way, and one line that opens into the composer. */
export default function Composer({ root, agents, outgoing, writes }: ComposerProps) {
  const [own, setOwn] = useState<readonly OutgoingMessage[]>([]);
  const { messages, left_off = 0 } = outgoing;
  const seen = useSeen(messages);
  const note = (message: OutgoingMessage) =>
    setOwn((known) => [...known.filter(({ id }) => id !== message.id), message]);
  return (
    <div className="shrink-0">
      <OutgoingList messages={shownOutgoing(messages, own, seen, now())} leftOff={left_off} onWithdrawn={note} />
      {writes && <Writing root={root} agents={agents} onSent={note} />}
    </div>
  );
}

/** @returns the ids of all messages that the stream has brought since this part was shown */
function useSeen(outgoing: readonly OutgoingMessage[]): ReadonlySet<string> {
  const [seen, setSeen] = useState<ReadonlySet<string>>(new Set());
  if (outgoing.some(({ id }) => !seen.has(id))) setSeen(new Set([...seen, ...outgoing.map(({ id }) => id)]));
  return seen;
}

interface WritingProps extends Pick<ComposerProps, 'root' | 'agents'> {
  onSent: (message: OutgoingMessage) => void;
}

function Writing({ root, agents, onSent }: WritingProps) {
  const { drafts, keep, drop } = useDrafts(root);
  const [draft, setDraft] = useState<Draft | null>(null);
  const [said, setSaid] = useState('');
  /** Why a message was refused whose form was closed by then. */
  const [late, setLate] = useState<string | null>(null);
  const origin = useRef<Element | null>(null);
  /** Set while the closed form still has the focus. */
  const back = useRef<{ to: Element | null } | null>(null);
  const line = useRef<HTMLButtonElement>(null);
  const inFlight = useRef(new Set<string>());

  const open = (next: Draft, from: Element | null) => {
    origin.current = from;
    setSaid('');
    setLate(null);
    setDraft(drafts.find(({ key }) => key === next.key) ?? next);
  };
  const close = () => {
    back.current = { to: origin.current };
    setDraft(null);
  };
  const shown = useRef<string | null>(null);
  useLayoutEffect(() => {
    shown.current = draft?.key ?? null;
    if (draft !== null || back.current === null) return;
    giveFocus(back.current.to, line.current);
    back.current = null;
  }, [draft]);
  const send = async (written: Draft): Promise<Refusal | null> => {
    // Its form may have been closed and opened again.
    if (inFlight.current.has(written.key)) return { field: 'all', detail: 'It is being sent; wait for the answer.' };
    inFlight.current.add(written.key);
    const result = await sendCommand<{ message: OutgoingMessage }>('POST', MESSAGES_PATH, bodyOf(written));
    inFlight.current.delete(written.key);
    const isShown = shown.current === written.key;
    if (!result.ok) {
      const refusal = serverRefusal(result.problem);
      // The form was closed meanwhile; the draft is kept.
      if (!isShown) setLate(refusal.detail);
      return refusal;
    }
    drop(written);
    onSent(result.answer.message);
    if (isShown) close();
    setSaid(sentWords(result.answer.message));
    return null;
  };

  const wanted = useSyncExternalStore(onReplyWanted, replyWanted, () => null);
  const take = useEffectEvent(() => {
    if (wanted === null) return;
    setWanted(null);
    open(replyDraft(wanted.answered), wanted.origin);
  });
  // biome-ignore lint/correctness/useExhaustiveDependencies: each request is taken once
  useEffect(() => take(), [wanted]);
  useShortcut('c', 'Write a message to agents', () => open(NEW_DRAFT, document.activeElement), { group: 'Messages' });
  useShortcut('r', 'Reply to what has the focus', replyToFocused, { group: 'Messages', inPalette: false });

  return (
    <section aria-label="Write to agents" className="border-line border-t">
      {draft === null ? (
        <div className="flex h-9 items-center gap-2 px-2">
          <button
            ref={line}
            type="button"
            title="Write a message to agents (C)"
            onClick={(event) => open(NEW_DRAFT, event.currentTarget)}
            className="min-w-32 flex-1 cursor-text truncate rounded-md px-2 py-0.5 text-left text-muted outline outline-line hover:bg-tint"
          >
            Write to agents…
          </button>
          <KeptDrafts drafts={drafts} onOpen={(kept, from) => open(kept, from)} />
        </div>
      ) : (
        <ComposerForm key={draft.key} first={draft} agents={agents} onDraft={keep} onSend={send} onClose={close} />
      )}
      {late !== null && (
        <p role="alert" className="wrap-anywhere px-4 pb-1 text-bad">
          {late}
        </p>
      )}
      <p role="status" className="sr-only">
        {said}
      </p>
    </section>
  );
}

const MAX_KEPT_SHOWN = 2;

interface KeptDraftsProps {
  drafts: readonly Draft[];
  onOpen: (draft: Draft, from: Element) => void;
}

/** Links to the drafts; on a narrow screen only to the newest. */
function KeptDrafts({ drafts, onOpen }: KeptDraftsProps) {
  const others = drafts.length - MAX_KEPT_SHOWN;
  return (
    <>
      {drafts.slice(0, MAX_KEPT_SHOWN).map((draft, place) => (
        <button
          key={draft.key}
          type="button"
          title={truncated(draft.text.trim(), 200)}
          onClick={(event) => onOpen(draft, event.currentTarget)}
          className={`link max-w-56 min-w-0 truncate ${place > 0 ? 'max-md:hidden' : ''}`}
        >
          Draft{draft.recipients.length > 0 && ` to ${recipientName(draft.recipients[0] as string)}`}: “
          <Words value={truncated(draft.text.trim(), 40)} />”
        </button>
      ))}
      {others > 0 && <span className="whitespace-nowrap text-muted">and {others} more</span>}
    </>
  );
}

function bodyOf({ recipients, type, text, requiresAck, asCommand, quoted }: Draft): object {
  return {
    recipients,
    msg_type: type,
    content: text.trim(),
    ...(requiresAck && !asCommand && { requires_ack: true }),
    ...(asCommand && { as_command: true }),
    // So that the log names what is answered, and an open question ends.
    ...(quoted !== null && quoted.msgId !== null && { parent_msg_id: quoted.msgId }),
  };
}

/** Presses the button of the focused row or item. */
function replyToFocused(): void {
  const place = document.activeElement?.closest('[data-seq], [data-attention]');
  place?.querySelector<HTMLElement>('[data-reply], [data-key="r"] button')?.click();
}

/** Focuses what had the focus before; its row if it is in one, else the line of the composer if it is gone. */
function giveFocus(origin: Element | null, line: HTMLElement | null): void {
  const seq = origin?.closest<HTMLElement>('[data-seq]')?.dataset.seq;
  const row = seq === undefined ? null : document.querySelector<HTMLElement>(`[data-seq="${seq}"]`);
  const known = origin instanceof HTMLElement && origin.isConnected && origin !== document.body ? origin : null;
  (row ?? known ?? line)?.focus({ preventScroll: true });
}
