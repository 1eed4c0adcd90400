/** What the page knows: the swarm, and what it can say about messages that it may have missed. */
import { apply, type StreamEvent, type SwarmState } from '../contract/events';
import type { Message } from '../contract/schemas';

/** Messages may be missing after the one and before the other; null where there is none to name. */
export interface Gap {
  after: Message | null;
  before: Message | null;
}

/**
 * Messages are in the order in which they were recorded, so by their own times the one before a gap may be the later one.
 *
 * @returns the time around which messages may be missing where the gap would end before it starts, else null
 */
export function gapAround({ after, before }: Gap): string | null {
  const [from, to] = [after?.sent_at ?? null, before?.sent_at ?? null];
  return from !== null && to !== null && Date.parse(to) < Date.parse(from) ? from : null;
}

export interface View {
  swarm: SwarmState;
  gap: Gap | null;
}

/** @returns the view after a batch of stream events, the same object where they change nothing. */
export function applyAll(view: View, events: readonly StreamEvent[]): View {
  return events.reduce(applyOne, view);
}

function applyOne(view: View, event: StreamEvent): View {
  const swarm = apply(view.swarm, event);
  if (event.event === 'connected' && event.data.gap) {
    // A second gap before the first was dismissed widens it: the earliest known edge is the one to name.
    return { swarm, gap: { after: view.gap?.after ?? view.swarm.messages.at(-1) ?? null, before: null } };
  }
  if (event.event === 'messages' && view.gap !== null && view.gap.before === null) {
    return { swarm, gap: { ...view.gap, before: swarm.messages[0] ?? null } };
  }
  return swarm === view.swarm ? view : { ...view, swarm };
}
