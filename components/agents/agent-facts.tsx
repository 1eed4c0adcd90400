import type { Address } from '@/lib/client/address';
import { formatCursor, parseCursor } from '@/lib/contract/events';
import type { Agent, AgentProcess, DepartedAgent } from '@/lib/contract/schemas';
import { writtenValue } from '@/lib/contract/written-value';
import { AddressLink } from '../ui/address-link';
import { DetailPart } from '../ui/detail-part';
import { Fact } from '../ui/fact';
import { MessageType } from '../ui/message-type';
import { Text, Words } from '../ui/text';
import { ClockTime, RelativeTime, Sentence } from '../ui/time';

interface AgentFactsProps {
  agent: Agent;
  departed: readonly DepartedAgent[];
  /** The id of the newest known message. */
  lastEventId: string | null;
  onGo: (to: Partial<Address>) => void;
}

/** The health of an agent, with the three kinds of evidence for it listed separately. */
export function AgentFacts({ agent, departed, lastEventId, onGo }: AgentFactsProps) {
  const left = departed.find(({ id, left_at }) => id === agent.id && left_at === agent.left_at);
  const lastSeen = typeof agent.last_seen === 'string' ? agent.last_seen : null;
  return (
    <>
      <p className="wrap-anywhere px-4 pt-3">
        {left && (
          <Sentence
            text={`It left${left.source === 'registry' ? ' the registry' : ''} at ${left.left_at}. ${left.left_reason} `}
          />
        )}
        <Sentence text={agent.health_reason} />
      </p>
      {agent.card && (
        <p className="wrap-anywhere px-4 pt-1">
          {agent.card.name !== null && <Text value={agent.card.name} />}
          {agent.card.name !== null && agent.card.role !== null && ' · '}
          {agent.card.role !== null && (
            <span className="text-muted">
              <Text value={agent.card.role} />
            </span>
          )}
        </p>
      )}
      {agent.blocked && (
        <p className="wrap-anywhere px-4 pt-1 text-bad">
          <Sentence text={agent.blocked.reason} />
        </p>
      )}
      <DetailPart title="Signs of life">
        <dl className="wrap-anywhere grid grid-cols-[minmax(6rem,auto)_minmax(0,1fr)] gap-x-3">
          <Fact name="Process">{<ProcessWords process={agent.process} pid={agent.pid} />}</Fact>
          <Fact name="Last spoke">
            <LastWords agent={agent} lastEventId={lastEventId} onGo={onGo} />
          </Fact>
          <Fact name={agent.source === 'registry' ? 'Last seen in registry' : 'Last change of status'}>
            {lastSeen === null ? 'not known' : <RelativeTime instant={lastSeen} />}
          </Fact>
          {agent.life_began_at !== null && (
            <Fact name="Has this id since">
              <ClockTime instant={agent.life_began_at} />; another process had it before
            </Fact>
          )}
        </dl>
      </DetailPart>
    </>
  );
}

/** The agent's last message with its time, as a link to it. */
function LastWords({ agent, lastEventId, onGo }: Omit<AgentFactsProps, 'departed'>) {
  const { last_message: message, last_spoke_at: at } = agent;
  const epoch = lastEventId === null ? null : parseCursor(lastEventId)?.epoch;
  if (message === null) return at === null ? 'no message known' : <RelativeTime instant={at} />;
  const words = (
    <>
      <MessageType type={message.msg_type} /> <Words value={message.excerpt || '(no text)'} max={240} />
    </>
  );
  return (
    <>
      {at === null ? 'at an unknown time' : <RelativeTime instant={at} />}:{' '}
      {epoch == null ? (
        words
      ) : (
        <AddressLink to={{ message: formatCursor(epoch, message.seq) }} onGo={onGo}>
          {words}
        </AddressLink>
      )}
    </>
  );
}

function ProcessWords({ process, pid }: { process: AgentProcess; pid: unknown }) {
  const { state, claude_pid, seen_at } = process;
  const seen = seen_at !== null && (
    <>
      ; claude last seen <RelativeTime instant={seen_at} />
    </>
  );
  switch (state) {
    case 'running':
      return <>claude runs (pid {claude_pid})</>;
    case 'suspended':
      return <>claude is suspended (pid {claude_pid})</>;
    case 'exited':
      return (
        <>
          pid {writtenValue(pid)} runs without claude{seen}
        </>
      );
    case 'gone':
      return (
        <>
          no process {writtenValue(pid)} here{seen}
        </>
      );
    case 'unseen':
      return <>cannot be seen from here</>;
  }
}
