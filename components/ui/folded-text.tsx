import { useState } from 'react';
import { flushSync } from 'react-dom';
import { counted, folded } from '@/lib/client/text';
import { TextBlocks } from './text-blocks';

const LIMITS = { lines: 12, length: 1200 };

/** Text as written, line by line; a long text is folded until the reader opens it. */
export function FoldedText({ text }: { text: string }) {
  const [open, setOpen] = useState(false);
  const fold = folded(text, LIMITS);
  const hidden = fold !== null && !open;
  return (
    <>
      <div dir="auto" className="wrap-anywhere overflow-hidden">
        <TextBlocks text={hidden ? `${fold.head}…` : text} />
      </div>
      {fold && (
        <button
          type="button"
          className="link mt-1"
          aria-expanded={open}
          onClick={(event) => keepingInPlace(event.currentTarget.closest('li'), () => setOpen(!open))}
        >
          {open
            ? 'Show less'
            : `Show all: ${fold.lines > 1 ? `${counted(fold.lines, 'line')}, ` : ''}${counted(text.length, 'character')}`}
        </button>
      )}
    </>
  );
}

/** The message list is anchored at its lower end: without this, opening a text would push its start out of view. */
function keepingInPlace(row: Element | null, change: () => void): void {
  const before = row?.getBoundingClientRect().top ?? 0;
  flushSync(change);
  const moved = (row?.getBoundingClientRect().top ?? 0) - before;
  row?.closest('[data-scroller]')?.scrollBy({ top: moved, behavior: 'instant' });
}
