/** Requests that nobody sends by mistake, for the tests of access control. */
import { Agent, request } from 'node:http';
import { connect } from 'node:net';

export interface Answer {
  status: number;
  /** The raw lines of the head. */
  head: string;
  body: string;
}

export interface Question {
  method?: string;
  /** The request target as sent. */
  target: string;
  /** Names and values; names may repeat. */
  headers?: readonly (readonly [string, string])[];
  body?: string;
}

const TIMEOUT_MS = 60_000;

/** @returns an agent that uses its connections again, but none that the server may close at any moment */
export function connectionsKept(maxSockets: number): Agent {
  // Without a timeout Node ignores how long the server says that it keeps idle connections.
  return new Agent({ keepAlive: true, maxSockets, timeout: TIMEOUT_MS });
}

/** Sends many requests to one server, several at once, over few connections. */
export class HostileClient {
  readonly #port: number;
  readonly #agent: Agent;

  constructor(port: number, connections = 16) {
    this.#port = port;
    this.#agent = connectionsKept(connections);
  }

  close(): void {
    this.#agent.destroy();
  }

  /** `Host` is right unless the request has another; nothing else is added or reordered. */
  ask({ method = 'GET', target, headers = [], body }: Question): Promise<Answer> {
    const named = headers.some(([name]) => name.toLowerCase() === 'host');
    const all = [...(named ? [] : [['Host', `127.0.0.1:${this.#port}`] as const]), ...headers].flat();
    const length = body === undefined ? [] : ['Content-Length', String(Buffer.byteLength(body))];
    return new Promise((resolve, reject) => {
      const asked = request(
        {
          host: '127.0.0.1',
          port: this.#port,
          method,
          path: target,
          // An array is sent as it is, with repeated names.
          headers: [...all, ...length] as unknown as Record<string, string>,
          agent: this.#agent,
          timeout: TIMEOUT_MS,
        },
        (answer) => {
          const pieces: Buffer[] = [];
          answer.on('data', (piece: Buffer) => pieces.push(piece));
          answer.on('error', reject);
          answer.on('end', () => {
            const { rawHeaders } = answer;
            const lines = rawHeaders.flatMap((name, index) => (index % 2 ? [] : [`${name}: ${rawHeaders[index + 1]}`]));
            resolve({
              status: answer.statusCode ?? 0,
              head: lines.join('\n'),
              body: Buffer.concat(pieces).toString(),
            });
          });
        },
      );
      asked.on('error', (error) => reject(new Error(`${method} ${target}: ${error.message}`)));
      asked.on('timeout', () => asked.destroy(new Error(`no end within ${TIMEOUT_MS} ms`)));
      asked.end(body);
    });
  }

  /** Sends bytes unchanged on a separate connection. */
  send(bytes: string): Promise<Answer> {
    return new Promise((resolve, reject) => {
      const socket = connect(this.#port, '127.0.0.1', () => socket.write(bytes, 'latin1'));
      let text = '';
      socket.setTimeout(TIMEOUT_MS, () => socket.destroy(new Error('no end')));
      socket.setEncoding('latin1');
      socket.on('data', (piece: string) => {
        text += piece;
      });
      socket.on('error', reject);
      socket.on('close', () => {
        const [head = '', ...rest] = text.split('\r\n\r\n');
        resolve({ status: Number(head.split(' ')[1] ?? 0), head, body: rest.join('\r\n\r\n') });
      });
    });
  }
}

/**
 * Spellings of an address that a router, a proxy or a cache may treat as the same address or as another one.
 *
 * @param path begins with a slash, without any encoding
 * @param port of the server, for targets that contain it
 */
export function formsOf(path: string, port: number, buildId: string): string[] {
  const encoded = path.replace(/[a-z]/gi, (letter) => `%${letter.charCodeAt(0).toString(16)}`);
  const bare = path.slice(1);
  return [
    path,
    `${path}/`,
    `${path}//`,
    `/${path}`,
    `//${path}`,
    path.replaceAll('/', '//'),
    path.replaceAll('/', '\\'),
    path.toUpperCase(),
    path.replace(/[a-z]/, (letter) => letter.toUpperCase()),
    encoded,
    encoded.toUpperCase(),
    path.replace(/[a-z]/, (letter) => `%${letter.charCodeAt(0).toString(16)}`),
    path.replaceAll('/', '%2f'),
    `/${bare.replaceAll('/', '%2F')}`,
    encoded.replaceAll('%', '%25'),
    path.replaceAll('/', '%ef%bc%8f'),
    `/.${path}`,
    `/x/..${path}`,
    `/x/%2e%2e${path}`,
    `/x/..%2f${bare}`,
    `${path}/.`,
    `${path}/x/..`,
    `/static/..${path}`,
    `/static/%2e%2e${path}`,
    `/static/..%2f${bare}`,
    `/_next/static/..${path}`,
    `/_next/static/%2e%2e/%2e%2e${path}`,
    `/_next/static/..%2f..%2f${bare}`,
    `/health/..${path}`,
    `/health/%2e%2e${path}`,
    `/health${path}`,
    `/_next${path}`,
    `/_next/image?url=${encodeURIComponent(path)}&w=64&q=75`,
    `/_next/data/${buildId}${path === '/' ? '/index' : path}.json`,
    `/_next/data/x${path}.json`,
    ...['.json', '.rsc', '.txt', '.html', '.js', '.svg', '.prefetch.rsc', '.segments/_tree.segment.rsc'].map(
      (ending) => (path === '/' ? '/index' : path) + ending,
    ),
    `${path};a=b`,
    `${path};/..`,
    `${path}%00`,
    `${path}%20`,
    `${path}%0a`,
    `${path}%0d%0aX-Forged:%201`,
    `${path}%3f`,
    `${path}%23`,
    `${path}?`,
    `${path}?_rsc=abc`,
    `${path}?/health`,
    `${path}?nxtPpath=health&nextInternalLocale=en&__nextDefaultLocale=en`,
    `${path}?x-middleware-subrequest=proxy`,
    `${path}/index`,
    `/index${path}`,
    `/en${path}`,
    `/api/v1${path.replace(/^\/api/, '')}`,
    `/api/v1/..${path}`,
    `//127.0.0.1:${port}${path}`,
    `http://127.0.0.1:${port}${path}`,
    `http://localhost${path}`,
    `http://elsewhere.example${path}`,
    `http://user:word@127.0.0.1:${port}${path}`,
    `https://127.0.0.1:${port}${path}`,
  ];
}

const SUBREQUESTS = ['proxy', 'src/proxy', 'middleware', 'src/middleware', 'pages/_middleware'];

/** Headers between Next, its hosts and proxies, which a client must not be able to use. */
export const INTERNAL_HEADERS: readonly (readonly [string, string])[] = [
  // CVE-2025-29927: once and five times, for the affected versions.
  ...SUBREQUESTS.flatMap((name) => [
    ['x-middleware-subrequest', name] as const,
    ['x-middleware-subrequest', Array.from({ length: 5 }, () => name).join(':')] as const,
  ]),
  ['x-middleware-subrequest-id', '0'],
  ['x-middleware-prefetch', '1'],
  ['x-middleware-next', '1'],
  ['x-middleware-skip', '1'],
  ['x-middleware-invoke', '1'],
  ['x-middleware-rewrite', '/health'],
  ['x-middleware-redirect', '/health'],
  ['x-middleware-override-headers', 'authorization,host'],
  ['x-middleware-request-host', 'localhost'],
  ['x-middleware-set-cookie', 'a=b'],
  ['x-nextjs-data', '1'],
  ['x-nextjs-rewrite', '/health'],
  ['RSC', '1'],
  ['Next-Router-Prefetch', '1'],
  ['Next-Router-Segment-Prefetch', '/_tree'],
  ['Next-Router-State-Tree', '%5B%22%22%2C%7B%7D%5D'],
  ['Next-Action', '7f0000000000000000000000000000000000000000'],
  ['Next-Url', '/health'],
  ['Next-Resume', '1'],
  ['x-next-revalidated-tags', 'a'],
  ['x-next-revalidate-tag-token', 'a'],
  ['x-prerender-revalidate', 'a'],
  ['x-invoke-path', '/health'],
  ['x-invoke-query', '%7B%7D'],
  ['x-invoke-output', '/health'],
  ['x-invoke-status', '200'],
  ['x-matched-path', '/health'],
  ['x-now-route-matches', '1=health'],
  ['x-vercel-id', 'a'],
  ['x-original-url', '/health'],
  ['x-rewrite-url', '/health'],
  ['x-forwarded-host', 'localhost'],
  ['x-forwarded-for', '127.0.0.1'],
  ['x-forwarded-proto', 'https'],
  ['x-forwarded-prefix', '/health'],
  ['x-forwarded-user', 'admin'],
  ['Forwarded', 'for=127.0.0.1;host=localhost;proto=https'],
  ['x-real-ip', '127.0.0.1'],
  ['x-remote-user', 'admin'],
  ['x-http-method-override', 'OPTIONS'],
  ['x-method-override', 'OPTIONS'],
  ['x-swarm-connection', 'guessed'],
  ['x-nonce', 'guessed'],
  ['content-security-policy', "script-src 'nonce-guessed'"],
  ['purpose', 'prefetch'],
  ['sec-purpose', 'prefetch;prerender'],
  ['sec-fetch-site', 'same-origin'],
  ['origin', 'http://localhost'],
  ['cookie', '__prerender_bypass=1; __next_preview_data=1'],
  ['proxy-authorization', 'Basic YTpi'],
  ['accept', 'text/x-component'],
  ['connection', 'x-swarm-connection, authorization, host'],
];

/** Methods with and without a meaning here; CONNECT has no path. */
export const METHODS = [
  ...['GET', 'HEAD', 'OPTIONS', 'POST', 'PUT', 'PATCH', 'DELETE', 'TRACE'],
  ...['PROPFIND', 'SEARCH', 'QUERY', 'PURGE', 'LINK', 'M-SEARCH'],
];

/** `Host` values that are not this server's, though some look like it; several where a request has several. */
export function foreignHosts(port: number): string[][] {
  return [
    ...[
      '',
      ' ',
      '.',
      '-',
      '*',
      'null',
      'elsewhere.example',
      `elsewhere.example:${port}`,
      'localhost.elsewhere.example',
    ],
    ...[
      '127.0.0.1.elsewhere.example',
      '127.0.0.1.nip.io',
      'elsewhere.localhost',
      'localhost-x',
      'xlocalhost',
      'locaIhost',
    ],
    ...['localhost..', '127.0.0.1..', `127.0.0.1:${port}:${port}`, 'localhost:', 'localhost:x', 'localhost:123456'],
    ...['user@localhost', 'localhost@elsewhere.example', 'http://localhost', 'localhost/elsewhere.example'],
    ...['localhost#x', 'localhost?x', 'localhost\\x', 'localhost,elsewhere.example', 'localhost elsewhere.example'],
    ...['10.0.0.1', '192.168.0.1', '0.0.0.0', '128.0.0.1', '2130706433', '0x7f000001', '017700000001', '127.1'],
    ...['0177.0.0.1', '127.0.0.256', '[::2]', '[::ffff:10.0.0.1]', '[::]', '::1', '[::1', '[::1]x', '[::1%25lo]'],
    ...['xn--localhost-.example', 'l\u00f6calhost', '\u2460localhost'].map((name) =>
      Buffer.from(name).toString('latin1'),
    ),
  ]
    .map((host) => [host])
    .concat([
      ['localhost', 'elsewhere.example'],
      ['elsewhere.example', 'localhost'],
      ['localhost', 'localhost'],
    ]);
}

interface MatrixOptions {
  port: number;
  buildId: string;
  /** Whether to combine everything; else each spelling of each route, and headers and methods with a few routes. */
  full: boolean;
}

/** Requests without credentials: each route in every spelling, with every internal header and every method. */
export function* matrixOf(routes: readonly string[], { port, buildId, full }: MatrixOptions): Generator<Question> {
  for (const route of routes) {
    const forms = formsOf(route, port, buildId);
    for (const target of forms) yield { target };
    if (!full && !FEW.includes(route)) continue;
    for (const target of full ? forms : [route]) {
      for (const method of METHODS) yield { method, target };
      for (const header of INTERNAL_HEADERS) yield { target, headers: [header] };
    }
  }
}

/** One page and one route of the API. */
const FEW = ['/', '/api/messages'];

/** Calls `ask` for all requests, several at once. */
export async function askAll(questions: Iterable<Question>, ask: (question: Question) => Promise<void>): Promise<void> {
  const left = questions[Symbol.iterator]();
  const worker = async () => {
    for (let next = left.next(); !next.done; next = left.next()) await ask(next.value);
  };
  await Promise.all(Array.from({ length: 16 }, worker));
}
