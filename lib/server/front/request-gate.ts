/**
 * Handles request bodies in front of Next. For a page Next keeps up to 10 MB of each body in memory, whoever sends it
 * and however long that takes. Here bodies are refused, or read and discarded, before Next sees their requests.
 *
 * Routes of the API read their bodies themselves, after the access check and up to the limit. All other requests are
 * passed on without a body, when that has ended.
 */
import { IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { PROBLEMS, problemOf } from '../../contract/problems';
import { BODY_TIMEOUT_MS, bodyTimedOut, bodyTooLarge } from '../http/body-limits';
import type { ProblemError } from '../http/problem';
import { pathKind } from '../http/request-connection';
import { readsBody } from '../http/route-names';
import { boundRest, CLOSE_TIMEOUT_MS, closeGently, discardBody, isClosing } from './close-gently';

/**
 * Requests that may wait on one connection for the previous answer. Browsers and libraries do not pipeline requests.
 */
export const MAX_PIPELINED = 100;

export interface GateOptions {
  /** Next's development server reads bodies that its own pages send. */
  development: boolean;
  timeoutMs?: number;
  /** @param url from the request line */
  maxBytes: (url: string) => number;
}

const TEXT = 'text/plain; charset=utf-8';

type Listener = (request: IncomingMessage, response: ServerResponse) => void;

/**
 * Puts the gate in front of the current request listeners of a server.
 *
 * @returns a function that says whether a request of a connection is still open
 */
export function gateRequests(server: Server, options: GateOptions): (socket: Socket) => boolean {
  const listeners = server.listeners('request') as Listener[];
  const gate = new Gate(options, (request, response) => {
    for (const listener of listeners) listener.call(server, request, response);
  });
  server.removeAllListeners('request');
  server.on('request', (request, response) => gate.enter(request, response));
  // By default Node would request any announced body, and would answer unsupported expectations itself: out of order,
  // and with minutes for a body that nothing reads.
  server.on('checkContinue', (request, response) => gate.enter(request, response, '100-continue'));
  server.on('checkExpectation', (request, response) => gate.enter(request, response, 'other'));
  Object.assign(server, { requireHostHeader: false });
  return (socket) => gate.isBusy(socket);
}

/** What a client waits for before it sends its body. */
type Expectation = '100-continue' | 'other' | null;

class Gate {
  readonly #options: Required<GateOptions>;
  readonly #serve: Listener;
  /** Requests that wait on connections with an open request. */
  readonly #waiting = new WeakMap<Socket, (() => void)[]>();

  constructor(options: GateOptions, serve: Listener) {
    this.#options = { timeoutMs: BODY_TIMEOUT_MS, ...options };
    this.#serve = serve;
  }

  /**
   * Handles a request when it is its turn. Node reads pipelined requests as they arrive, thousands in one turn of the
   * event loop.
   */
  enter(request: IncomingMessage, response: ServerResponse, expects: Expectation = null): void {
    const { socket } = request;
    if (isClosing(socket)) return;
    const waiting = this.#waiting.get(socket);
    if (waiting === undefined) {
      this.#waiting.set(socket, []);
      this.#begin(request, response, expects);
    } else if (waiting.push(() => this.#begin(request, response, expects)) > MAX_PIPELINED) {
      socket.destroy();
    }
  }

  /** Whether a request of a connection is still open. */
  isBusy(socket: Socket): boolean {
    return this.#waiting.has(socket);
  }

  #begin(request: IncomingMessage, response: ServerResponse, expects: Expectation): void {
    response.once('close', () => this.#next(request.socket));
    const unserved = whyUnserved(request, expects);
    if (unserved) {
      boundRest(request, response, 0);
      answer(response, unserved.status, TEXT, unserved.reason);
      return;
    }
    if (!announcesBody(request) || (this.#options.development && pathKind(request) === 'next')) {
      if (expects) response.writeContinue();
      this.#serve(request, response);
      return;
    }
    const maxBytes = this.#options.maxBytes(request.url ?? '');
    boundRest(request, response, maxBytes);
    if (announcedLength(request) > maxBytes) {
      refuse(request, response, bodyTooLarge(maxBytes));
      return;
    }
    if (expects) response.writeContinue();
    if (readsBody(request.method ?? '', request.url ?? '')) this.#watch(request, response);
    else this.#discard(request, response);
  }

  #next(socket: Socket): void {
    const next = this.#waiting.get(socket)?.shift();
    if (next === undefined || isClosing(socket)) this.#waiting.delete(socket);
    // In a later turn: requests that need no input are answered within one turn of the event loop, and then all waiting
    // ones would be.
    else setImmediate(next);
  }

  /** Reads a body to its end and then passes on its request. */
  #discard(request: IncomingMessage, response: ServerResponse): void {
    const { timeoutMs } = this.#options;
    const maxBytes = this.#options.maxBytes(request.url ?? '');
    let bytes = 0;
    let refused = false;
    const stop = (problem: ProblemError) => {
      if (refused) return;
      refused = true;
      refuse(request, response, problem);
    };
    const timer = setTimeout(() => stop(bodyTimedOut(timeoutMs)), timeoutMs).unref();
    request.once('close', () => clearTimeout(timer));
    discardBody(request, (length) => {
      bytes += length;
      if (bytes <= maxBytes) return true;
      stop(bodyTooLarge(maxBytes));
      return false;
    });
    request.once('end', () => {
      clearTimeout(timer);
      if (!refused) this.#serve(withoutBody(request), response);
    });
  }

  /** Leaves a body to its route, and limits what may arrive of it after the answer. */
  #watch(request: IncomingMessage, response: ServerResponse): void {
    const { timeoutMs } = this.#options;
    let timer = setTimeout(() => {
      if (request.complete) return;
      // The route has its own limit and answers now.
      if (!response.writableFinished) timer = setTimeout(() => request.socket.destroy(), CLOSE_TIMEOUT_MS).unref();
      else closeGently(request);
    }, timeoutMs).unref();
    request.once('close', () => clearTimeout(timer));
    this.#serve(request, response);
  }
}

/** @returns why HTTP requires a refusal (RFC 9112, 3.2; RFC 9110, 10.1.1); null if it does not */
function whyUnserved({ headers, httpVersion }: IncomingMessage, expects: Expectation) {
  if (headers.host === undefined && httpVersion === '1.1') {
    return { status: 400, reason: 'The request must carry exactly one valid Host header.\n' };
  }
  if (expects === 'other') return { status: 417, reason: 'The Expect header supports only 100-continue.\n' };
  return null;
}

/** @returns whether a request has a body, of any length */
export function announcesBody(request: IncomingMessage): boolean {
  return announcedLength(request) > 0 || request.headers['transfer-encoding'] !== undefined;
}

/** @returns bytes; 0 if the length is not announced */
function announcedLength({ headers }: IncomingMessage): number {
  return Number(headers['content-length'] ?? 0);
}

/** @returns the request as if it had been sent without a body */
function withoutBody(request: IncomingMessage): IncomingMessage {
  const { httpVersion, httpVersionMajor, httpVersionMinor, method, url, rawHeaders, headers } = request;
  const bare = new IncomingMessage(request.socket);
  const {
    'content-length': _length,
    'transfer-encoding': _encoding,
    expect: _expect,
    trailer: _trailer,
    ...rest
  } = headers;
  Object.assign(bare, { httpVersion, httpVersionMajor, httpVersionMinor, method, url, rawHeaders, headers: rest });
  bare.complete = true;
  bare.push(null);
  return bare;
}

/** Answers with a problem for the API and with a line of text otherwise. Needs no state that may be unknown yet. */
function refuse(request: IncomingMessage, response: ServerResponse, { code, message }: ProblemError): void {
  const { status } = PROBLEMS[code];
  if (pathKind(request) === 'route') {
    answer(response, status, 'application/problem+json', JSON.stringify(problemOf(code, message)));
  } else answer(response, status, TEXT, `${message}\n`);
}

function answer(response: ServerResponse, status: number, type: string, body: string): void {
  response.writeHead(status, {
    'Content-Type': type,
    'Content-Length': Buffer.byteLength(body),
    'Cache-Control': 'private, no-store',
    Connection: 'close',
  });
  response.end(body);
}
