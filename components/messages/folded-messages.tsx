import { useState } from 'react';
import { asText, counted } from '@/lib/client/text';
import type { Message } from '@/lib/contract/schemas';
import { AgentName } from '../ui/agent-name';
import { MessageType } from '../ui/message-type';
import { Text } from '../ui/text';
import { MessageTime } from '../ui/time';

/** Names in the line; the others are in the list. */
const MAX_NAMES = 3;
/** The newest ones that the list shows. */
const MAX_LISTED = 50;

interface FoldedMessagesProps {
  messages: readonly Message[];
  /** Called before the list is opened or closed, which changes the height of the row. */
  onToggle: () => void;
  /** Shows one of them as a row of its own. */
  onGo: (seq: number) => void;
}

/** The acknowledgements and retries of a message as one line, and each with its text on demand. */
export function FoldedMessages({ messages, onToggle, onGo }: FoldedMessagesProps) {
  const [open, setOpen] = useState(false);
  if (messages.length === 0) return null;
  const listed = messages.slice(-MAX_LISTED);
  return (
    <div className="mt-0.5">
      <button
        type="button"
        tabIndex={-1}
        className="link wrap-anywhere text-left"
        aria-expanded={open}
        onClick={() => {
          onToggle();
          setOpen(!open);
        }}
      >
        <Summary messages={messages} />
      </button>
      {open && (
        <ol className="mt-1 max-w-measure space-y-1 border-line border-l-2 pl-3 text-muted">
          {listed.length < messages.length && <li>The newest {listed.length} of these.</li>}
          {listed.map((message) => (
            <li key={message.seq} className="wrap-anywhere">
              <MessageType type={message.msg_type} /> <AgentName id={message.sender} max={40} />{' '}
              <button type="button" tabIndex={-1} className="link" onClick={() => onGo(message.seq)}>
                <MessageTime message={message} label="Sent" />
              </button>{' '}
              <Text value={message.content} max={400} />
            </li>
          ))}
        </ol>
      )}
    </div>
  );
}

/** Who has acknowledged, and how often it was sent again. */
function Summary({ messages }: { messages: readonly Message[] }) {
  const acks = messages.filter(({ msg_type }) => msg_type === 'ACK');
  const retries = messages.length - acks.length;
  const names = [...new Set(acks.map(({ sender }) => asText(sender)))];
  const others = names.length - MAX_NAMES;
  return (
    <>
      {names.length > 0 && (
        <>
          ✓ acknowledged by{' '}
          {names.slice(0, MAX_NAMES).map((name, index) => (
            <span key={name}>
              {index > 0 && ', '}
              {name === '' ? 'unknown sender' : <Text value={name} max={40} />}
            </span>
          ))}
          {others > 0 && ` and ${counted(others, 'other')}`}
        </>
      )}
      {names.length > 0 && retries > 0 && ' · '}
      {retries > 0 && `↻ ${counted(retries, 'retry', 'retries')}`}
    </>
  );
}
