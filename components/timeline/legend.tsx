import type { ReactNode } from 'react';
import { useSyncExternalStore } from 'react';
import { healthWord } from '@/lib/client/health-word';
import type { TypeMeaning } from '@/lib/client/message-type';
import type { AgentHealth } from '@/lib/contract/schemas';
import { ACTIVITY_COLOURS, HEALTH_COLOURS, MEANING_COLOURS } from './colours';
import { ACTIVITY_HEIGHTS, HEALTH_DASHES } from './draw-lanes';

const WIDE = '(width >= 80rem)';

/** @returns whether the screen has room for the legend by default; false on the server and during hydration */
export function useLegendFits(): boolean {
  return useSyncExternalStore(
    (listener) => {
      const query = window.matchMedia(WIDE);
      query.addEventListener('change', listener);
      return () => query.removeEventListener('change', listener);
    },
    () => window.matchMedia(WIDE).matches,
    () => false,
  );
}

const HEALTH_WORDS: Partial<Record<AgentHealth, string>> = {
  active: healthWord('active'),
  stale: 'stale',
  dead: 'dead',
  unknown: 'unknown, moved',
};
const ACTIVITIES = ['working', 'waiting', 'blocked', 'idle', 'shell'] as const;
const MEANING_WORDS: Record<TypeMeaning, string> = {
  trouble: 'blocked, conflict',
  asks: 'question',
  delegates: 'delegation',
  done: 'done or ack',
  tells: 'other message',
};

/** Explains the marks of the lanes, drawn as the lanes draw them. */
export function Legend() {
  return (
    <ul
      aria-label="Legend"
      className="drawn-colours flex shrink-0 flex-wrap gap-x-2.5 border-line border-t px-4 py-0.5 text-[11px] text-muted leading-5"
    >
      {Object.entries(HEALTH_WORDS).map(([health, words]) => (
        <Item key={health} words={words}>
          <Line colour={HEALTH_COLOURS[health as AgentHealth]} dash={HEALTH_DASHES[health as AgentHealth]} />
        </Item>
      ))}
      {ACTIVITIES.map((state) => (
        <Item key={state} words={state}>
          <path d={`M0 2h20v${ACTIVITY_HEIGHTS[state]}H0z`} fill={`var(--${ACTIVITY_COLOURS[state]})`} opacity="0.8" />
        </Item>
      ))}
      <Item words="lock held">
        <Bar colour="muted" fill={0.32} />
      </Item>
      <Item words="stale">
        <Bar colour="warn" fill={0.4} />
        <path d="M1 9.5h18" stroke="var(--warn)" />
      </Item>
      <Item words="orphaned">
        <Bar colour="bad" fill={0.12} />
        <path d="M1.5 2.5h17v7h-17z" fill="none" stroke="var(--bad)" />
      </Item>
      {Object.entries(MEANING_WORDS).map(([meaning, words]) => (
        <Item key={meaning} words={words} narrow>
          <path d="M4 1v10" stroke={`var(--${MEANING_COLOURS[meaning as TypeMeaning]})`} strokeWidth="2" />
        </Item>
      ))}
      <Item words="command" narrow>
        <path d="M4 2.5 7.5 6 4 9.5 .5 6z" fill="var(--ink)" />
      </Item>
      <Item words="task changed" narrow>
        <path d="M.5 3h7L4 9z" fill="var(--ink)" />
      </Item>
      <Item words="before the first record">
        <path d="M1 2.5h18M1 7.5h18" stroke="var(--muted)" strokeDasharray="3 2" />
        <path d="M1 11h18" stroke="var(--muted)" opacity="0.5" />
      </Item>
      <Item words="not known">
        <path d="M0 12 12 0M7 12 19 0M-7 12 5 0M14 12 26 0" stroke="var(--muted)" opacity="0.6" />
      </Item>
      <Item words="folded idle time">
        <path d="M1 0h18v12H1z" fill="var(--tint)" />
        <path d="M2 0 0 4l2 4-2 4M18 0l2 4-2 4 2 4" fill="none" stroke="var(--muted)" opacity="0.6" />
      </Item>
      <Item words="new process" narrow>
        <path d="M4 0v12M1 .5h6M1 11.5h6" stroke="var(--ink)" />
      </Item>
    </ul>
  );
}

function Item({ words, narrow, children }: { words: string; narrow?: boolean; children: ReactNode }) {
  return (
    <li className="flex items-center gap-1.5 whitespace-nowrap">
      <svg
        viewBox={narrow ? '0 0 8 12' : '0 0 20 12'}
        className={narrow ? 'h-3 w-2 shrink-0' : 'h-3 w-5 shrink-0'}
        aria-hidden="true"
      >
        {children}
      </svg>
      {words}
    </li>
  );
}

function Line({ colour, dash }: { colour: string; dash: readonly number[] }) {
  return <path d="M0 8h20" stroke={`var(--${colour})`} strokeWidth="1.5" strokeDasharray={dash.join(' ')} />;
}

/** A bar with its hard edge at the time of the acquisition. */
function Bar({ colour, fill }: { colour: string; fill: number }) {
  return (
    <>
      <path d="M1 2h18v8H1z" fill={`var(--${colour})`} fillOpacity={fill} />
      <path d="M1.5 2v8" stroke={`var(--${colour})`} />
    </>
  );
}
