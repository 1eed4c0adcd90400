import { use } from 'react';
import { Moment } from '@/lib/client/moment';
import type { Agent } from '@/lib/contract/schemas';
import { RelativeTime } from '../ui/time';

/**
 * How long ago an agent sent its newest own message; says so where that message has no readable time. Of a past moment
 * the server looks up only part of a large swarm: there, no message is no proof of silence.
 */
export function LastSpoke({ agent }: { agent: Pick<Agent, 'last_spoke_at' | 'last_message'> }) {
  const isPast = use(Moment) !== null;
  if (agent.last_spoke_at === null && agent.last_message !== null) return <>spoke at an unknown time</>;
  if (agent.last_spoke_at === null && isPast) return <>no message known</>;
  return <RelativeTime instant={agent.last_spoke_at} form="spoke" label="Last message from this agent" />;
}
