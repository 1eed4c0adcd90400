import type { ReactNode } from 'react';
import { healthWord } from '@/lib/client/health-word';
import type { AgentHealth } from '@/lib/contract/schemas';

// Each health has its own shape, so that it is recognisable without colour.
const SHAPES: Record<AgentHealth, ReactNode> = {
  active: <circle cx="6" cy="6" r="4.5" fill="currentColor" />,
  stale: (
    <>
      <circle cx="6" cy="6" r="4" fill="none" stroke="currentColor" strokeWidth="1.5" />
      <path d="M6 2a4 4 0 0 0 0 8z" fill="currentColor" />
    </>
  ),
  dead: <path d="M2 2l8 8M10 2l-8 8" stroke="currentColor" strokeWidth="2" strokeLinecap="round" />,
  moved: <path d="M2 6h7M6 3l3 3-3 3" fill="none" stroke="currentColor" strokeWidth="1.5" strokeLinecap="round" />,
  unknown: <circle cx="6" cy="6" r="4" fill="none" stroke="currentColor" strokeWidth="1.5" strokeDasharray="2 1.6" />,
};

const COLOURS: Record<AgentHealth, string> = {
  active: 'text-good',
  stale: 'text-warn',
  dead: 'text-bad',
  moved: 'text-muted',
  unknown: 'text-muted',
};

/** The health of an agent as shape, colour and word. */
export function Health({ health }: { health: AgentHealth }) {
  return (
    <span className={`inline-flex shrink-0 items-center gap-1.5 ${COLOURS[health]}`}>
      <svg viewBox="0 0 12 12" className="size-3 shrink-0" aria-hidden="true">
        {SHAPES[health]}
      </svg>
      {healthWord(health)}
    </span>
  );
}
