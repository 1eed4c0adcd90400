/** Server-sent events. */
import { STREAM_PATH } from '../../../contract/paths';
import { streamResponse } from '../../stream/stream';
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
];
