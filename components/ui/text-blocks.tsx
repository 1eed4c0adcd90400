import { type ComponentType, memo, startTransition, useEffect, useMemo, useState } from 'react';
import { cutIntoPieces } from '@/lib/client/text';
import { Revealed } from './text';

/** In UTF-16 units. Invisible characters or hits, one element each, make a piece of this length cost about 100 ms. */
const MAX_PIECE_LENGTH = 1500;

interface TextBlocksProps {
  text: string;
  /** What renders the text of one piece. */
  piece?: ComponentType<{ text: string }>;
}

/**
 * A text of any length as written. A long one is added piece by piece, each in a task of its own: a megabyte in one
 * task blocks the page for seconds.
 */
export function TextBlocks({ text, piece: Piece = Revealed }: TextBlocksProps) {
  const pieces = useMemo(() => cutIntoPieces(text, MAX_PIECE_LENGTH), [text]);
  const [count, setCount] = useState(1);
  const isWhole = count >= pieces.length;
  useEffect(() => {
    if (isWhole) return;
    const timer = setTimeout(() => startTransition(() => setCount(count + 1)));
    return () => clearTimeout(timer);
  }, [count, isWhole]);
  return (
    <div aria-busy={!isWhole || undefined}>
      {pieces.slice(0, count).map((piece, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: a message's text never changes, and the place is the identity
        <TextBlock key={index} text={piece} piece={Piece} />
      ))}
    </div>
  );
}

const TextBlock = memo(function TextBlock({ text, piece: Piece }: Required<TextBlocksProps>) {
  return (
    <div className="whitespace-pre-wrap">
      <Piece text={text} />
    </div>
  );
});
