/** The endpoints of the event stream. */
import { STREAM_PATH, WEBSOCKET_PATH } from '../../../contract/paths';
import { streamResponse } from '../../stream/stream';
import { upgradeRequired } from '../../websocket/handshake';
import { directStream } from '../direct-stream';
import { declare, type Endpoint } from '../endpoint';

export const STREAM_ENDPOINTS: readonly Endpoint[] = [
  declare({
    path: STREAM_PATH,
    scope: 'read',
    tag: 'Stream',
    id: 'followSwarm',
    summary: 'Server-sent events: the state first, then every change',
    request: 'stream',
    answer: 'stream',
    direct: directStream,
    answerTo: async ({ request, principal, query: { lastEventId }, context }) => {
      const { hub } = context.runtime;
      await hub.reaching(lastEventId);
      const place = context.streams.take(principal, context.config);
      return streamResponse(request, { hub, lastEventId, place });
    },
  }),
  declare({
    path: WEBSOCKET_PATH,
    scope: 'read',
    tag: 'Stream',
    id: 'openWebSocket',
    summary: 'The same events over a WebSocket',
    answer: 'webSocket',
    problems: [426],
    // Handshakes are answered in front of Next (`direct-socket.ts`).
    answerTo: () => {
      throw upgradeRequired();
    },
  }),
];
