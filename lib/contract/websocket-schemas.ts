/** What the server sends over a WebSocket, for the API document. */
import { z } from 'zod';
import { problem } from './schemas';
import { streamEvent } from './stream-schemas';

/** One message of the server. */
export const socketEvent = z
  .union([streamEvent, z.object({ event: z.literal('error'), data: problem })])
  .meta({ id: 'SocketEvent', description: 'One message of the server: an event of the stream, or an error.' });
