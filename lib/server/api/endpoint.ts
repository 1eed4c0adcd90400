import { getConfig } from '../../config/config';
import { getRuntime, type Json, type Runtime } from '../../swarms/swarm';
import { admit } from '../access/access';
import { type Changed, readChange } from '../access/change-guard';
import { type LimitedKind, limitRequests } from '../access/limits';
import type { Principal } from '../access/principal';
import { setDataHeaders } from '../http/headers';
import { CHANGING_METHODS, METHODS, type Method, type Route } from '../http/methods';
import { ProblemError } from '../http/problem';
import { connectionOf, type HeaderReader } from '../http/request-connection';
import { errorResponse } from './report-error';

/** Who asks, and what for a change was sent: JSON, null where there is none. */
interface Asked {
  principal: Principal;
  body: unknown;
}
/** What of a request decides about the headers of its answer. */
type Asking = { headers: HeaderReader; method: string };
type Handler = (request: Request, runtime: Runtime, asked: Asked) => Response | Promise<Response>;
type Answer = (request: Request, principal: Principal) => Promise<Response>;

interface EndpointOptions {
  /** For probes: answers without credentials and before the first state is read. Must say nothing of the swarm. */
  probe?: boolean;
  /** What GET counts as, if it costs more than what is in memory. */
  limit?: LimitedKind | ((parameters: URLSearchParams) => LimitedKind | null);
  /** What its methods change; `swarm` if absent. */
  changes?: Changed;
  /** What becomes of methods that have no handler, instead of being told which have one. */
  otherwise?: (request: Request) => never;
}

/**
 * The entry of a path in the table of routes: every method, each behind the access check, with failures as problems.
 *
 * @param handlers by method; HEAD follows from GET, OPTIONS from all, and other methods are refused
 */
export function endpoint(
  handlers: Partial<Record<Method, Handler>>,
  options: EndpointOptions = {},
): Record<Method, Route> {
  const probe = options.probe ?? false;
  const routes: Partial<Record<Method, Answer>> = {};
  for (const method of METHODS) {
    const handler = handlers[method];
    if (!handler) continue;
    routes[method] = async (request, principal) => {
      const body =
        CHANGING_METHODS.includes(method) && !probe ? await readChange(request, principal, options.changes) : null;
      if (method === 'GET') limitGet(request, principal, options.limit);
      return handler(request, await runtimeFor(probe), { principal, body });
    };
  }
  const { GET } = routes;
  if (GET) routes.HEAD ??= async (request, principal) => withoutBody(await GET(request, principal));
  const allow = METHODS.filter((method) => routes[method] || method === 'OPTIONS').join(', ');
  routes.OPTIONS ??= async () => new Response(null, { status: 204, headers: { Allow: allow } });

  const refused: Answer = async (request) => {
    const written = connectionOf(request.headers)?.refusedMethod;
    if (!written?.allow) options.otherwise?.(request);
    throw notAllowed(written?.name ?? request.method, written?.allow ?? allow);
  };
  return Object.fromEntries(
    METHODS.map((method) => {
      // A browser asks for permission (OPTIONS) without credentials; the answer says nothing of the swarm.
      const hostOnly = probe || method === 'OPTIONS';
      // A method that was refused stands under another name.
      const routeFor = ({ headers }: Request) =>
        connectionOf(headers)?.refusedMethod ? refused : (routes[method] ?? refused);
      return [method, (request: Request) => answer(request, hostOnly, routeFor(request))];
    }),
  ) as Record<Method, Route>;
}

/** @param json the body, encoded; state comes from the hub as it was encoded for the stream */
export function jsonResponse(json: Json): Response {
  return new Response(json, { headers: { 'Content-Type': 'application/json' } });
}

function notFound(request: Request): never {
  const { pathname } = new URL(request.url);
  throw new ProblemError('not_found', `There is nothing at ${pathname}.`);
}

function notAllowed(method: string, allow: string): ProblemError {
  const detail = `${method} is not possible here; use one of ${allow}.`;
  return new ProblemError('method_not_allowed', detail, { headers: { Allow: allow } });
}

/** @param json a state of the hub, absent until it is known */
export function stateResponse(json: string | null | undefined): Response {
  if (json) return jsonResponse(json);
  throw new ProblemError('unavailable', 'The swarm has not been read yet; ask again in a moment.', {
    headers: { 'Retry-After': '1' },
  });
}

/** The entry for paths that do not exist. */
export const missing: Record<Method, Route> = endpoint({ OPTIONS: notFound }, { probe: true, otherwise: notFound });

function limitGet({ url }: Request, { client }: Principal, limit: EndpointOptions['limit'] = () => null): void {
  const kind = typeof limit === 'function' ? limit(new URL(url).searchParams) : limit;
  if (kind !== null) limitRequests(kind, client);
}

async function answer(request: Request, hostOnly: boolean, route: Answer): Promise<Response> {
  try {
    return completed(await route(request, admit(request.headers, { hostOnly })), request);
  } catch (error) {
    return failureResponse(error, request);
  }
}

/** @returns the answer to a request that failed; a fault of this server is logged and counted */
export function failureResponse(error: unknown, request: Asking): Response {
  return completed(errorResponse(error), request);
}

function completed(response: Response, request: Asking): Response {
  setDataHeaders(response.headers);
  allowOrigin(request, response.headers);
  return response;
}

/**
 * @param probe whether the answer needs no state
 * @throws {ProblemError} if the first state can't be read
 */
export async function runtimeFor(probe: boolean): Promise<Runtime> {
  const runtime = getRuntime();
  if (!probe) {
    await runtime.ready().catch(() => {
      throw new ProblemError('unavailable', 'The swarm could not be read yet; /health says what is wrong.');
    });
  }
  return runtime;
}

async function withoutBody(response: Response): Promise<Response> {
  // A stream learns by this that nobody follows it.
  await response.body?.cancel();
  return new Response(null, response);
}

/** CORS, for the listed origins alone (WHATWG Fetch, 3.3); a browser keeps answers without these from other sites. */
export function allowOrigin(request: Asking, headers: Pick<Headers, 'append' | 'get' | 'set'>): void {
  const { allowedOrigins } = getConfig();
  if (allowedOrigins.length === 0) return;
  headers.append('Vary', 'Origin');
  const origin = request.headers.get('origin');
  if (origin === null || !allowedOrigins.includes(origin)) return;
  headers.set('Access-Control-Allow-Origin', origin);
  headers.set('Access-Control-Allow-Credentials', 'true');
  if (request.method !== 'OPTIONS') return;
  headers.set('Access-Control-Allow-Methods', headers.get('Allow') ?? '');
  headers.set('Access-Control-Allow-Headers', 'Authorization, Content-Type, Last-Event-ID');
}
