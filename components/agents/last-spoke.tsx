import { use } from 'react';
import { Moment } from '@/lib/client/moment';
import type { Agent } from '@/lib/contract/schemas';
import { RelativeTime } from '../ui/time';

interface LastSpokeProps {
  agent: Pick<Agent, 'last_spoke_at' | 'last_message'>;
  /** Only the age is visible; screen readers get the whole text. */
  short?: boolean;
}

/**
 * How long ago an agent sent its last message, or that the message has no readable time. For a past moment the server
 * looks up only part of a large swarm, so no message there is not evidence that the agent was silent.
 */
export function LastSpoke({ agent, short = false }: LastSpokeProps) {
  const isPast = use(Moment) !== null;
  if (agent.last_spoke_at === null) {
    const isUntimed = agent.last_message !== null;
    const text = isUntimed ? 'spoke at an unknown time' : isPast ? 'no message known' : 'has not spoken';
    return short ? <Short sign={isUntimed ? '?' : '–'}>{text}</Short> : text;
  }
  const label = 'Last message from this agent';
  if (!short) return <RelativeTime instant={agent.last_spoke_at} form="spoke" label={label} />;
  const age = <RelativeTime instant={agent.last_spoke_at} form="age" label={label} />;
  // The words and the age are one text: a reader that is sent from text to text would otherwise find the age alone.
  return (
    <>
      <span className="sr-only">silent {age}</span>
      <span aria-hidden="true">{age}</span>
    </>
  );
}

function Short({ sign, children }: { sign: string; children: string }) {
  return (
    <span title={children}>
      <span aria-hidden="true">{sign}</span>
      <span className="sr-only">{children}</span>
    </span>
  );
}
