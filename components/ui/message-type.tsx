import { meaningOf, type TypeMeaning } from '@/lib/client/message-type';
import { asText } from '@/lib/client/text';
import { Text } from './text';

const COLOURS: Record<TypeMeaning, string> = {
  asks: 'text-accent',
  trouble: 'text-bad',
  done: 'text-good',
  delegates: 'text-violet',
  tells: 'text-muted',
};

/** The type of a message as word and colour. */
export function MessageType({ type }: { type: unknown }) {
  const text = asText(type);
  return (
    <span className={`font-medium text-[11px] tracking-wide ${COLOURS[meaningOf(text)]}`}>
      {text === '' ? 'NO TYPE' : <Text value={text} max={40} />}
    </span>
  );
}
