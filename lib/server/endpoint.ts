import { getConfig } from '../config';
import { getRuntime, type Runtime } from '../runtime';
import { checkAccess } from './access';
import { setDataHeaders } from './headers';
import { ProblemError, problemResponse } from './problem';

const METHODS = ['GET', 'HEAD', 'OPTIONS', 'POST', 'PUT', 'PATCH', 'DELETE'] as const;

type Method = (typeof METHODS)[number];
type Handler = (request: Request, runtime: Runtime) => Response | Promise<Response>;
type Route = (request: Request) => Promise<Response>;

interface EndpointOptions {
  /** For probes: answers without credentials and before the first state is read. Must say nothing of the swarm. */
  probe?: boolean;
}

/**
 * The exports of a route file: every method of the path, each behind the access check, with failures as problems.
 *
 * @param handlers by method; HEAD follows from GET, OPTIONS from all, and other methods are refused
 */
export function endpoint(
  handlers: Partial<Record<Method, Handler>>,
  options: EndpointOptions = {},
): Record<Method, Route> {
  const probe = options.probe ?? false;
  const routes: Partial<Record<Method, Route>> = {};
  for (const method of METHODS) {
    const handler = handlers[method];
    if (handler) routes[method] = async (request) => handler(request, await runtimeFor(probe));
  }
  const { GET } = routes;
  if (GET) routes.HEAD ??= async (request) => withoutBody(await GET(request));
  const allow = METHODS.filter((method) => routes[method] || method === 'OPTIONS').join(', ');
  routes.OPTIONS ??= async () => new Response(null, { status: 204, headers: { Allow: allow } });

  const refused: Route = async (request) => {
    throw new ProblemError('method_not_allowed', `${request.method} is not possible here; use one of ${allow}.`, {
      headers: { Allow: allow },
    });
  };
  return Object.fromEntries(
    METHODS.map((method) => {
      // A browser asks for permission (OPTIONS) without credentials; the answer says nothing of the swarm.
      const hostOnly = probe || method === 'OPTIONS';
      return [method, (request: Request) => answer(request, hostOnly, routes[method] ?? refused)];
    }),
  ) as Record<Method, Route>;
}

/** @param json the body, encoded; state comes from the hub as it was encoded for the stream */
export function jsonResponse(json: string): Response {
  return new Response(json, { headers: { 'Content-Type': 'application/json' } });
}

function notFound(request: Request): never {
  const { pathname } = new URL(request.url);
  throw new ProblemError('not_found', `There is nothing at ${pathname}.`);
}

/** @param json a state of the hub, absent until it is known */
export function stateResponse(json: string | null | undefined): Response {
  if (json) return jsonResponse(json);
  throw new ProblemError('unavailable', 'The swarm has not been read yet; ask again in a moment.');
}

/** The exports of a route file for paths that do not exist. */
export const missing: Record<Method, Route> = endpoint(
  Object.fromEntries(METHODS.map((method) => [method, notFound])),
  { probe: true },
);

async function answer(request: Request, hostOnly: boolean, route: Route): Promise<Response> {
  let response: Response;
  try {
    const refusal = checkAccess(request.headers, { hostOnly });
    if (refusal) throw refusal;
    response = await route(request);
  } catch (error) {
    response = problemResponse(error);
  }
  setDataHeaders(response.headers);
  allowOrigin(request, response);
  return response;
}

async function runtimeFor(probe: boolean): Promise<Runtime> {
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
function allowOrigin(request: Request, { headers }: Response): void {
  const { allowedOrigins } = getConfig();
  if (allowedOrigins.length === 0) return;
  headers.append('Vary', 'Origin');
  const origin = request.headers.get('origin');
  if (origin === null || !allowedOrigins.includes(origin)) return;
  headers.set('Access-Control-Allow-Origin', origin);
  headers.set('Access-Control-Allow-Credentials', 'true');
  if (request.method !== 'OPTIONS') return;
  headers.set('Access-Control-Allow-Methods', headers.get('Allow') ?? '');
  headers.set('Access-Control-Allow-Headers', 'Authorization, Last-Event-ID');
}
