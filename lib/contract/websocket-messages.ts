/** What a client may say over a WebSocket after the hello: about terminals. */
import { z } from 'zod';
import { terminalInputBody, terminalKeysBody } from './terminal-requests';
import { TERMINAL_MODES } from './terminal-schemas';

/** Longer than any id. */
const MAX_ID_LENGTH = 1000;

const agent = z.string({ error: 'must be a text.' }).max(MAX_ID_LENGTH, { error: 'is too long.' });
const named = {
  agent: agent.describe('The id of the agent.'),
  request_id: z
    .string({ error: 'must be a text.' })
    .max(200, { error: 'must have at most 200 characters.' })
    .optional()
    .describe('Any text, which the `answer` names.'),
};
const channel = z.literal('terminal', { error: 'must be "terminal".' });
const key = z
  .string({ error: 'must be a text.' })
  .regex(/^[\x21-\x7e]{1,200}$/, { error: 'must be 1 to 200 visible ASCII characters.' })
  .optional()
  .describe('As the header Idempotency-Key.');

const subscribeMessage = z.object({
  type: z.literal('subscribe'),
  channel,
  ...named,
  mode: z
    .enum(TERMINAL_MODES, { error: `must be ${TERMINAL_MODES.join(' or ')}.` })
    .default('live')
    .describe('As the parameter of `GET /api/agents/{id}/terminal`.'),
  last_event_id: z
    .string({ error: 'must be a text.' })
    .nullish()
    .describe('The last `id` of this terminal that was received.'),
});
const unsubscribeMessage = z.object({ type: z.literal('unsubscribe'), channel, ...named });
const inputMessage = terminalInputBody.safeExtend({ type: z.literal('input'), ...named, key });
const keysMessage = terminalKeysBody.safeExtend({ type: z.literal('keys'), ...named, key });
const interruptMessage = z.object({ type: z.literal('interrupt'), ...named, key });

export const terminalMessage = z
  .union([subscribeMessage, unsubscribeMessage, inputMessage, keysMessage, interruptMessage])
  .meta({
    id: 'SocketTerminalMessage',
    description:
      'A message of a client about a terminal, after the hello: each is answered by one `answer`. `input`, `keys` and ' +
      '`interrupt` are the commands of the same name.',
  });

/** The schema of each message by its type. */
export const TERMINAL_MESSAGES = {
  subscribe: subscribeMessage,
  unsubscribe: unsubscribeMessage,
  input: inputMessage,
  keys: keysMessage,
  interrupt: interruptMessage,
} as const;

export type TerminalMessage = z.output<typeof terminalMessage>;
export type TerminalCommand = Extract<TerminalMessage, { type: 'input' | 'keys' | 'interrupt' }>;
