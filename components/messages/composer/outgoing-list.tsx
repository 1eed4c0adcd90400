import { useState } from 'react';
import { truncated } from '@/lib/client/text';
import type { OutgoingMessage } from '@/lib/contract/action-schemas';
import { IconButton } from '../../ui/icon-button';
import { MessageType } from '../../ui/message-type';
import { X } from '../../ui/more-icons';
import { Words } from '../../ui/text';
import { RelativeTime } from '../../ui/time';
import { Names } from '../recipients';
import { Deliveries, Withdraw } from './deliveries';

const MAX_NAMES = 3;
const MAX_EXCERPT = 120;

interface OutgoingListProps {
  messages: readonly OutgoingMessage[];
  /** How many more are on their way and not listed. */
  leftOff: number;
  onWithdrawn: (message: OutgoingMessage) => void;
}

/** Messages of the dashboard that are on their way, or were until a minute ago. */
export function OutgoingList({ messages, leftOff, onWithdrawn }: OutgoingListProps) {
  const [hidden, setHidden] = useState<ReadonlySet<string>>(new Set());
  const shown = messages.filter(({ id, final }) => !(final && hidden.has(id)));
  if (shown.length === 0) return null;
  return (
    <ol
      aria-label="Sent from the dashboard"
      // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard
      tabIndex={0}
      className="max-h-40 shrink-0 divide-y divide-line overflow-y-auto border-line border-t"
    >
      {shown.map((message) => (
        <Outgoing
          key={message.id}
          message={message}
          onWithdrawn={onWithdrawn}
          onHide={() => setHidden((known) => new Set([...known, message.id]))}
        />
      ))}
      {leftOff > 0 && (
        <li className="px-4 py-1 text-muted">
          {leftOff} more are on their way; they are listed when others have ended.
        </li>
      )}
    </ol>
  );
}

interface OutgoingProps extends Pick<OutgoingListProps, 'onWithdrawn'> {
  message: OutgoingMessage;
  onHide: () => void;
}

function Outgoing({ message, onWithdrawn, onHide }: OutgoingProps) {
  const { recipients, msg_type, content, at, final } = message;
  const others = recipients.length - MAX_NAMES;
  return (
    <li className="px-4 py-1">
      <div className="flex flex-wrap items-start gap-x-2">
        <p className="wrap-anywhere min-w-40 flex-1">
          <MessageType type={msg_type} /> <span className="text-muted">→ </span>
          <Names names={recipients.slice(0, MAX_NAMES)} />
          {others > 0 && ` and ${others} more`}: “<Words value={excerpt(content)} />”
        </p>
        <span className="shrink-0 text-muted">
          <RelativeTime instant={at} label="Sent" />
        </span>
        <Withdraw message={message} onWithdrawn={onWithdrawn} />
        {final && <IconButton label="Hide; the message stays sent" icon={X} onClick={onHide} />}
      </div>
      <Deliveries message={message} />
    </li>
  );
}

function excerpt(content: string): string {
  const line = content.replace(/\s+/g, ' ').trim();
  return line.length > MAX_EXCERPT ? `${truncated(line, MAX_EXCERPT - 1)}…` : line;
}
