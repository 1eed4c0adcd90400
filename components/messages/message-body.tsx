import { lazy, type ReactNode, Suspense, use } from 'react';
import { hasMarkdown } from '@/components/messages/parse-markdown';
import { counted, folded } from '@/lib/client/text';
import { Highlighted } from './highlighted';

const LIMITS = { lines: 12, length: 1200 };

// The reader of Markdown comes after the page is alive, with the first message that has some. What the server has drawn
// of it stands until then, so that nothing moves.
const loadMarkdown = () => import('./markdown');
const Markdown = lazy(loadMarkdown);
// The server waits for it: a page that runs no script has nothing that could put it in later.
const loadedFirst = typeof window === 'undefined' ? loadMarkdown() : null;

interface MessageBodyProps {
  text: string;
  open: boolean;
  onToggle: () => void;
}

/** What a message says, its Markdown shown as structure; a long one is folded until the reader asks for all of it. */
export function MessageBody({ text, open, onToggle }: MessageBodyProps) {
  const fold = folded(text, LIMITS);
  const shown = fold !== null && !open ? `${fold.head}…` : text;
  const plain = (
    <div className="whitespace-pre-wrap">
      <Highlighted text={shown} />
    </div>
  );
  return (
    <>
      <div dir="auto" className="wrap-anywhere overflow-hidden">
        {hasMarkdown(shown) ? <Structured text={shown} fallback={plain} /> : plain}
      </div>
      {fold && (
        <button type="button" tabIndex={-1} className="link mt-1" aria-expanded={open} onClick={onToggle}>
          {open
            ? 'Show less'
            : `Show all: ${fold.lines > 1 ? `${counted(fold.lines, 'line')}, ` : ''}${counted(text.length, 'character')}`}
        </button>
      )}
    </>
  );
}

function Structured({ text, fallback }: { text: string; fallback: ReactNode }) {
  const Loaded = loadedFirst === null ? Markdown : use(loadedFirst).default;
  return (
    <Suspense fallback={fallback}>
      <Loaded text={text} />
    </Suspense>
  );
}
