/** The events of the stream for whoever checks or documents them; `events.ts`, which browsers load, knows no zod. */
import { z } from 'zod';
import type { StreamEventName } from './events';
import { examples } from './examples';
import {
  agentsAnswer,
  attentionAnswer,
  connected,
  cursor,
  heartbeat,
  locksAnswer,
  messagesEvent,
  sources,
  stats,
} from './schemas';

/** The data of each event, in the order in which a new client gets them, and when it comes. */
export const STREAM_EVENTS = {
  connected: { data: connected, when: 'first' },
  sources: { data: sources, when: 'first state, then on change' },
  agents: { data: agentsAnswer, when: 'first state, then on change, by time alone too' },
  locks: { data: locksAnswer, when: 'first state, then on change, releases included' },
  stats: { data: stats, when: 'first state, on change, at least every 5 s' },
  attention: { data: attentionAnswer, when: 'first state, then on change' },
  messages: {
    data: messagesEvent,
    when:
      'first the newest 50, or exactly the missed ones when resuming; then only new ones, each exactly once and in ' +
      'order. The first one always comes, even empty. Its id is that of the last message',
  },
  heartbeat: { data: heartbeat, when: 'every second' },
} as const satisfies Record<StreamEventName, { data: z.ZodType; when: string }>;

const event = <Name extends StreamEventName, Data extends z.ZodType>(name: Name, data: Data) =>
  z.object({ event: z.literal(name), data });

/** One event, its data parsed. */
export const streamEvent = z
  .discriminatedUnion('event', [
    event('connected', connected),
    event('sources', sources),
    event('agents', agentsAnswer),
    event('locks', locksAnswer),
    event('stats', stats),
    event('attention', attentionAnswer),
    event('messages', messagesEvent).extend({ id: cursor.describe('What a client resumes from.') }),
    event('heartbeat', heartbeat),
  ])
  .meta({ id: 'StreamEvent', description: 'One event of the stream, its `data` parsed.' });

/** The stream as it arrives, of a client that resumes. */
export const STREAM_EXAMPLE = [
  'retry: 1000',
  wire('connected', examples.connected),
  wire('sources', examples.sources),
  wire('agents', examples.agents),
  wire('locks', examples.locks),
  wire('stats', examples.stats),
  wire('attention', examples.attention),
  wire('messages', examples.messagesEvent, examples.messages.next_cursor),
  wire('heartbeat', examples.heartbeat),
]
  .map((block) => `${block}\n\n`)
  .join('');

function wire(name: StreamEventName, data: unknown, id?: string): string {
  return [`event: ${name}`, ...(id === undefined ? [] : [`id: ${id}`]), `data: ${JSON.stringify(data)}`].join('\n');
}
