import type { ReactNode } from 'react';
import { Text } from '../ui/text';
import type { TerminalNotice } from './terminal-words';

const TONES = { quiet: 'text-ink', warn: 'text-warn', bad: 'text-bad' } as const;

interface TerminalNoticeBarProps {
  notice: TerminalNotice;
  /** The commands that bring another terminal to its pane. */
  children: ReactNode;
}

/** What is to be said about a terminal, beside its last screen or in place of it. */
export function TerminalNoticeBar({ notice: { title, detail, tone, instead }, children }: TerminalNoticeBarProps) {
  return (
    <div className={`wrap-anywhere shrink-0 border-line border-b px-3 py-1.5 max-md:px-4 ${instead ? 'py-4' : ''}`}>
      <p role="status" className={TONES[tone]}>
        {title}
      </p>
      {detail !== '' && (
        <p className="text-muted">
          <Text value={detail} max={600} prose />
        </p>
      )}
      {instead && children}
    </div>
  );
}
