import { memo } from 'react';
import type { Address } from '@/lib/client/address';
import { formatCount } from '@/lib/client/text';
import type { Agent, AgentsAnswer, Lock, LocksAnswer } from '@/lib/contract/schemas';
import { agentState, STATE_TONES, STATE_WORDS, type StateWord } from '../agents/agent-state';
import { StateMark, TONE_COLOURS } from '../agents/state-mark';
import { AddressLink } from '../ui/address-link';
import { AgentName } from '../ui/agent-name';
import { Text } from '../ui/text';
import { RelativeTime } from '../ui/time';

/** Of each row; a screen of a phone has room for about as many. */
const MAX_NAMES = 12;
const MAX_LOCKS = 3;

interface AtAGlanceProps {
  agents: AgentsAnswer;
  locks: LocksAnswer;
  onGo: (to: Partial<Address>) => void;
}

/**
 * Which agents are in which state, and which locks are past the timeout. On a narrow screen it is below "Needs you",
 * where the panels that say so are on other tabs.
 */
export const AtAGlance = memo(function AtAGlance({ agents, locks, onGo }: AtAGlanceProps) {
  const rows = byState(agents.agents);
  const stale = locks.locks.filter((lock) => lock.stale === true);
  if (rows.length === 0) return null;
  return (
    <section
      aria-label="At a glance"
      className="max-h-[45%] shrink-0 overflow-y-auto overscroll-contain border-line border-t px-4 py-2 md:hidden"
    >
      <dl className="grid grid-cols-[auto_minmax(0,1fr)] gap-x-3 gap-y-1">
        {rows.map(({ word, ids }) => (
          <Row key={word} word={word} ids={ids} onGo={onGo} />
        ))}
        {locks.stale_count > 0 && <StaleLocks stale={stale} count={locks.stale_count} onGo={onGo} />}
      </dl>
    </section>
  );
});

function Row({ word, ids, onGo }: { word: StateWord; ids: readonly string[]; onGo: AtAGlanceProps['onGo'] }) {
  const tone = STATE_TONES[word];
  const shown = ids.slice(0, MAX_NAMES);
  return (
    <>
      <dt className={`flex items-center gap-1.5 self-start ${TONE_COLOURS[tone]}`}>
        <StateMark word={word} tone={tone} />
        {word}
      </dt>
      <dd className="flex flex-wrap gap-x-2.5">
        {shown.map((id) => (
          <AddressLink key={id} to={{ agent: id }} onGo={onGo}>
            <AgentName id={id} max={32} />
          </AddressLink>
        ))}
        {ids.length > shown.length && <span className="text-muted">and {formatCount(ids.length - shown.length)}</span>}
      </dd>
    </>
  );
}

function StaleLocks({ stale, count, onGo }: { stale: readonly Lock[]; count: number; onGo: AtAGlanceProps['onGo'] }) {
  const shown = stale.slice(0, MAX_LOCKS);
  return (
    <>
      <dt className="self-start text-warn">stale locks</dt>
      <dd>
        <ul>
          {shown.map((lock) => (
            <li key={lock.lock_file} className="flex gap-x-2">
              <AddressLink to={{ lock: lock.lock_file }} onGo={onGo} className="link min-w-0 truncate">
                <Text value={lock.filepath} max={120} />
              </AddressLink>
              <span className="shrink-0">
                <AgentName id={lock.agent_id} max={32} />
              </span>
              <span className="ml-auto min-w-11 shrink-0 text-right text-muted">
                <RelativeTime instant={lock.acquired_at} form="age" label="Held since" />
              </span>
            </li>
          ))}
        </ul>
        {count > shown.length && <span className="text-muted">and {formatCount(count - shown.length)} more</span>}
      </dd>
    </>
  );
}

function byState(agents: readonly Agent[]): { word: StateWord; ids: readonly string[] }[] {
  const words = new Map<StateWord, string[]>();
  for (const agent of agents) {
    const { word } = agentState(agent);
    const ids = words.get(word) ?? [];
    ids.push(agent.id);
    words.set(word, ids);
  }
  return STATE_WORDS.flatMap((word) => {
    const ids = words.get(word);
    return ids === undefined ? [] : [{ word, ids }];
  });
}
