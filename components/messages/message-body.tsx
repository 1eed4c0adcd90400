import { type ReactNode, Suspense, use } from 'react';
import { hasMarkdown } from '@/components/messages/parse-markdown';
import { counted, folded } from '@/lib/client/text';
import { lazyPart } from '../ui/lazy-part';
import { TextBlocks } from '../ui/text-blocks';
import { Highlighted } from './highlighted';

const LIMITS = { lines: 12, length: 1200 };

// The Markdown renderer is loaded after hydration, with the first message that needs it. Until then the HTML from the
// server stays, so that nothing moves.
const loadMarkdown = () => import('./markdown');
const Markdown = lazyPart(loadMarkdown);
// The server waits for the renderer: a page without scripts could not insert it later.
const loadedFirst = typeof window === 'undefined' ? loadMarkdown() : null;

interface MessageBodyProps {
  text: string;
  open: boolean;
  onToggle: () => void;
}

/** The text of a message with its Markdown rendered; a long text is folded until the reader opens it. */
export function MessageBody({ text, open, onToggle }: MessageBodyProps) {
  const fold = folded(text, LIMITS);
  const shown = fold !== null && !open ? `${fold.head}…` : text;
  const plain = (
    <div className="max-w-measure">
      <TextBlocks text={shown} piece={Highlighted} />
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
