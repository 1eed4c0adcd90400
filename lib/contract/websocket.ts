/** What a client and the server say over a WebSocket, apart from the events of the stream. */
import { z } from 'zod';

/** Both sides name it in the handshake (RFC 6455, 1.9). */
export const WEBSOCKET_PROTOCOL = 'swarm.v1';
/** What one message of a client may have. */
export const MAX_MESSAGE_BYTES = 65_536;

/** Why the server closes a connection, by the code of its close message (RFC 6455, 7.4). */
export const CLOSE_CODES = {
  1001: 'The server stops. Connect again, with the last id.',
  1002: 'The client broke the rules of RFC 6455.',
  1003: 'The client sent a binary message.',
  1007: 'The client sent text that is not UTF-8.',
  1008: 'No hello within 10 s, an access that is refused or was revoked, or too many messages. The reason says which.',
  1009: 'The client sent a message that is too long.',
  1011: 'The server failed; its log says more.',
  1013:
    'Connect again, with the last id: the client did not read for 30 s, too many streams are open, the swarm has not been ' +
    'read yet, or another history was opened.',
} as const;

/** A code with which the server closes a connection. */
export type CloseCode = keyof typeof CLOSE_CODES;

/** The first message of a client. */
export const hello = z
  .object({
    type: z.literal('hello'),
    authorization: z
      .string()
      .nullish()
      .describe('As the header Authorization, for browsers, which cannot set it: `Bearer ...` or `Basic ...`.'),
    events: z
      .boolean()
      .default(true)
      .describe('False: of the events of the stream only `connected` and the heartbeat, for clients of terminals.'),
    last_event_id: z.string().nullish().describe('The last `id` that was received; absent for a first visit.'),
  })
  .meta({ id: 'SocketHello', description: 'The first message of a client.' });
export type Hello = z.output<typeof hello>;
