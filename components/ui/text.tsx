import { Fragment } from 'react';
import { withMarkup } from '@/lib/client/inline-markup';
import { breakable } from '@/lib/client/line-breaks';
import { asText, breakableParts, formatCount, revealed, truncated } from '@/lib/client/text';

/**
 * Text with every invisible or reordering character shown as a small mark that names it. Long paths and names break
 * after their separators, never in the middle of a word.
 */
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

function Breakable({ text }: { text: string }) {
  const parts = breakable(text).flatMap(breakableParts);
  if (parts.length === 1) return text;
  return parts.map((part, index) => (
    // biome-ignore lint/suspicious/noArrayIndexKey: the parts have no other identity
    <Fragment key={index}>
      {index > 0 && <wbr />}
      {part}
    </Fragment>
  ));
}

/** One line of an agent's own words: as `Text`, with its code and bold shown as such. */
export function Words({ value, max = 200 }: { value: unknown; max?: number }) {
  const text = asText(value);
  const shown = truncated(text, max);
  return (
    <bdi>
      <Marked text={shown} />
      {shown.length < text.length && <span className="text-muted">… ({formatCount(text.length)} characters)</span>}
    </bdi>
  );
}

/** Text in which code and bold are shown as such. */
export function Marked({ text }: { text: string }) {
  return withMarkup(text).map(({ kind, text: piece }, index) => {
    const Kind = kind === 'text' ? Fragment : kind;
    return (
      // biome-ignore lint/suspicious/noArrayIndexKey: the pieces have no other identity
      <Kind key={index}>
        <Revealed text={piece} />
      </Kind>
    );
  });
}
