/** A small client of the dashboard's HTTP API. It sends each command once, and repeats nothing by itself. */
import { randomUUID } from 'node:crypto';
import type { z } from 'zod';
import { problem } from '../../lib/contract/schemas';
import type { Credentials } from './credentials';
import { CommandError, EXIT } from './exit';
import type { FoundServer } from './server';
import { visible } from './text';

const READ_TIMEOUT_MS = 15_000;
/** A message is answered when its deliveries have an outcome, which takes some seconds for each agent. */
const COMMAND_TIMEOUT_MS = 120_000;
/** Far more than any answer of the API. */
const MAX_ANSWER_BYTES = 64_000_000;
const MAX_DETAIL_LENGTH = 2000;

/** An answer, parsed, and as it was sent. */
export interface Answered<Answer> {
  answer: Answer;
  text: string;
}

export interface CommandRequest<Answer> {
  path: string;
  body: object;
  schema: z.ZodType<Answer>;
  /** A repeated command with the same key is answered as the first, without a second effect; random if absent. */
  key?: string | null;
  /** What to do in this program about a refusal, by the word at the end of its type. */
  advice?: Readonly<Record<string, string>>;
}

/** Before a connection exists nothing can have been received. */
const NOT_CONNECTED =
  /^(E(CONNREFUSED|NOTFOUND|AI_AGAIN|HOSTUNREACH|NETUNREACH|ADDRNOTAVAIL|ACCES|INVAL)|UND_ERR_CONNECT_TIMEOUT)$|^bad port$|CERT|TLS|SSL|ALTNAME/;

export class ApiClient {
  readonly #server: FoundServer;
  readonly #credentials: Credentials;

  constructor(server: FoundServer, credentials: Credentials) {
    this.#server = server;
    this.#credentials = credentials;
  }

  get url(): string {
    return this.#server.url;
  }

  /** The headers of a request that only reads. */
  get readHeaders(): Record<string, string> {
    return authorization(this.#credentials.forAll);
  }

  /**
   * @param path below the address of the dashboard, with its query
   * @param identified sends the credentials for commands, for questions about them
   * @throws {CommandError} if nothing answers, or the answer is a refusal or not the expected one
   */
  async get<Answer>(path: string, schema: z.ZodType<Answer>, { identified = false } = {}): Promise<Answered<Answer>> {
    const headers = identified ? authorization(this.#credentials.forCommands) : this.readHeaders;
    return this.#read(await this.#getOnce(path, headers), schema);
  }

  /**
   * @param path as for `get`
   * @returns an answer that is no JSON
   * @throws {CommandError} as `get` does
   */
  async getText(path: string): Promise<string> {
    const { status, text } = await this.#getOnce(path, this.readHeaders);
    if (status < 200 || status > 299) throw this.refused(status, text);
    return text;
  }

  /**
   * Sends a command, once.
   *
   * @throws {CommandError} as `get` does; with the exit code `unconfirmed` if the answer did not arrive
   */
  async command<Answer>({ path, body, schema, key, advice }: CommandRequest<Answer>): Promise<Answered<Answer>> {
    const used = key ?? randomUUID();
    const headers = {
      ...authorization(this.#credentials.forCommands),
      'Content-Type': 'application/json',
      'Idempotency-Key': used,
    };
    let response: { status: number; text: string };
    try {
      response = await this.#fetch(path, { method: 'POST', headers, body: JSON.stringify(body) }, COMMAND_TIMEOUT_MS);
    } catch (error) {
      if (error instanceof CommandError) throw error;
      if (NOT_CONNECTED.test(codeOf(error))) throw this.unreachable(error);
      throw new CommandError(
        `The answer did not arrive (${codeOf(error)}), so it is not known whether the command had an effect. To repeat it ` +
          `without a second effect, add --key ${used}.`,
        EXIT.unconfirmed,
      );
    }
    return this.#read(response, schema, advice);
  }

  /** @returns the error that nothing answers, and what to do */
  unreachable(error: unknown): CommandError {
    const { url, foundBy, others } = this.#server;
    const running = others.length === 0 ? '' : ` Running: ${others.join(', ')}; choose one with --url.`;
    return new CommandError(
      `No dashboard answers at ${url} (${foundBy}; ${codeOf(error)}). Start it, or give its address with --url.${running}`,
      EXIT.unreachable,
    );
  }

  /**
   * @param advice as in `CommandRequest`
   * @returns the error for an answer that is no success
   */
  refused(status: number, text: string, advice: Readonly<Record<string, string>> = {}): CommandError {
    const read = problem.loose().safeParse(parsed(text));
    if (!read.success) {
      return new CommandError(
        `${this.url} answers with the status ${status} and without a reason; is it the whole address of this dashboard?`,
        EXIT.failed,
        text,
      );
    }
    const { type, detail, errors = [] } = read.data;
    const own = advice[type.slice(type.lastIndexOf(':') + 1)];
    const hint = own === undefined ? this.#hint(type) : ` ${own}`;
    const faults = errors.map((fault) => ` ${fault.parameter} ${fault.detail}`).join('');
    return new CommandError(
      `${visible(`${detail}${errors.length > 1 ? faults : ''}`, MAX_DETAIL_LENGTH)}${hint}`,
      status < 500 ? EXIT.refused : EXIT.failed,
      text,
    );
  }

  #hint(type: string): string {
    const { forCommands, missing } = this.#credentials;
    if (type.endsWith(':operator_key_required')) return missing === null ? '' : ` ${missing}`;
    // The dashboard has all paths of this program below its own.
    if (type.endsWith(':method_not_allowed')) return ` Is ${this.url} the whole address of this dashboard?`;
    const isAsked = type.endsWith(':credentials_required') && forCommands === null;
    return isAsked ? ' Set DASHBOARD_TOKEN, or DASHBOARD_USERNAME and DASHBOARD_PASSWORD.' : '';
  }

  async #getOnce(path: string, headers: Record<string, string>): Promise<{ status: number; text: string }> {
    try {
      return await this.#fetch(path, { headers }, READ_TIMEOUT_MS);
    } catch (error) {
      throw error instanceof CommandError ? error : this.unreachable(error);
    }
  }

  async #fetch(path: string, init: RequestInit, timeout: number): Promise<{ status: number; text: string }> {
    const signal = AbortSignal.timeout(timeout);
    // A redirect could carry the credentials elsewhere.
    const response = await fetch(`${this.url}${path}`, { ...init, redirect: 'manual', signal });
    return { status: response.status, text: await bounded(response) };
  }

  #read<Answer>(
    { status, text }: { status: number; text: string },
    schema: z.ZodType<Answer>,
    advice?: Readonly<Record<string, string>>,
  ): Answered<Answer> {
    if (status < 200 || status > 299) throw this.refused(status, text, advice);
    const read = schema.safeParse(parsed(text));
    if (read.success) return { answer: read.data, text };
    const [issue] = read.error.issues;
    throw new CommandError(
      `${this.url} gave an answer that this version does not understand (${issue?.path.join('.')}: ${issue?.message}); use ` +
        'the command of the same version.',
      EXIT.failed,
      text,
    );
  }
}

function authorization(header: string | null): Record<string, string> {
  return header === null ? {} : { Authorization: header };
}

async function bounded(response: Response): Promise<string> {
  const pieces: Uint8Array[] = [];
  let bytes = 0;
  for await (const piece of response.body ?? []) {
    bytes += piece.length;
    if (bytes > MAX_ANSWER_BYTES) {
      throw new CommandError(`An answer has more than ${MAX_ANSWER_BYTES} bytes; ask for less.`, EXIT.failed);
    }
    pieces.push(piece);
  }
  return Buffer.concat(pieces).toString('utf8');
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function codeOf(error: unknown): string {
  const { message, name, cause } = error as Error & { cause?: { code?: string; message?: string } };
  return cause?.code ?? cause?.message ?? (name === 'TimeoutError' ? 'no answer in time' : message);
}
