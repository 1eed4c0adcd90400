import type { ReactNode } from 'react';
import type { StateTone, StateWord } from './agent-state';

/** Each state has its own shape, so that it is recognisable without colour. */
const SHAPES: Record<StateWord, ReactNode> = {
  waiting: (
    <>
      <path d="M6 1l5 5-5 5-5-5z" fill="currentColor" />
      <path d="M6 3.6v3M6 7.6v1.2" stroke="var(--paper)" strokeWidth="1.4" />
    </>
  ),
  working: <path d="M3 1.5l7.5 4.5L3 10.5z" fill="currentColor" />,
  shell: (
    <path d="M2 2.5l4 3.5-4 3.5M6.5 10h4" fill="none" stroke="currentColor" strokeWidth="1.5" strokeLinecap="round" />
  ),
  idle: (
    <>
      <circle cx="6" cy="6" r="4.25" fill="none" stroke="currentColor" strokeWidth="1.5" />
      <circle cx="6" cy="6" r="1.25" fill="currentColor" />
    </>
  ),
  running: <circle cx="6" cy="6" r="4.5" fill="currentColor" />,
  blocked: (
    <>
      <circle cx="6" cy="6" r="4.25" fill="none" stroke="currentColor" strokeWidth="1.5" />
      <path d="M3.5 6h5" stroke="currentColor" strokeWidth="1.75" />
    </>
  ),
  suspended: <path d="M4 2v8M8 2v8" stroke="currentColor" strokeWidth="2" strokeLinecap="round" />,
  stale: (
    <>
      <circle cx="6" cy="6" r="4" fill="none" stroke="currentColor" strokeWidth="1.5" />
      <path d="M6 2a4 4 0 0 0 0 8z" fill="currentColor" />
    </>
  ),
  unknown: <circle cx="6" cy="6" r="4" fill="none" stroke="currentColor" strokeWidth="1.5" strokeDasharray="2 1.6" />,
  dead: <path d="M2 2l8 8M10 2l-8 8" stroke="currentColor" strokeWidth="2" strokeLinecap="round" />,
  moved: <path d="M2 6h7M6 3l3 3-3 3" fill="none" stroke="currentColor" strokeWidth="1.5" strokeLinecap="round" />,
};

export const TONE_COLOURS: Record<StateTone, string> = {
  good: 'text-good',
  warn: 'text-warn',
  bad: 'text-bad',
  quiet: 'text-muted',
};

/** The shape of a state; its word stands beside it. */
export function StateMark({ word, tone }: { word: StateWord; tone: StateTone }) {
  return (
    <svg viewBox="0 0 12 12" className={`size-3 shrink-0 ${TONE_COLOURS[tone]}`} aria-hidden="true">
      {SHAPES[word]}
    </svg>
  );
}

/** A state as shape, colour and word. */
export function State({ word, tone }: { word: StateWord; tone: StateTone }) {
  return (
    <span className={`inline-flex shrink-0 items-center gap-1.5 ${TONE_COLOURS[tone]}`}>
      <StateMark word={word} tone={tone} />
      {word}
    </span>
  );
}
