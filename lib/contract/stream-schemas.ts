/** Schemas of the stream's events, for validation and documents; `events.ts`, which browsers load, has no zod. */
import { z } from 'zod';
import type { StreamEventName } from './events';
import { examples } from './examples';
import { connected, cursor, heartbeat, messagesEvent } from './schemas';
import { mapStates, STATE_KINDS, type StateKind } from './state';
import { STATE_EVENTS, STATE_SCHEMAS } from './state-schemas';

/** The data of each event, in the order in which a new client gets them, and when it comes. */
export const STREAM_EVENTS: Record<StreamEventName, { data: z.ZodType; when: string }> = {
  connected: { data: connected, when: 'first' },
  ...mapStates<Record<StateKind, { data: z.ZodType; when: string }>>((kind) => ({
    data: STATE_SCHEMAS[kind],
    when: STATE_EVENTS[kind],
  })),
  messages: {
    data: messagesEvent,
    when:
      'first the newest 50, or exactly the missed ones when resuming; then only new ones, each exactly once and in ' +
      'order. The first one always comes, even empty. Its id is that of the last message',
  },
  heartbeat: { data: heartbeat, when: 'every second' },
};

const event = <Name extends StreamEventName, Data extends z.ZodType>(name: Name, data: Data) =>
  z.object({ event: z.literal(name), data });

/** One event, its data parsed. */
export const streamEvent = z
  .discriminatedUnion('event', [
    event('connected', connected),
    ...STATE_KINDS.map((kind) => event(kind, STATE_SCHEMAS[kind])),
    event('messages', messagesEvent).extend({ id: cursor.describe('What a client resumes from.') }),
    event('heartbeat', heartbeat),
  ])
  .meta({ id: 'StreamEvent', description: 'One event of the stream, its `data` parsed.' });

/** The stream in its wire format, for a client that resumes. */
export const STREAM_EXAMPLE = [
  'retry: 1000',
  wire('connected', examples.connected),
  ...STATE_KINDS.map((kind) => wire(kind, examples[kind])),
  wire('messages', examples.messagesEvent, examples.messages.next_cursor),
  wire('heartbeat', examples.heartbeat),
]
  .map((block) => `${block}\n\n`)
  .join('');

function wire(name: StreamEventName, data: unknown, id?: string): string {
  return [`event: ${name}`, ...(id === undefined ? [] : [`id: ${id}`]), `data: ${JSON.stringify(data)}`].join('\n');
}
