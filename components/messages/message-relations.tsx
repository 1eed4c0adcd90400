import { type MessageLinks, wantsAcknowledgement } from '@/components/messages/message-links';
import { describeDelivery } from '@/lib/client/delivery';
import { asText, truncated } from '@/lib/client/text';
import type { Message } from '@/lib/contract/schemas';
import { Text, Words } from '../ui/text';
import { MessageTime } from '../ui/time';
import { FoldedMessages } from './folded-messages';
import type { MessageActions } from './message-actions';
import { quotedMessages } from './message-pages';
import { useQuoted } from './quoted-messages';

interface RelationsProps {
  message: Message;
  links: MessageLinks;
  actions: Pick<MessageActions, 'go' | 'find' | 'search' | 'keepInPlace'>;
}

/** The relations of a message: what it answers or repeats, and who has answered it. */
export function MessageRelations({ message, links, actions }: RelationsProps) {
  const { go: onGo, find, search } = actions;
  const { parent, retry, answers, folded } = links;
  const isAcknowledged = folded.some(({ msg_type }) => msg_type === 'ACK');
  const waits = wantsAcknowledgement(message) && !isAcknowledged;
  const id = asText(message.msg_id);
  const list =
    !parent && !retry && answers.length === 0 && !waits ? null : (
      <ul className="wrap-anywhere mt-0.5 flex list-none flex-wrap gap-x-3 text-muted">
        {retry && (
          <li>
            ↻ retry {retry.count}
            {retry.of && (
              <>
                {' of '}
                <Go message={retry.of} onGo={onGo}>
                  what was sent <MessageTime message={retry.of} />
                </Go>
              </>
            )}
          </li>
        )}
        {parent && (
          <li>
            ↳ answers{' '}
            {parent.message ? (
              <Go message={parent.message} onGo={onGo}>
                <Quote message={parent.message} />
              </Go>
            ) : (
              <NotLoaded id={parent.id} namedBy={message.seq} onFind={find} />
            )}
          </li>
        )}
        {answers.map((answer) => (
          <li key={answer.seq}>
            <Go message={answer} onGo={onGo}>
              ↰ {answer.msg_type === 'ACK' ? 'acknowledged' : 'answered'} by <Text value={answer.sender} max={40} />{' '}
              <MessageTime message={answer} />
            </Go>
          </li>
        ))}
        {waits && answers.length === 0 && (
          <li>
            <span className="tag">asks for acknowledgement</span>
            {id !== '' && describeDelivery(message).recipients.length > 0 && (
              <>
                {' '}
                <button type="button" tabIndex={-1} className="link" onClick={() => search(id)}>
                  search for it
                </button>
              </>
            )}
          </li>
        )}
      </ul>
    );
  return (
    <>
      <FoldedMessages messages={folded} onToggle={() => actions.keepInPlace(message.seq)} onGo={onGo} />
      {list}
    </>
  );
}

interface NotLoadedProps {
  id: string;
  namedBy: number;
  onFind: (id: string, namedBy: number) => void;
}

/** A message that is named by its id and is not loaded: the server knows its text, or that it is not kept. */
function NotLoaded({ id, namedBy, onFind }: NotLoadedProps) {
  const found = useQuoted(quotedMessages, id, namedBy);
  return (
    <button type="button" tabIndex={-1} className="link text-left" onClick={() => onFind(id, namedBy)}>
      {found ? (
        <Quote message={found} />
      ) : (
        <>
          {found === null ? 'a message that is not kept' : 'an earlier message'}, <Text value={shortened(id, 14)} />
        </>
      )}
    </button>
  );
}

interface GoProps {
  message: Message;
  onGo: (seq: number) => void;
  children: React.ReactNode;
}

function Go({ message, onGo, children }: GoProps) {
  return (
    <button type="button" tabIndex={-1} className="link text-left" onClick={() => onGo(message.seq)}>
      {children}
    </button>
  );
}

function shortened(text: string, length: number): string {
  return text.length > length ? `${truncated(text, length - 1)}…` : text;
}

/** The sender and the start of the text, in one line. */
function Quote({ message }: { message: Message }) {
  const words = asText(message.content).replace(/\s+/g, ' ').trim();
  return (
    <>
      <Text value={message.sender} max={40} />: “<Words value={shortened(words, 48)} />”
    </>
  );
}
