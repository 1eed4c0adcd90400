/**
 * The WebSocket in front of Next: the checks of every endpoint (`endpoint.ts`) on the handshake, and on the credentials
 * that a browser can only send in its first message.
 */
import { PROBLEMS } from '../../contract/problems';
import type { CloseCode, Hello } from '../../contract/websocket';
import { admit } from '../access/access';
import { needsCredentials } from '../access/access-context';
import { checkSocketOrigin } from '../access/change-guard';
import { OpenStreams } from '../access/open-streams';
import { sendWhole } from '../front/direct-answers';
import type { UpgradeAnswer } from '../front/upgrades';
import { phase } from '../http/phase';
import { isProblem, ProblemError, problemBody } from '../http/problem';
import { connectionOf, type HeaderReader, plainHeaders, type RequestConnection } from '../http/request-connection';
import { checkHandshake } from '../websocket/handshake';
import type { OpenSocket } from '../websocket/open-socket';
import { WebSockets } from '../websocket/web-sockets';
import { failureResponse } from './endpoint';
import { reportError } from './report-error';
import { awaitFirstState, type ServerContext } from './server-context';
import { socketTerminals } from './socket-terminals';

/** Connections without a hello, which nothing is known of: each may hold 16 KB. */
const MAX_UNGREETED = 2_000;

/** Answers the handshakes of WebSockets. */
export interface DirectSocket {
  answer: UpgradeAnswer;
  /** Ends all open WebSockets. */
  stop(): void;
}

/** A handshake that was accepted. */
interface Visitor {
  headers: HeaderReader;
  connection: RequestConnection;
}

/** @param options as for `WebSockets` */
export function directSocket(context: ServerContext, options: { helloTimeoutMs?: number } = {}): DirectSocket {
  const sockets = new WebSockets(options);
  const ungreeted = new OpenStreams();
  const answer: UpgradeAnswer = (request, response, head) => {
    const asked = { method: 'GET', headers: plainHeaders(request.headers) };
    const connection = connectionOf(asked.headers);
    // The client has left.
    if (connection === null) return void request.socket.destroy();
    try {
      const visitor = { headers: asked.headers, connection };
      const client = admitHandshake(visitor, context);
      const place = ungreeted.take(
        { client, credential: null },
        { streams: MAX_UNGREETED, streamsPerClient: context.config.streamsPerClient },
      );
      const onHello = (socket: OpenSocket, hello: Hello) => void greet(socket, hello, visitor, context);
      sockets.accept(request, head, { connection, place, onHello });
    } catch (error) {
      sendWhole(failureResponse(error, asked, context), response).catch(() => request.socket.destroy());
    }
  };
  return { answer, stop: () => sockets.stop() };
}

/**
 * Checks a handshake.
 *
 * @returns the key for the client's limits
 * @throws {ProblemError} to answer with instead
 */
function admitHandshake({ headers, connection }: Visitor, context: ServerContext): string {
  // A browser sends its credentials in the hello. Until then only the host is known to be right.
  const later = needsCredentials(context.config) && headers.get('authorization') === null;
  const { client } = admit(headers, context, { connection, hostOnly: later });
  checkSocketOrigin(headers, context.config);
  checkHandshake(headers);
  if (phase() === 'stopping') throw new ProblemError('unavailable', 'The server is stopping.');
  return client;
}

/** Checks the credentials of a client again, with those of its hello, and lets it follow the stream. */
async function greet(socket: OpenSocket, hello: Hello, visitor: Visitor, context: ServerContext): Promise<void> {
  const { runtime, streams, config } = context;
  const lastEventId = hello.last_event_id || null;
  try {
    const { headers, connection } = visitor;
    // The operator key is compared only where it was sent, so that other tokens count as no attempt.
    const operator = typeof hello.authorization === 'string';
    const known = withAuthorization(headers, hello);
    const principal = admit(known, context, { connection, operator });
    socket.hold(streams.take(principal, config));
    if (phase() !== 'ready') await awaitFirstState(runtime);
    const reached = runtime.hub.reaching(lastEventId);
    if (reached !== null) await reached;
    socket.follow(runtime.hub, lastEventId, hello.events);
    socket.openTerminals(socketTerminals(known, connection, context));
  } catch (error) {
    if (!isProblem(error)) reportError('endpoint', error);
    socket.refuse(problemBody(error), codeOf(error));
  }
}

function withAuthorization(headers: HeaderReader, { authorization }: Hello): HeaderReader {
  if (authorization === undefined || authorization === null) return headers;
  return { get: (name) => (name.toLowerCase() === 'authorization' ? authorization : headers.get(name)) };
}

/** The code of the close message after a failed hello. */
function codeOf(error: unknown): CloseCode {
  if (!isProblem(error)) return 1011;
  return PROBLEMS[error.code].status === 503 ? 1013 : 1008;
}
