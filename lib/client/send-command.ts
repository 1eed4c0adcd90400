/** Sends one command. Loaded with the first one (`commands.ts`). */
import { serverUrl } from './base-path';
import { refreshOperator } from './operator';

/** Delivering a message to a terminal may take many seconds. */
const ANSWER_TIMEOUT_MS = 60_000;
/** Refusals after which the page may act no longer, or not as it believed. */
export const STANDING_CHANGED: readonly number[] = [401, 403];

/** The outcome of a command. Status 0: no answer, so its effect is not known. */
export type CommandAnswer<Answer> =
  | { ok: true; status: number; answer: Answer }
  | { ok: false; status: number; problem: { code: string; detail: string } & Record<string, unknown> };

interface Sending {
  method: 'POST' | 'DELETE';
  path: string;
  body: unknown;
  authorization: string | null;
}

/** Sends a command once. Without an answer its effect is not known, and the problem says so. */
export async function send<Answer>({ method, path, body, authorization }: Sending): Promise<CommandAnswer<Answer>> {
  const isEmpty = method === 'DELETE' && body === undefined;
  const headers = {
    ...(!isEmpty && { 'Content-Type': 'application/json' }),
    ...(authorization !== null && { Authorization: authorization }),
    'Idempotency-Key': newIdempotencyKey(),
  };
  try {
    const response = await fetch(serverUrl(path), {
      method,
      headers,
      body: isEmpty ? null : JSON.stringify(body ?? {}),
      signal: AbortSignal.timeout(ANSWER_TIMEOUT_MS),
    });
    const { status } = response;
    const text = await response.text();
    if (response.ok) return { ok: true, status, answer: (text === '' ? null : JSON.parse(text)) as Answer };
    if (STANDING_CHANGED.includes(status)) void refreshOperator();
    return { ok: false, status, problem: problemIn(text, status) };
  } catch {
    const detail = 'The server did not answer, so it is not known whether this was done. Check before you repeat it.';
    return { ok: false, status: 0, problem: { code: 'no_answer', detail } };
  }
}

function problemIn(text: string, status: number): { code: string; detail: string } & Record<string, unknown> {
  try {
    const { type, detail, ...more } = JSON.parse(text) as Record<string, unknown>;
    const sentence = typeof detail === 'string' ? detail : `The server answered ${status}.`;
    return { ...more, code: String(type).replace(/.*:/, ''), detail: sentence };
  } catch {
    return { code: 'unexpected', detail: `The server answered ${status}.` };
  }
}

/** `crypto.randomUUID` exists only on pages with TLS or on this computer. */
function newIdempotencyKey(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}
