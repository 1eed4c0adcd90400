import { memo } from 'react';
import { type Delivery, describeDelivery } from '@/lib/client/delivery';
import { asText, counted } from '@/lib/client/text';
import type { Message } from '@/lib/contract/schemas';
import { FoldedText } from './ui/folded-text';
import { MessageType } from './ui/message-type';
import { Text } from './ui/text';
import { RelativeTime } from './ui/time';

const MOST_NAMES = 8;

/** One message: who to whom, what kind, when, what, and whom it did not reach. */
export const MessageRow = memo(function MessageRow({ message }: { message: Message }) {
  const delivery = describeDelivery(message);
  const content = asText(message.content);
  return (
    <li data-seq={message.seq} className="px-4 py-2">
      <div className="flex items-baseline gap-2">
        <p className="wrap-anywhere min-w-0">
          <span className="font-medium">
            {asText(message.sender) === '' ? 'nobody named' : <Text value={message.sender} max={80} />}
          </span>
          <span className="text-muted">
            {' → '}
            <Names names={delivery.recipients} none="nobody named" />
          </span>
          <span className="ml-2">
            <MessageType type={message.msg_type} />
          </span>
          {message.requires_ack === true && (
            <>
              {' '}
              <span className="tag text-muted">asks for acknowledgement</span>
            </>
          )}
        </p>
        <span className="ml-auto shrink-0 text-muted">
          {message.sent_at === null && asText(message.timestamp) !== '' ? (
            <span title="The timestamp of its line is no time that can be read">
              <Text value={message.timestamp} max={32} />
            </span>
          ) : (
            <RelativeTime instant={message.sent_at} label="Sent" />
          )}
        </span>
      </div>
      {content === '' ? <p className="text-muted">(no text)</p> : <FoldedText text={content} />}
      <Task task={message.task} />
      <Undelivered delivery={delivery} />
    </li>
  );
});

function Names({ names, none }: { names: readonly string[]; none: string }) {
  if (names.length === 0) return none;
  const shown = names.slice(0, MOST_NAMES);
  const hidden = names.length - shown.length;
  return (
    <>
      {shown.map((name, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: names may repeat and never move
        <span key={index}>
          {index > 0 && ', '}
          <Text value={name === 'all' ? 'everyone' : name} max={80} />
        </span>
      ))}
      {hidden > 0 && (
        <span title={names.slice(MOST_NAMES, MOST_NAMES + 100).join(', ')}> and {counted(hidden, 'other')}</span>
      )}
    </>
  );
}

/** The task that a delegation carries, as far as it says one. */
function Task({ task }: { task: unknown }) {
  if (typeof task !== 'object' || task === null || !('objective' in task)) return null;
  const priority = 'priority' in task ? asText(task.priority) : '';
  return (
    <p className="wrap-anywhere text-muted">
      Task{priority !== '' && <Text value={` (${priority})`} max={40} />}: <Text value={task.objective} max={600} />
    </p>
  );
}

function Undelivered({ delivery }: { delivery: Delivery }) {
  if (delivery.failedCount === 0) return null;
  return (
    <p className="wrap-anywhere text-bad">
      <span aria-hidden="true">✕ </span>
      {delivery.outcome === 'none' ? 'Not delivered' : 'Partly delivered'}
      {delivery.failed.length > 0 ? (
        <>
          : did not reach <Names names={delivery.failed} none="" />
        </>
      ) : (
        `: ${counted(delivery.failedCount, 'delivery', 'deliveries')} failed`
      )}
    </p>
  );
}
