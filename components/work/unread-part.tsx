import { NO_CHOICE } from '@/lib/client/message-filter';
import type { UnreadMessages } from '@/lib/contract/work-schemas';
import { AddressLink } from '../ui/address-link';
import { Empty, Scroller } from '../ui/panel';
import { Text } from '../ui/text';
import { RelativeTime } from '../ui/time';
import { AgentLink } from './file-part';
import { unreadWords } from './work';
import type { Go, WorkProps } from './work-props';

/** Which messages agents have not read with the swarm's tool. */
export function UnreadPart({ work: { unread, read_marks }, onGo }: WorkProps) {
  if (read_marks?.state === 'unreadable') {
    return (
      <Empty title="It is not known which messages were read.">
        <Text value={read_marks.reason ?? ''} max={300} prose />
      </Empty>
    );
  }
  if (unread.length === 0) {
    return (
      <Empty title="It is not known which messages were read.">
        Only agents that read their messages with the swarm’s tool have an entry in .swarm/last_read_messages.json.
      </Empty>
    );
  }
  return (
    <Scroller label="Unread messages" className="px-4 py-1">
      <ul className="divide-y divide-line">
        {unread.map((inbox) => (
          <li key={inbox.agent_id} className="flex flex-wrap gap-x-3 py-1">
            <span className="min-w-24">
              <AgentLink id={inbox.agent_id} onGo={onGo} />
            </span>
            <UnreadWords inbox={inbox} onGo={onGo} />
          </li>
        ))}
      </ul>
      <p className="py-1 text-muted">
        By what the swarm’s tool noted as read. An agent may have seen a message in its terminal; of agents without an
        entry it is not known.
      </p>
    </Scroller>
  );
}

/** What an agent has not read, with a link to it. */
export function UnreadWords({ inbox, onGo }: { inbox: UnreadMessages; onGo: Go }) {
  const { agent_id, count, oldest_at, read_until } = inbox;
  return (
    <span>
      {count === 0 ? (
        <span className="text-muted">has read all its messages</span>
      ) : (
        <AddressLink to={{ ...NO_CHOICE, message: null, to: agent_id, since: oldest_at }} onGo={onGo}>
          {unreadWords(inbox)}
        </AddressLink>
      )}
      {oldest_at !== null && (
        <>
          , the oldest <RelativeTime instant={oldest_at} />
        </>
      )}
      {read_until !== null && (
        <span className="text-muted" title={read_until}>
          {' · read until '}
          <Text value={read_until.replace(/(?<=\d)T(?=\d)/, ' ').replace(/\.\d+$/, '')} max={40} />
        </span>
      )}
    </span>
  );
}
