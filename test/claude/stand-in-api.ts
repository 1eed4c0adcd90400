/**
 * A stand-in for the Messages API: it answers by scripts that the test gives, so that the real CLI can be driven without
 * a key, without cost and always in the same way.
 *
 * A prompt that contains `script NAME` starts the script NAME: its first step answers the prompt itself, the next one
 * the request after the first answer, and so on. After its last step the answer is a plain sentence. In the input of a
 * tool, `PLAN_FILE` is the file of the plan that the program names.
 */
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';

/** One answer of the model. */
export interface ScriptStep {
  text?: string;
  tools?: readonly { name: string; input: Record<string, unknown> }[];
  /** How long the model thinks, in milliseconds. */
  delayMs?: number;
}

interface RequestBody {
  model: string;
  stream?: boolean;
  tools?: unknown[];
  messages: { role: 'user' | 'assistant'; content: string | { type: string; text?: string }[] }[];
}

type Block = { type: 'text'; text: string } | { type: 'tool_use'; id: string; name: string; input: object };

const USAGE = {
  input_tokens: 10,
  cache_creation_input_tokens: 100,
  cache_read_input_tokens: 4000,
  cache_creation: { ephemeral_5m_input_tokens: 100, ephemeral_1h_input_tokens: 0 },
  service_tier: 'standard',
};
const OUTPUT_TOKENS = 50;
/** In the JSON of a request. */
const PLAN_FILE = /\/[^\s"'`\\]+\/plans\/[\w-]+\.md/;

export class StandInApi {
  readonly #scripts: ReadonlyMap<string, readonly ScriptStep[]>;
  readonly #server = createServer((request, response) => void this.#serve(request, response));
  #answers = 0;

  constructor(scripts: Readonly<Record<string, readonly ScriptStep[]>>) {
    this.#scripts = new Map(Object.entries(scripts));
  }

  /** @returns its address, for `ANTHROPIC_BASE_URL` */
  async start(): Promise<string> {
    this.#server.listen(0, '127.0.0.1');
    await once(this.#server, 'listening');
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  stop(): void {
    this.#server.closeAllConnections();
    this.#server.close();
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const { pathname } = new URL(request.url ?? '/', 'http://localhost');
    if (pathname === '/v1/messages/count_tokens') return sendJson(response, 200, { input_tokens: 100 });
    if (pathname !== '/v1/messages') {
      return sendJson(response, 404, { type: 'error', error: { type: 'not_found_error', message: 'not here' } });
    }
    const body = JSON.parse(Buffer.concat(chunks).toString()) as RequestBody;
    const { delayMs = 100, text, tools = [] } = this.#stepFor(body);
    await delay(delayMs);
    this.#answers += 1;
    const blocks: Block[] = text === undefined ? [] : [{ type: 'text', text }];
    const [planFile = ''] = PLAN_FILE.exec(JSON.stringify(body.messages)) ?? [];
    for (const [index, { name, input: written }] of tools.entries()) {
      const input = JSON.parse(JSON.stringify(written).replaceAll('PLAN_FILE', planFile));
      blocks.push({ type: 'tool_use', id: `toolu_${this.#answers}_${index}`, name, input });
    }
    const message = { id: `msg_${this.#answers}`, type: 'message', role: 'assistant', model: body.model };
    const stopReason = tools.length > 0 ? 'tool_use' : 'end_turn';
    if (body.stream) stream(response, message, blocks, stopReason);
    else {
      const usage = { ...USAGE, output_tokens: OUTPUT_TOKENS };
      sendJson(response, 200, { ...message, content: blocks, stop_reason: stopReason, stop_sequence: null, usage });
    }
  }

  #stepFor({ messages, tools = [] }: RequestBody): ScriptStep {
    // Requests without tools are the program's own, such as one for a title.
    if (tools.length === 0) return { text: '{"title":"A test"}' };
    for (let index = messages.length - 1; index >= 0; index -= 1) {
      const message = messages[index];
      const name = message?.role === 'user' ? /\bscript ([a-z-]+)/.exec(textOf(message.content))?.[1] : undefined;
      if (name === undefined) continue;
      const answered = messages.slice(index).filter(({ role }) => role === 'assistant').length;
      return this.#scripts.get(name)?.[answered] ?? { text: 'That is all.' };
    }
    return { text: 'Hello.' };
  }
}

function textOf(content: RequestBody['messages'][number]['content']): string {
  return typeof content === 'string' ? content : content.map(({ text = '' }) => text).join('\n');
}

function sendJson(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { 'content-type': 'application/json' });
  response.end(JSON.stringify(body));
}

/** Sends an answer as server-sent events: each block begins, gets its content in one piece, and ends. */
function stream(response: ServerResponse, message: object, blocks: readonly Block[], stopReason: string): void {
  response.writeHead(200, { 'content-type': 'text/event-stream' });
  const send = (type: string, data: object) =>
    response.write(`event: ${type}\ndata: ${JSON.stringify({ type, ...data })}\n\n`);
  const usage = { ...USAGE, output_tokens: 1 };
  send('message_start', { message: { ...message, content: [], stop_reason: null, stop_sequence: null, usage } });
  for (const [index, block] of blocks.entries()) {
    const empty = block.type === 'text' ? { ...block, text: '' } : { ...block, input: {} };
    const delta =
      block.type === 'text'
        ? { type: 'text_delta', text: block.text }
        : { type: 'input_json_delta', partial_json: JSON.stringify(block.input) };
    send('content_block_start', { index, content_block: empty });
    send('content_block_delta', { index, delta });
    send('content_block_stop', { index });
  }
  send('message_delta', {
    delta: { stop_reason: stopReason, stop_sequence: null },
    usage: { output_tokens: OUTPUT_TOKENS },
  });
  send('message_stop', {});
  response.end();
}
