/** What the server sends over a WebSocket, for the API document. */
import { z } from 'zod';
import { problem } from './schemas';
import { streamEvent } from './stream-schemas';
import { terminalInputAnswer, terminalInterruptAnswer, terminalKeysAnswer } from './terminal-requests';
import { terminalEvent } from './terminal-schemas';

/** What a terminal shows, to a client that has subscribed to it. */
const socketTerminal = z.object({
  event: z.literal('terminal'),
  agent: z.string(),
  id: z.string().nullable().describe('That of the event, for `last_event_id` of the next subscription.'),
  data: terminalEvent,
});

/** The answer to one message of the client. */
const socketAnswer = z.object({
  event: z.literal('answer'),
  data: z.object({
    request_id: z.string().nullable().describe('As the client sent it; null if it sent none.'),
    type: z.string().describe('That of the message.'),
    agent: z.string(),
    status: z.int().describe('As the HTTP endpoint of the command would answer.'),
    answer: z
      .union([terminalInputAnswer, terminalKeysAnswer, terminalInterruptAnswer])
      .nullable()
      .describe('What a command did; null for subscriptions, and where it was refused.'),
    problem: problem.loose().nullable().describe('Why it was refused; null if it was not.'),
  }),
});

/** One message of the server. */
export const socketEvent = z
  .union([streamEvent, z.object({ event: z.literal('error'), data: problem }), socketTerminal, socketAnswer])
  .meta({
    id: 'SocketEvent',
    description:
      'One message of the server: an event of the stream, an error, an event of a terminal, or the answer to a message.',
  });

export type SocketAnswer = z.infer<typeof socketAnswer>['data'];
