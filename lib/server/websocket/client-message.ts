/** Reads what a client says over a WebSocket. */
import { PROBLEMS, problemOf } from '../../contract/problems';
import type { Problem } from '../../contract/schemas';
import { type Hello, hello } from '../../contract/websocket';
import { faultyParameters } from '../http/parameters';
import { ProblemError } from '../http/problem';

/**
 * Reads one text message.
 *
 * @returns the hello; all other types are refused, since this version offers none
 * @throws {ProblemError} that says what is wrong with the message
 */
export function readMessage(text: string): Hello {
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
  if (type !== 'hello') throw new ProblemError('unknown_message', unknown(type));
  const result = hello.safeParse(sent);
  if (result.success) return result.data;
  throw faultyParameters(
    result.error.issues.map(({ path: [name], message }) => ({ parameter: String(name), detail: `${message}.` })),
  );
}

const MAX_SHOWN = 40;

function unknown(type: string): string {
  return `The type ${JSON.stringify(type.slice(0, MAX_SHOWN))} is none that this server knows, or none that it offers.`;
}

/** @returns the problem of a client that begins with something else, or not at all */
export function helloRequired(): Problem {
  return problemOf('hello_required', PROBLEMS.hello_required.detail);
}
