import { use } from 'react';
import { Moment } from '@/lib/client/moment';
import type { Agent } from '@/lib/contract/schemas';
import { RelativeTime } from '../ui/time';

/**
 * How long ago an agent sent its last message, or that the message has no readable time. For a past moment the server
 * looks up only part of a large swarm, so no message there is not evidence that the agent was silent.
 */
export function LastSpoke({ agent }: { agent: Pick<Agent, 'last_spoke_at' | 'last_message'> }) {
  const isPast = use(Moment) !== null;
  if (agent.last_spoke_at === null && agent.last_message !== null) return <>spoke at an unknown time</>;
  if (agent.last_spoke_at === null && isPast) return <>no message known</>;
  return <RelativeTime instant={agent.last_spoke_at} form="spoke" label="Last message from this agent" />;
}
