/**
 * The stream in front of Next: the checks and headers of every endpoint (`endpoint.ts`), on Node's own request and response.
 * Web's objects for them were a third of what a client that comes back costs.
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { STREAM_PATH } from '../../contract/paths';
import { admit } from '../access/access';
import { type DirectAnswer, sendWhole } from '../front/direct-answers';
import { setDataHeaders } from '../http/headers';
import { readRequest } from '../http/parameters';
import { phase } from '../http/phase';
import { connectionOf, plainHeaders, type RequestConnection } from '../http/request-connection';
import { takeOver } from '../stream/detached-response';
import { streamDirectly } from '../stream/stream';
import { allowOrigin, failureResponse } from './endpoint';
import { awaitFirstState, type ServerContext } from './server-context';

/** @returns what answers GET of the stream; failures are answered as problems */
export function directStream(context: ServerContext): DirectAnswer {
  return (request, response) => answerStream(request, response, context);
}

async function answerStream(request: IncomingMessage, response: ServerResponse, context: ServerContext): Promise<void> {
  const { config, runtime, requests, streams } = context;
  const asked = { method: 'GET', url: request.url ?? '', headers: plainHeaders(request.headers) };
  try {
    const connection = connectionOf(asked.headers);
    // Nobody is admitted without a known connection.
    const principal = admit(asked.headers, context, { connection });
    if (phase() !== 'ready') await awaitFirstState(runtime);
    const { hub } = runtime;
    const { lastEventId } = readRequest(requests.stream, STREAM_PATH, asked);
    // Awaits only where it must wait: each turn that a client takes is one more for all clients behind it.
    const reached = hub.reaching(lastEventId);
    if (reached !== null) await reached;
    if (response.destroyed) return;
    const place = streams.take(principal, config);
    streamDirectly({ hub, lastEventId, place }, connection as RequestConnection, (headers) => {
      const own = responseHeaders(response);
      for (const [name, value] of Object.entries(headers)) own.set(name, value);
      setDataHeaders(own, config);
      allowOrigin(asked, own, config);
      return takeOver(response);
    });
  } catch (error) {
    await sendWhole(failureResponse(error, asked, context), response);
  }
}

/** @returns the headers of Node's response with the methods of web's */
function responseHeaders(response: ServerResponse): Pick<Headers, 'append' | 'get' | 'has' | 'set'> {
  return {
    append: (name, value) => void response.appendHeader(name, value),
    get: (name) => response.getHeader(name)?.toString() ?? null,
    has: (name) => response.hasHeader(name),
    set: (name, value) => void response.setHeader(name, value),
  };
}
