import { Fragment } from 'react';
import { formatCount } from '@/lib/client/text';
import { STATE_TONES, type StateCount, type StateWord } from './agent-state';
import { TONE_COLOURS } from './state-mark';

interface StateCountsProps {
  counts: readonly StateCount[];
  /** The state by which the list is filtered. */
  chosen: StateWord | null;
  onChoose: (word: StateWord | null) => void;
}

/** How many agents are in each state; a count filters the list, and shows all again. */
export function StateCounts({ counts, chosen, onChoose }: StateCountsProps) {
  return counts.map(({ word, count }, index) => (
    <Fragment key={word}>
      <span className="whitespace-nowrap">
        <button
          type="button"
          aria-pressed={chosen === word}
          title={chosen === word ? 'Show all agents' : `Show only these agents`}
          onClick={() => onChoose(chosen === word ? null : word)}
          className={`relative cursor-pointer rounded-sm underline-offset-2 hover:underline aria-pressed:bg-tint aria-pressed:outline aria-pressed:outline-current ${word === 'running' || word === 'working' ? 'text-ink' : TONE_COLOURS[STATE_TONES[word]]}`}
        >
          {formatCount(count)} {word}
        </button>
        {index < counts.length - 1 && (
          <span aria-hidden="true" className="text-muted">
            {' ·'}
          </span>
        )}
      </span>{' '}
    </Fragment>
  ));
}
