import { useEffect, useRef } from 'react';
import { formatCount } from '@/lib/client/text';
import { IconButton } from '../ui/icon-button';
import { ChevronDown, ChevronUp, X } from '../ui/more-icons';
import type { SearchResults } from './drawn-terminal';

interface SearchBarProps {
  text: string;
  results: SearchResults;
  onText: (text: string) => void;
  onStep: (way: 'next' | 'previous') => void;
  onClose: () => void;
}

/** The search in the terminal and its earlier lines. */
export function SearchBar({ text, results, onText, onStep, onClose }: SearchBarProps) {
  const field = useRef<HTMLInputElement>(null);
  useEffect(() => field.current?.select(), []);
  return (
    <search className="flex h-9 shrink-0 items-center gap-1 border-line border-b px-3 max-md:px-4">
      <input
        ref={field}
        type="search"
        aria-label="Search in the terminal"
        placeholder="Search in the terminal"
        value={text}
        onChange={(event) => onText(event.target.value)}
        onKeyDown={(event) => {
          if (event.nativeEvent.isComposing) return;
          if (event.key === 'Enter') onStep(event.shiftKey ? 'previous' : 'next');
          else if (event.key === 'Escape') onClose();
          else return;
          event.preventDefault();
        }}
        className="h-7 min-w-0 flex-1 rounded-md border border-line bg-paper px-2"
      />
      <span role="status" className="min-w-16 whitespace-nowrap text-right text-muted">
        {text !== '' && resultWords(results)}
      </span>
      <IconButton label="Previous match" keys="Shift+Enter" icon={ChevronUp} onClick={() => onStep('previous')} />
      <IconButton label="Next match" keys="Enter" icon={ChevronDown} onClick={() => onStep('next')} />
      <IconButton label="Close the search" keys="Escape" icon={X} onClick={onClose} />
    </search>
  );
}

function resultWords({ index, count }: SearchResults): string {
  if (count === 0) return 'no match';
  return index < 0 ? `${formatCount(count)} found` : `${formatCount(index + 1)} of ${formatCount(count)}`;
}
