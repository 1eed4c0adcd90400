import { type Target, targetOf } from '@/components/attention/attention';
import { readJson, requestPath } from '@/lib/client/api';
import { mayAct, useMe } from '@/lib/client/commands';
import { type Answered, requestReply } from '@/lib/client/compose';
import { formatCursor, parseCursor } from '@/lib/contract/events';
import { MESSAGES_PATH } from '@/lib/contract/paths';
import type { AttentionEntry, MessagesAnswer } from '@/lib/contract/schemas';
import { IconButton } from '../ui/icon-button';
import { Reply } from '../ui/more-icons';

interface ReplyToItemProps {
  entry: AttentionEntry;
  onShow: (target: Target) => void;
}

/** Opens the composer for an answer to the question that an item is about; there only for those who may send. */
export default function ReplyToItem({ entry, onShow }: ReplyToItemProps) {
  if (!mayAct(useMe(), 'messages')) return null;
  const reply = async () => {
    const origin = document.activeElement;
    onShow(targetOf(entry));
    requestReply(await questionOf(entry), origin);
  };
  return (
    <span data-key="r">
      <IconButton label="Reply" keys="r" icon={Reply} onClick={() => void reply()} />
    </span>
  );
}

/** @returns the message of the question; what the item says of it if the message can't be read */
async function questionOf(entry: AttentionEntry): Promise<Answered> {
  const [cursor] = entry.evidence.messages;
  const place = cursor === undefined ? null : parseCursor(cursor);
  if (place) {
    const query = new URLSearchParams({ after: formatCursor(place.epoch, place.seq - 1), limit: '1' });
    const page = await readJson<MessagesAnswer>(requestPath(MESSAGES_PATH, query)).catch(() => null);
    const message = page?.messages.find(({ seq }) => seq === place.seq);
    if (message) return message;
  }
  const type = entry.kind === 'blocked_unanswered' ? 'BLOCKED' : 'QUESTION';
  return { sender: entry.subject, msg_type: type, content: entry.reason, msg_id: undefined };
}
