/** The state of the page: the swarm, and the gap in which messages may be missing. */
import { apply, type StreamEvent, type SwarmState } from '../contract/events';
import type { Message } from '../contract/schemas';

/** Messages may be missing after the first and before the second; null if there is no such message. */
export interface Gap {
  after: Message | null;
  before: Message | null;
}

/**
 * Finds out whether the times of a gap are in order. Messages are in the order of recording, so the message before a
 * gap may have the later time.
 *
 * @returns the time around which messages may be missing if the gap would end before it starts, else null
 */
export function gapAround({ after, before }: Gap): string | null {
  const [from, to] = [after?.sent_at ?? null, before?.sent_at ?? null];
  return from !== null && to !== null && Date.parse(to) < Date.parse(from) ? from : null;
}

export interface View {
  swarm: SwarmState;
  gap: Gap | null;
}

/** @returns the view after a batch of stream events; the same object if they change nothing */
export function applyAll(view: View, events: readonly StreamEvent[]): View {
  return events.reduce(applyOne, view);
}

function applyOne(view: View, event: StreamEvent): View {
  const swarm = apply(view.swarm, event);
  if (event.event === 'connected' && event.data.gap) {
    // A second gap before the first is dismissed widens it: the earliest known edge is kept.
    return { swarm, gap: { after: view.gap?.after ?? view.swarm.messages.at(-1) ?? null, before: null } };
  }
  if (event.event === 'messages' && view.gap !== null && view.gap.before === null) {
    return { swarm, gap: { ...view.gap, before: swarm.messages[0] ?? null } };
  }
  return swarm === view.swarm ? view : { ...view, swarm };
}
