import { Fragment } from 'react';
import { asText, breakableParts, formatCount, revealed, truncated } from '@/lib/client/text';

/** Text with every invisible or reordering character shown as a small mark that names it. */
export function Revealed({ text }: { text: string }) {
  let offset = 0;
  return revealed(text).map((piece) => {
    const key = offset;
    offset += piece.text.length;
    if (piece.kind === 'text') return <Breakable key={key} text={piece.text} />;
    return (
      <span key={key} className="mark" title={piece.name}>
        {piece.text}
      </span>
    );
  });
}

/** Ordinary text; a very long run without a blank gets places where a line may be broken, which are not copied. */
function Breakable({ text }: { text: string }) {
  const parts = breakableParts(text);
  if (parts.length === 1) return text;
  let offset = 0;
  return parts.map((part) => {
    const key = offset;
    offset += part.length;
    return (
      <Fragment key={key}>
        {key > 0 && <wbr />}
        {part}
      </Fragment>
    );
  });
}

/** A value of the swarm in one line, isolated from the text direction around it. */
export function Text({ value, max = 200 }: { value: unknown; max?: number }) {
  const text = asText(value);
  const shown = truncated(text, max);
  return (
    <bdi>
      <Revealed text={shown} />
      {shown.length < text.length && <span className="text-muted">… ({formatCount(text.length)} characters)</span>}
    </bdi>
  );
}
