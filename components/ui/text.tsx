import { asText, formatCount, revealed, truncated } from '@/lib/client/text';

/** Text with every invisible or reordering character shown as a small mark that names it. */
export function Revealed({ text }: { text: string }) {
  let offset = 0;
  return revealed(text).map((piece) => {
    const key = offset;
    offset += piece.text.length;
    if (piece.kind === 'text') return piece.text;
    return (
      <span key={key} className="mark" title={piece.name}>
        {piece.text}
      </span>
    );
  });
}

interface TextProps {
  value: unknown;
  /** The maximum number of characters; the rest is cut off. */
  max?: number;
  /** The value is written for people, not an identifier: a browser may translate it. */
  prose?: boolean;
}

/** A value of the swarm in one line, isolated from the text direction around it. */
export function Text({ value, max = 200, prose = false }: TextProps) {
  const text = asText(value);
  const shown = truncated(text, max);
  return (
    <bdi translate={prose ? undefined : 'no'}>
      <Revealed text={shown} />
      {shown.length < text.length && <span className="text-muted">… ({formatCount(text.length)} characters)</span>}
    </bdi>
  );
}
