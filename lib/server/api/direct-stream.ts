/**
 * The stream in front of Next: the checks and headers of every route (`endpoint()`), on Node's own request and response.
 * Web's objects for them were a third of what a client that comes back costs.
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { getRuntime } from '../../swarms/swarm';
import { admit } from '../access/access';
import { sendWhole } from '../front/direct-answers';
import { setDataHeaders } from '../http/headers';
import { phase } from '../http/phase';
import { connectionOf, plainHeaders, type RequestConnection } from '../http/request-connection';
import { takeOver } from '../stream/detached-response';
import { streamDirectly } from '../stream/stream';
import { parseStreamQuery } from '../stream/stream-query';
import { allowOrigin, failureResponse, runtimeFor } from './endpoint';

/** Answers GET of the stream; what is wrong is answered as a problem. */
export async function answerStream(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const asked = { method: 'GET', url: request.url ?? '', headers: plainHeaders(request.headers) };
  try {
    const connection = connectionOf(asked.headers);
    // Without a connection nobody is let in here.
    const principal = admit(asked.headers, { connection });
    const { hub } = phase() === 'ready' ? getRuntime() : await runtimeFor(false);
    const { lastEventId } = parseStreamQuery(asked);
    // Nothing is awaited where nothing is to be waited for: each turn that a client takes is one more for all behind it.
    const reached = hub.reaching(lastEventId);
    if (reached !== null) await reached;
    if (response.destroyed) return;
    streamDirectly(hub, lastEventId, principal, connection as RequestConnection, (headers) => {
      const own = responseHeaders(response);
      for (const [name, value] of Object.entries(headers)) own.set(name, value);
      setDataHeaders(own);
      allowOrigin(asked, own);
      return takeOver(response);
    });
  } catch (error) {
    await sendWhole(failureResponse(error, asked), response);
  }
}

/** The headers of Node's response as those of web's are set. */
function responseHeaders(response: ServerResponse): Pick<Headers, 'append' | 'get' | 'has' | 'set'> {
  return {
    append: (name, value) => void response.appendHeader(name, value),
    get: (name) => response.getHeader(name)?.toString() ?? null,
    has: (name) => response.hasHeader(name),
    set: (name, value) => void response.setHeader(name, value),
  };
}
