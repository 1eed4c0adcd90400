import { asText } from '@/lib/client/text';
import { Text } from './text';

/** Only types that want a person have a colour: with a colour for each type, none stands out. */
const COLOURS = new Map([
  ['QUESTION', 'text-accent'],
  ['BLOCKED', 'text-bad'],
  ['CONFLICT', 'text-bad'],
]);

/** The type of a message as a word. */
export function MessageType({ type }: { type: unknown }) {
  const text = asText(type);
  return (
    <span className={`font-medium text-[11px] tracking-wide ${COLOURS.get(text) ?? 'text-muted'}`}>
      {text === '' ? 'NO TYPE' : <Text value={text} max={40} />}
    </span>
  );
}
