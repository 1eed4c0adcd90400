import type { AttentionDecision } from '../contract/attention-requests';
import type { AttentionEntry, Problem } from '../contract/schemas';
import { served } from './base-path';

/** More at once would wait for each other in the browser anyway. */
const MAX_AT_ONCE = 6;

/**
 * Decides about attention items; the stream brings the outcome to every viewer. An item that has ended meanwhile is no
 * failure.
 *
 * @throws {Error} with a sentence for the page, if the server does not answer or refuses one of them
 */
export async function decide(entries: readonly AttentionEntry[], decision: AttentionDecision): Promise<void> {
  for (let done = 0; done < entries.length; done += MAX_AT_ONCE) {
    await Promise.all(entries.slice(done, done + MAX_AT_ONCE).map(({ id }) => send(id, decision)));
  }
}

async function send(id: string, decision: AttentionDecision): Promise<void> {
  const item = served(`/api/attention/${encodeURIComponent(id)}`);
  const response = await request(item, decision).catch(() => {
    throw new Error('The server does not answer. Check that it runs, then try again.');
  });
  if (response.ok || response.status === 404) return;
  const problem: Partial<Problem> = await response.json().catch(() => ({}));
  throw new Error(problem.detail ?? `The server answered ${response.status}. Try again.`);
}

function request(item: string, decision: AttentionDecision): Promise<Response> {
  if (decision.action === 'withdraw') return fetch(item, { method: 'DELETE' });
  const [path, body] = decision.action === 'snooze' ? ['snooze', { minutes: decision.minutes }] : ['ack', {}];
  const headers = { 'Content-Type': 'application/json' };
  return fetch(`${item}/${path}`, { method: 'POST', headers, body: JSON.stringify(body) });
}
