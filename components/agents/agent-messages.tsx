import { use } from 'react';
import { useAgentMessages } from '@/components/agents/use-agent-messages';
import type { Address } from '@/lib/client/address';
import { mayAct, useMe } from '@/lib/client/commands';
import { requestReply } from '@/lib/client/compose';
import { describeDelivery } from '@/lib/client/delivery';
import { Moment } from '@/lib/client/moment';
import type { PanelName } from '@/lib/client/settings';
import { asText, counted, formatCount } from '@/lib/client/text';
import { formatCursor } from '@/lib/contract/events';
import type { Message } from '@/lib/contract/schemas';
import { AddressLink } from '../ui/address-link';
import { DetailPart } from '../ui/detail-part';
import { FoldedText } from '../ui/folded-text';
import { MessageType } from '../ui/message-type';
import { Text } from '../ui/text';
import { MessageTime } from '../ui/time';

const MAX_NAMES = 3;

interface AgentMessagesProps {
  id: string;
  atHand: readonly Message[];
  onGo: (to: Partial<Address>) => void;
  onShow: (panel: PanelName) => void;
}

/** The newest messages that the agent sent or received. */
export function AgentMessages({ id, atHand, onGo, onShow }: AgentMessagesProps) {
  const { messages, loading, error, epoch } = useAgentMessages(id, atHand);
  const replies = mayAct(useMe(), 'messages') && use(Moment) === null;
  const reply = (message: Message) => {
    const origin = document.activeElement;
    onShow('messages');
    requestReply(message, origin);
  };
  const sent = atHand.filter((message) => message.sender === id).length;
  return (
    <DetailPart
      title="Its newest messages"
      note={`${formatCount(sent)} sent of the last ${formatCount(atHand.length)}`}
      onShowAll={() => onShow('messages')}
    >
      {error !== null && (
        <p role="alert" className="text-bad">
          {error} Only what this page has received is shown.
        </p>
      )}
      {messages.length === 0 && <p className="text-muted">{loading ? 'Loading…' : 'No messages in the history.'}</p>}
      <ol>
        {messages.map((message) => (
          <MessageItem
            key={message.seq}
            message={message}
            cursor={epoch === null ? null : formatCursor(epoch, message.seq)}
            onGo={onGo}
            onReply={replies ? reply : null}
          />
        ))}
      </ol>
    </DetailPart>
  );
}

interface MessageItemProps extends Pick<AgentMessagesProps, 'onGo'> {
  message: Message;
  /** The message's place in the history; null until it is known. */
  cursor: string | null;
  /** Null for those who may not send messages. */
  onReply: ((message: Message) => void) | null;
}

function MessageItem({ message, cursor, onGo, onReply }: MessageItemProps) {
  const { recipients, failedCount } = describeDelivery(message);
  const others = recipients.length - MAX_NAMES;
  const content = asText(message.content);
  return (
    <li className="py-1">
      <div className="wrap-anywhere flex items-baseline gap-2 text-muted">
        <p className="min-w-0">
          <Text value={asText(message.sender) || 'unknown sender'} max={80} />
          {' → '}
          <Text value={recipients.slice(0, MAX_NAMES).join(', ') || 'unknown recipient'} max={160} />
          {others > 0 && ` and ${counted(others, 'other')}`} <MessageType type={message.msg_type} />
          {failedCount > 0 && (
            <span className="text-bad"> ✕ {counted(failedCount, 'delivery', 'deliveries')} failed</span>
          )}
        </p>
        <span className="ml-auto flex shrink-0 gap-2">
          {onReply && (
            <button type="button" className="link" onClick={() => onReply(message)}>
              Reply
            </button>
          )}
          {cursor === null ? (
            <MessageTime message={message} label="Sent" />
          ) : (
            <AddressLink to={{ message: cursor }} onGo={onGo}>
              <MessageTime message={message} label="Show it among all; sent" />
            </AddressLink>
          )}
        </span>
      </div>
      {content === '' ? <p className="text-muted">(no text)</p> : <FoldedText text={content} />}
    </li>
  );
}
