import { memo, use } from 'react';
import type { MessageLinks } from '@/components/messages/message-links';
import { type Delivery, describeDelivery } from '@/lib/client/delivery';
import { asText, counted } from '@/lib/client/text';
import type { Message } from '@/lib/contract/schemas';
import { AgentName } from '../ui/agent-name';
import { contained } from '../ui/contained';
import { lazyServedPart } from '../ui/lazy-part';
import { MessageType } from '../ui/message-type';
import { Text } from '../ui/text';
import { MessageTime } from '../ui/time';
import { Highlighted } from './highlighted';
import { InReach } from './in-reach';
import type { MessageActions } from './message-actions';
import { MessageBody } from './message-body';
import { MessageRelations } from './message-relations';
import { Names, Recipients } from './recipients';
import { Sending } from './sending';

// Loaded with the first message that the dashboard has sent.
const Sent = lazyServedPart(() => import('./composer/sent-mark'));
const SentMark = contained('Deliveries', Sent);
export const preloadSentMark = Sent.preload;

interface MessageRowProps {
  message: Message;
  links: MessageLinks;
  /** The full text is shown. */
  open: boolean;
  /** The address points at it. */
  chosen: boolean;
  /** It is the first that came while nobody looked. */
  firstNew: boolean;
  /** Tab focuses this row; the arrow keys move on from it. */
  reachable: boolean;
  /** The same functions at every render. */
  actions: MessageActions;
}

/** One message: sender, recipients, type, time, text, failed deliveries and relations. */
export const MessageRow = memo(function MessageRow(props: MessageRowProps) {
  const { message, links, open, chosen, firstNew, reachable, actions } = props;
  const delivery = describeDelivery(message);
  const content = asText(message.content);
  const { sent, reply } = use(Sending);
  const own = sent.get(asText(message.msg_id));
  return (
    <li
      id={`message-${message.seq}`}
      data-seq={message.seq}
      tabIndex={reachable ? 0 : -1}
      aria-current={chosen ? 'true' : undefined}
      onFocus={(event) => event.target === event.currentTarget && actions.focus(message.seq)}
      className={`group relative contain-content px-4 py-2 ${chosen ? 'bg-accent/10 shadow-[inset_2px_0_var(--accent)]' : ''}`}
    >
      {firstNew && <NewLine />}
      <div className="flex items-baseline gap-2">
        <p className="wrap-anywhere min-w-0">
          <span className="mr-1 inline-block">
            <MessageType type={message.msg_type} />
          </span>{' '}
          {message.team !== undefined && <TeamMark team={message.team} />}
          <span className="font-medium">
            {asText(message.sender) === '' ? 'unknown sender' : <AgentName id={message.sender} />}
          </span>
          <span className="text-muted">
            {' → '}
            <Recipients message={message} onToggle={() => actions.keepInPlace(message.seq)} />
          </span>
        </p>
        <span className="row-actions">
          {reply && (
            <button
              type="button"
              tabIndex={-1}
              data-reply
              onClick={() => reply(message)}
              title="Reply to this message (R)"
              className="link"
            >
              Reply
            </button>
          )}
          <button
            type="button"
            tabIndex={-1}
            onClick={() => actions.copyLink(message.seq)}
            title="Copy a link to this message (L)"
            className="link"
          >
            Copy link
          </button>
        </span>
        <span className="shrink-0 text-muted">
          {message.sent_at === null && asText(message.timestamp) !== '' ? (
            <span title="The timestamp of this line could not be read">
              <Text value={message.timestamp} max={32} />
            </span>
          ) : (
            <MessageTime message={message} label="Sent" />
          )}
        </span>
      </div>
      {content === '' ? (
        <p className="text-muted">(no text)</p>
      ) : (
        <InReach value={reachable}>
          <MessageBody text={content} open={open} onToggle={() => actions.toggle(message.seq)} />
        </InReach>
      )}
      <Task task={message.task} />
      {own ? <SentMark sent={own} /> : <Undelivered delivery={delivery} />}
      <MessageRelations message={message} links={links} actions={actions} />
    </li>
  );
}, sameRow);

/** Links are computed again whenever a message arrives; those of most rows stay equal. */
function sameRow(before: MessageRowProps, now: MessageRowProps): boolean {
  return (
    before.message === now.message &&
    before.links.key === now.links.key &&
    before.open === now.open &&
    before.chosen === now.chosen &&
    before.firstNew === now.firstNew &&
    before.reachable === now.reachable &&
    before.actions === now.actions
  );
}

/** Drawn over the upper edge, so that it moves nothing when it appears. */
function NewLine() {
  return (
    <p className="pointer-events-none absolute inset-x-0 top-0 border-accent border-t text-center text-[11px] text-accent leading-none">
      <span className="rounded-b-sm bg-paper px-1.5">New since you last looked</span>
    </p>
  );
}

/** Says that a message is not from the log of the swarm. */
function TeamMark({ team }: { team: string }) {
  return (
    <span
      title={`From the agent team ${team} of Claude Code, not from the swarm's log`}
      className="mr-1.5 rounded-sm border border-line px-1 text-[11px] text-muted"
    >
      team
    </span>
  );
}

/** The task of a delegation, if the message names one. */
function Task({ task }: { task: unknown }) {
  if (typeof task !== 'object' || task === null || !('objective' in task)) return null;
  const priority = 'priority' in task ? asText(task.priority) : '';
  const objective = asText(task.objective);
  return (
    <p className="wrap-anywhere max-w-measure text-muted">
      Task{priority !== '' && <Text value={` (${priority})`} max={40} />}:{' '}
      {objective.length > 600 ? <Text value={objective} max={600} prose /> : <Highlighted text={objective} />}
    </p>
  );
}

function Undelivered({ delivery }: { delivery: Delivery }) {
  if (delivery.failedCount === 0) return null;
  return (
    <p className="wrap-anywhere max-w-measure text-bad">
      <span aria-hidden="true">✕ </span>
      {delivery.outcome === 'none' ? 'Not delivered' : 'Partly delivered'}
      {delivery.failed.length > 0 ? (
        <>
          : did not reach <Names names={delivery.failed} />
        </>
      ) : (
        `: ${counted(delivery.failedCount, 'delivery', 'deliveries')} failed`
      )}
    </p>
  );
}
