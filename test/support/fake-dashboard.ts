/** A dashboard that answers what a test says, and remembers what it was asked. */
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { problemOf } from '../../lib/contract/problems';

export interface FakeRequest {
  method: string;
  /** With its query. */
  path: string;
  headers: IncomingMessage['headers'];
  /** The parsed JSON; undefined without a body. */
  body: unknown;
}

type Answer = { status?: number; json: unknown } | ((response: ServerResponse, request: FakeRequest) => void);

export class FakeDashboard {
  readonly requests: FakeRequest[] = [];
  /** What is answered, by `METHOD path` without the query; anything else is not found. */
  readonly answers: Record<string, Answer>;
  readonly #server = createServer((request, response) => void this.#answer(request, response));
  #url = '';

  private constructor(answers: Record<string, Answer>) {
    this.answers = answers;
  }

  static async started(answers: Record<string, Answer> = {}): Promise<FakeDashboard> {
    const dashboard = new FakeDashboard(answers);
    dashboard.#server.listen(0, '127.0.0.1');
    await once(dashboard.#server, 'listening');
    dashboard.#url = `http://127.0.0.1:${(dashboard.#server.address() as AddressInfo).port}`;
    return dashboard;
  }

  get url(): string {
    return this.#url;
  }

  /** The commands, without the requests that only read. */
  get commands(): FakeRequest[] {
    return this.requests.filter(({ method }) => method !== 'GET');
  }

  close(): void {
    this.#server.close();
    this.#server.closeAllConnections();
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { method = '', url: path = '', headers } = request;
    let text = '';
    for await (const piece of request.setEncoding('utf8')) text += piece;
    const asked = { method, path, headers, body: text === '' ? undefined : JSON.parse(text) };
    this.requests.push(asked);
    // A later request must notice that the server is gone.
    response.setHeader('Connection', 'close');
    const answer = this.answers[`${method} ${path.split('?')[0]}`];
    if (typeof answer === 'function') {
      answer(response, asked);
      return;
    }
    const { status = 200, json } = answer ?? { status: 404, json: problemOf('not_found', 'Nothing is here.') };
    const type = status < 400 ? 'application/json' : 'application/problem+json';
    response.writeHead(status, { 'Content-Type': type }).end(JSON.stringify(json));
  }
}
