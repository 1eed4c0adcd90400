/**
 * What the tab with the stream passes on to the other tabs of a browser, and which part of it a tab at any position may use.
 * Pure: positions and messages decide, never which tab sends or when.
 */
import { apply, parseCursor, type StreamEvent, type SwarmState } from '../contract/events';
import { STATE_KINDS } from '../contract/state';

/** Events in the order in which the sender received them, with the sender's position before them. */
export interface RelayedBatch {
  /** The sender's last event id before these events. */
  after: string | null;
  /** Whether the sender's next `messages` event replaces its list. */
  replacing: boolean;
  events: readonly StreamEvent[];
}

export interface Followed {
  /** What the receiver applies: nothing that it has, nothing behind a hole. */
  events: StreamEvent[];
  /** Messages lie between the receiver's position and what the sender passed on. */
  behind: boolean;
}

/** @returns a batch as it is sent, from the sender's state before these events */
export function batchAfter({ lastEventId, replacing }: SwarmState, events: readonly StreamEvent[]): RelayedBatch {
  return { after: lastEventId, replacing, events };
}

/**
 * Selects the part of a batch that continues the receiver's own position. Kinds of state are whole values and always pass;
 * messages pass only if nothing lies between.
 *
 * @param own the receiver's state
 */
export function follow(own: SwarmState, batch: RelayedBatch): Followed {
  const followed: Followed = { events: [], behind: false };
  let [state, position, replacing] = [own, batch.after, batch.replacing];
  const pass = (event: StreamEvent) => {
    state = apply(state, event);
    followed.events.push(event);
  };
  for (const event of batch.events) {
    if (event.event === 'connected') {
      const { timestamp, resumed } = event.data;
      // What the server says about the sender's position is true of a receiver at the same position alone.
      if (!resumed && state.lastEventId === position) pass(event);
      else pass({ event: 'heartbeat', data: { timestamp } });
      replacing = !resumed;
    } else if (event.event === 'messages') {
      const continued = continueFrom(state, event, { position, replacing });
      if (continued === 'behind') followed.behind = true;
      else if (continued !== null) pass(continued);
      [position, replacing] = [event.id, false];
    } else {
      pass(event);
    }
  }
  return followed;
}

type MessagesEvent = Extract<StreamEvent, { event: 'messages' }>;
interface Sender {
  position: string | null;
  replacing: boolean;
}

/** @returns the event with what the receiver lacks, null if it lacks nothing */
function continueFrom(own: SwarmState, event: MessagesEvent, sender: Sender): MessagesEvent | 'behind' | null {
  if (own.lastEventId === sender.position && own.replacing === sender.replacing) return event;
  const at = place(own.lastEventId);
  const end = place(event.id);
  if (own.replacing || at === null || end === null || at.epoch !== end.epoch) return 'behind';
  if (at.seq >= end.seq) return null;
  const { messages } = event.data;
  const from = place(sender.position);
  const start = sender.replacing || from?.epoch !== at.epoch ? messages[0]?.seq : from.seq;
  if (start === undefined || at.seq < start) return 'behind';
  const missing = messages.filter(({ seq }) => seq > at.seq);
  return { ...event, data: { messages: missing, count: missing.length } };
}

/**
 * Brings another tab to this tab's state.
 *
 * @param own the state of the tab that answers
 * @param position the last event id of the tab that asks
 * @returns what the other tab lacks; null if this tab cannot know: another history, or messages that it no longer has
 */
export function catchUp(own: SwarmState, position: string | null): StreamEvent[] | null {
  const messages = messagesAfter(own, position);
  if (messages === null) return null;
  const states = STATE_KINDS.map((kind) => ({ event: kind, data: own[kind] }) as StreamEvent);
  const heard: StreamEvent[] = own.heardAt === null ? [] : [{ event: 'heartbeat', data: { timestamp: own.heardAt } }];
  return [...states, ...messages, ...heard];
}

function messagesAfter({ lastEventId, messages, replacing }: SwarmState, position: string | null) {
  if (replacing) return null;
  if (position === lastEventId) return [];
  const [from, to] = [place(position), place(lastEventId)];
  if (from === null || to === null || from.epoch !== to.epoch || lastEventId === null) return null;
  if (from.seq >= to.seq) return [];
  const oldest = messages[0]?.seq;
  if (oldest === undefined || from.seq < oldest) return null;
  const missing = messages.filter(({ seq }) => seq > from.seq);
  return [{ event: 'messages' as const, data: { messages: missing, count: missing.length }, id: lastEventId }];
}

function place(id: string | null) {
  return id === null ? null : parseCursor(id);
}
