import type { z } from 'zod';
import type { EndpointDescription, RequestName } from '../../contract/endpoint';
import type { RequestSchemas } from '../../contract/requests';
import type { Json } from '../../swarms/swarm';
import { admit } from '../access/access';
import { readChange } from '../access/change-guard';
import { limitRequests } from '../access/limits';
import type { Principal } from '../access/principal';
import type { DirectAnswer } from '../front/direct-answers';
import { setDataHeaders } from '../http/headers';
import { METHODS, type Method, type Route } from '../http/methods';
import { faultyParameters, readRequest } from '../http/parameters';
import { ProblemError } from '../http/problem';
import { connectionOf, type HeaderReader } from '../http/request-connection';
import { errorResponse } from './report-error';
import { awaitFirstState, type ServerContext } from './server-context';

/** A request that passed all checks. */
export interface Asked<Query, Body = unknown> {
  request: Request;
  principal: Principal;
  /** The parameters, parsed by their schema. */
  query: Query;
  /** The body, parsed by its schema; null if none is declared. */
  body: Body;
  context: ServerContext;
}

/**
 * One method of one path, declared once. Routes and documentation are derived from the list of these (`endpoints/`).
 */
export interface Endpoint<Name extends RequestName = RequestName, Body extends z.ZodType = z.ZodType>
  extends EndpointDescription<Name, Body> {
  /** A method, not a property, so that endpoints with different parameters fit into one list. */
  answerTo(asked: Asked<z.output<RequestSchemas[Name]>, z.output<Body>>): Response | Promise<Response>;
  /** Takes why a request was refused before `answerTo`, once its caller may have been known. Throws nothing. */
  onRefused?(error: unknown, asked: Pick<Asked<never>, 'principal' | 'context'>): Promise<void>;
  /**
   * Answers in front of Next, for endpoints that must stay fast under load; `true` for answers that are not streamed.
   */
  direct?: true | ((context: ServerContext) => DirectAnswer);
  /** Whether the operator key is looked for although nothing is changed. */
  identifies?: true;
}

/** Declares an endpoint. Types the handler's parameters by the names of the schemas. */
export function declare<Name extends RequestName, Body extends z.ZodType>(endpoint: Endpoint<Name, Body>): Endpoint {
  return endpoint as Endpoint;
}

/** The parts of a request that decide about the headers of its answer. */
type Asking = { headers: HeaderReader; method: string };
type Answer = (request: Request, principal: Principal) => Promise<Response>;

/**
 * Creates the routes of one path: every method, each behind the access check, with failures as problems.
 *
 * @param endpoints of this path, one for each method; HEAD follows from GET, OPTIONS from all, other methods are
 * refused
 */
export function endpoint(endpoints: readonly Endpoint[], context: ServerContext): Record<Method, Route> {
  const answers: Partial<Record<Method, Answer>> = {};
  for (const one of endpoints) {
    answers[one.method ?? 'GET'] = (request, principal) => answerTo(one, request, principal, context);
  }
  const { GET } = answers;
  if (GET) answers.HEAD = async (request, principal) => withoutBody(await GET(request, principal));
  const allow = METHODS.filter((method) => answers[method] || method === 'OPTIONS').join(', ');
  answers.OPTIONS = async () => new Response(null, { status: 204, headers: { Allow: allow } });
  const refuse: Answer = async (request) => {
    const refused = connectionOf(request.headers)?.refusedMethod;
    throw notAllowed(refused?.name ?? request.method, refused?.allow ?? allow);
  };
  return routesOf(answers, refuse, (method) => admissionTo(endpoints, method), context);
}

/** @returns the routes of a path that does not exist */
export function missingEndpoint(context: ServerContext): Record<Method, Route> {
  const refuse: Answer = async (request) => {
    const refused = connectionOf(request.headers)?.refusedMethod;
    if (refused?.allow) throw notAllowed(refused.name, refused.allow);
    throw new ProblemError('not_found', `There is nothing at ${new URL(request.url).pathname}.`);
  };
  return routesOf({}, refuse, () => ({ hostOnly: true }), context);
}

/** Whom a method of a path admits, and which bodies. */
type Admission = Pick<NonNullable<Parameters<typeof admit>[2]>, 'hostOnly' | 'hook' | 'operator' | 'maxBodyBytes'>;

function admissionTo(endpoints: readonly Endpoint[], method: Method): Admission {
  const all = (wanted: Endpoint['scope']) => endpoints.every(({ scope }) => scope === wanted);
  const asked = endpoints.find((one) => (one.method ?? 'GET') === (method === 'HEAD' ? 'GET' : method));
  const operator = asked?.method !== undefined || asked?.identifies === true;
  return { hostOnly: all('open'), hook: all('hook'), operator, maxBodyBytes: asked?.maxBodyBytes };
}

function routesOf(
  answers: Partial<Record<Method, Answer>>,
  refuse: Answer,
  admission: (method: Method) => Admission,
  context: ServerContext,
): Record<Method, Route> {
  const routes = METHODS.map((method): [Method, Route] => {
    // A browser asks for permission (OPTIONS) without credentials; the answer contains nothing about the swarm.
    const options = method === 'OPTIONS' ? { hostOnly: true } : admission(method);
    return [
      method,
      async (request) => {
        // A refused method arrives under the name of another one.
        const answer = connectionOf(request.headers)?.refusedMethod ? refuse : (answers[method] ?? refuse);
        try {
          return completed(await answer(request, admit(request.headers, context, options)), request, context);
        } catch (error) {
          return failureResponse(error, request, context);
        }
      },
    ];
  });
  return Object.fromEntries(routes) as Record<Method, Route>;
}

async function answerTo(
  endpoint: Endpoint,
  request: Request,
  principal: Principal,
  context: ServerContext,
): Promise<Response> {
  let asked: Asked<never>;
  try {
    asked = await checked(endpoint, request, principal, context);
  } catch (error) {
    await endpoint.onRefused?.(error, { principal, context });
    throw error;
  }
  return endpoint.answerTo(asked);
}

/** @throws {ProblemError} if the request may not be answered */
async function checked(
  endpoint: Endpoint,
  request: Request,
  principal: Principal,
  context: ServerContext,
): Promise<Asked<never>> {
  const { method, scope, path } = endpoint;
  const sent = method === undefined ? null : await readChange(request, principal, endpoint, context.config);
  limitRequest(endpoint, request, principal, context);
  if (scope === 'read' || scope === 'write') await awaitFirstState(context.runtime);
  const query = endpoint.request ? readRequest(context.requests[endpoint.request], path, request) : {};
  const body = endpoint.body ? readBody(endpoint.body.schema, sent) : null;
  return { request, principal, query: query as never, body, context };
}

function limitRequest({ limit }: Endpoint, { url }: Request, principal: Principal, context: ServerContext): void {
  const kind = typeof limit === 'function' ? limit(new URL(url).searchParams) : limit;
  if (kind) limitRequests(kind, principal, context);
}

function readBody(schema: z.ZodType, sent: unknown): unknown {
  const result = schema.safeParse(sent);
  if (result.success) return result.data;
  const errors = result.error.issues.map(({ path: [name], message }) => ({
    parameter: String(name ?? 'body'),
    detail: name === undefined ? 'must be a JSON object.' : message,
  }));
  throw faultyParameters(errors);
}

/** @param json the encoded body; state comes from the hub as it was encoded for the stream */
export function jsonResponse(json: Json): Response {
  return new Response(json, { headers: { 'Content-Type': 'application/json' } });
}

function notAllowed(method: string, allow: string): ProblemError {
  const detail = `${method} is not possible here; use one of ${allow}.`;
  return new ProblemError('method_not_allowed', detail, { headers: { Allow: allow } });
}

/** @param json a state of the hub; null or undefined until it is known */
export function stateResponse(json: string | null | undefined): Response {
  if (json) return jsonResponse(json);
  throw new ProblemError('unavailable', 'The swarm has not been read yet; ask again in a moment.', {
    headers: { 'Retry-After': '1' },
  });
}

/** @returns the answer to a request that failed; a fault of this server is logged and counted */
export function failureResponse(error: unknown, request: Asking, context: ServerContext): Response {
  return completed(errorResponse(error, context.config), request, context);
}

function completed(response: Response, request: Asking, { config }: ServerContext): Response {
  setDataHeaders(response.headers, config);
  allowOrigin(request, response.headers, config);
  return response;
}

async function withoutBody(response: Response): Promise<Response> {
  // Cancelling the body ends the subscription of a stream.
  await response.body?.cancel();
  return new Response(null, response);
}

/**
 * Sets the CORS headers, for the listed origins only (WHATWG Fetch, 3.3); browsers keep other answers from other sites.
 */
export function allowOrigin(
  request: Asking,
  headers: Pick<Headers, 'append' | 'get' | 'set'>,
  { allowedOrigins }: ServerContext['config'],
): void {
  if (allowedOrigins.length === 0) return;
  headers.append('Vary', 'Origin');
  const origin = request.headers.get('origin');
  if (origin === null || !allowedOrigins.includes(origin)) return;
  headers.set('Access-Control-Allow-Origin', origin);
  headers.set('Access-Control-Allow-Credentials', 'true');
  if (request.method !== 'OPTIONS') return;
  headers.set('Access-Control-Allow-Methods', headers.get('Allow') ?? '');
  headers.set('Access-Control-Allow-Headers', 'Authorization, Content-Type, Idempotency-Key, Last-Event-ID');
}
