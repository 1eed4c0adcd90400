/**
 * The stream's events and the one function that applies them to the state that a page shows. Pure and browser-safe: the
 * hub's tests, the page and every other client of the stream share it.
 */
import type { PastState } from './past-schemas';
import type { Connected, Heartbeat, Message, MessagesEvent } from './schemas';
import { isStateKind, pickStates, STATE_KINDS, type StateKind, type States } from './state';

/** The whole state of one kind. */
export type StateEvent = { [Kind in StateKind]: { event: Kind; data: States[Kind] } }[StateKind];

export type StreamEvent =
  | StateEvent
  | { event: 'connected'; data: Connected }
  | { event: 'messages'; data: MessagesEvent; id: string }
  | { event: 'heartbeat'; data: Heartbeat };

export type StreamEventName = StreamEvent['event'];

/** In the order in which a new client gets them. */
export const STREAM_EVENT_NAMES: readonly StreamEventName[] = ['connected', ...STATE_KINDS, 'messages', 'heartbeat'];

/** How many messages a page keeps in memory; older ones are read page by page. */
export const MESSAGES_AT_HAND = 1000;

export interface SwarmState extends States {
  /** The newest messages in order of `seq`, at most `MESSAGES_AT_HAND`. */
  messages: readonly Message[];
  /** The id of the last `messages` event: a reconnect resumes from it. */
  lastEventId: string | null;
  /** Messages are missing between those that this client had before and those that it has now. */
  gap: boolean;
  /** The next `messages` event replaces the list: it is a fresh start, not a continuation. */
  replacing: boolean;
  /** When the last event came, by the server's clock. */
  heardAt: string | null;
}

/**
 * The state after an event.
 *
 * @param state the state before it, never changed in place
 * @param event one event of the stream, in the order of its arrival
 * @returns the same object where the event changes nothing
 */
export function apply(state: SwarmState, event: StreamEvent): SwarmState {
  if (isStateEvent(event)) return { ...state, [event.event]: event.data };
  switch (event.event) {
    case 'connected':
      return {
        ...state,
        replacing: !event.data.resumed,
        gap: event.data.gap,
        heardAt: event.data.timestamp,
      };
    case 'heartbeat':
      return { ...state, heardAt: event.data.timestamp };
    case 'messages': {
      const messages = state.replacing ? event.data.messages : following(state.messages, event.data.messages);
      return { ...state, messages, lastEventId: event.id, replacing: false };
    }
  }
}

function isStateEvent(event: StreamEvent): event is StateEvent {
  return isStateKind(event.event);
}

function following(known: readonly Message[], arrived: readonly Message[]): readonly Message[] {
  const last = known.at(-1)?.seq ?? 0;
  // `seq` only rises, so a replayed message is recognised by its number and not shown twice.
  const fresh = arrived.filter((message) => message.seq > last);
  return fresh.length === 0 ? known : [...known, ...fresh].slice(-MESSAGES_AT_HAND);
}

/** @returns a past moment as a page shows the swarm. */
export function swarmAt(past: PastState): SwarmState {
  const { at, messages } = past;
  return {
    ...pickStates(past),
    messages: messages.messages,
    lastEventId: messages.next_cursor,
    gap: false,
    replacing: false,
    heardAt: at,
  };
}

/** `<epoch>.<seq>`, the id of a stream event and the cursor of a page. */
export function formatCursor(epoch: string, seq: number): string {
  return `${epoch}.${seq}`;
}

/** An epoch of 64 characters, a dot and a number of 16 digits. */
const MAX_CURSOR_LENGTH = 81;

/**
 * Reads cursors and ids of the stream, in bounded time for any text.
 *
 * @returns the parts of a cursor, or null if the text is none
 */
export function parseCursor(text: string): { epoch: string; seq: number } | null {
  if (text.length > MAX_CURSOR_LENGTH) return null;
  const match = /^([A-Za-z0-9_-]{1,64})\.(0|[1-9]\d{0,15})$/.exec(text);
  if (!match) return null;
  const seq = Number(match[2]);
  return Number.isSafeInteger(seq) ? { epoch: match[1] as string, seq } : null;
}
