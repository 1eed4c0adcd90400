/** Reads what a client says over a WebSocket. */
import type { z } from 'zod';
import { PROBLEMS, problemOf } from '../../contract/problems';
import type { Problem } from '../../contract/schemas';
import { type Hello, hello } from '../../contract/websocket';
import { TERMINAL_MESSAGES, type TerminalMessage } from '../../contract/websocket-messages';
import { faultyParameters } from '../http/parameters';
import { ProblemError } from '../http/problem';

/** A message about a terminal, which is answered by naming it. */
export interface TerminalSaid {
  type: TerminalMessage['type'];
  agent: string;
  requestId: string | null;
  /** The message, or what is wrong with it. */
  message: TerminalMessage | ProblemError;
}

/** What one text message says. */
export type Said = { hello: Hello } | { terminal: TerminalSaid };

/**
 * Reads one text message.
 *
 * @throws {ProblemError} that says what is wrong with the message
 */
export function readMessage(text: string): Said {
  let sent: unknown;
  try {
    sent = JSON.parse(text);
  } catch {
    throw new ProblemError('malformed_body', 'The message is not JSON.');
  }
  const type = typeof sent === 'object' && sent !== null && 'type' in sent ? sent.type : undefined;
  if (typeof type !== 'string') {
    throw new ProblemError('unknown_message', 'The message must be a JSON object with a text "type".');
  }
  if (isTerminalType(type)) return { terminal: readTerminal(type, sent as Record<string, unknown>) };
  if (type !== 'hello') throw new ProblemError('unknown_message', unknown(type));
  const result = hello.safeParse(sent);
  if (result.success) return { hello: result.data };
  throw faultsOf(result.error);
}

function isTerminalType(type: string): type is TerminalMessage['type'] {
  return Object.hasOwn(TERMINAL_MESSAGES, type);
}

function readTerminal(type: TerminalMessage['type'], sent: Record<string, unknown>): TerminalSaid {
  const { agent, request_id: requestId } = sent;
  const result: z.ZodSafeParseResult<TerminalMessage> = TERMINAL_MESSAGES[type].safeParse(sent);
  return {
    type,
    agent: typeof agent === 'string' ? agent.slice(0, MAX_NAMED) : '',
    requestId: typeof requestId === 'string' ? requestId.slice(0, MAX_NAMED) : null,
    message: result.success ? result.data : faultsOf(result.error),
  };
}

function faultsOf({ issues }: z.ZodError): ProblemError {
  return faultyParameters(
    issues.map(({ path: [name], message }) => ({
      parameter: String(name),
      detail: message.endsWith('.') ? message : `${message}.`,
    })),
  );
}

const MAX_SHOWN = 40;
/** Of what an answer repeats of a message. */
const MAX_NAMED = 1000;

function unknown(type: string): string {
  return `The type ${JSON.stringify(type.slice(0, MAX_SHOWN))} is none that this server knows, or none that it offers.`;
}

/** @returns the problem of a client that begins with something else, or not at all */
export function helloRequired(): Problem {
  return problemOf('hello_required', PROBLEMS.hello_required.detail);
}
