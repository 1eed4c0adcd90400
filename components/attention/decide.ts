import { request, requestPath } from '@/lib/client/api';
import { ApiError } from '@/lib/client/api-error';
import { operatorAuthorization } from '@/lib/client/commands';
import type { AttentionDecision } from '@/lib/contract/attention-requests';
import type { Path } from '@/lib/contract/path-list';
import { ACKNOWLEDGE_PATH, ATTENTION_ITEM_PATH, SNOOZE_PATH } from '@/lib/contract/paths';
import type { AttentionEntry } from '@/lib/contract/schemas';

/** Browsers queue further requests to one host. */
const MAX_AT_ONCE = 6;

/**
 * Acknowledges, snoozes or restores attention items; the stream brings the outcome to every viewer. An item that has
 * ended meanwhile is not a failure.
 *
 * @throws {Error} whose message is a sentence for the page, if the server does not answer or refuses one of them
 */
export async function decide(entries: readonly AttentionEntry[], decision: AttentionDecision): Promise<void> {
  for (let done = 0; done < entries.length; done += MAX_AT_ONCE) {
    await Promise.all(entries.slice(done, done + MAX_AT_ONCE).map(({ id }) => send(id, decision)));
  }
}

async function send(id: string, decision: AttentionDecision): Promise<void> {
  const [path, options] = requestFor(id, decision);
  // So that the decision is kept with the operator's name.
  await request(path, { ...options, authorization: operatorAuthorization() }).catch((error: unknown) => {
    if (error instanceof ApiError && error.missing) return;
    if (error instanceof ApiError && error.status === null) {
      throw new Error(`${error.message} Check that it runs, then try again.`);
    }
    throw error;
  });
}

function requestFor(id: string, decision: AttentionDecision): Parameters<typeof request> {
  const at = (path: Path) => requestPath(path, undefined, id);
  if (decision.action === 'withdraw') return [at(ATTENTION_ITEM_PATH), { method: 'DELETE' }];
  if (decision.action === 'acknowledge') return [at(ACKNOWLEDGE_PATH), { method: 'POST', body: {} }];
  return [at(SNOOZE_PATH), { method: 'POST', body: { minutes: decision.minutes } }];
}
