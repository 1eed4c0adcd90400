/**
 * Signatures of posts: by Standard Webhooks (https://www.standardwebhooks.com), and by the former header of this
 * program.
 */
import { createHmac } from 'node:crypto';
import { Webhook } from 'standardwebhooks';

const ENCODED_SECRET = /^whsec_(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;
const PREFIX = 'whsec_';

/** @returns the fault of a secret, as the end of a sentence that does not quote it; null if it can sign, or is null */
export function secretFault(secret: string | null): string | null {
  if (!secret?.startsWith(PREFIX)) return secret === '' ? 'must not be empty' : null;
  const isEncoded = secret !== PREFIX && ENCODED_SECRET.test(secret);
  return isEncoded ? null : `begins with ${PREFIX} and must continue with base64, as Standard Webhooks writes secrets`;
}

/**
 * Signs a post.
 *
 * @param secret `whsec_` and the key in base64; any other text is the key itself, in UTF-8
 * @param post `id` is the same at every attempt to post
 * @param now milliseconds since 1970
 * @throws {Error} if `secretFault` finds a fault in the secret
 */
export function signatureHeaders(
  secret: string,
  { id, body }: { id: string; body: string },
  now = Date.now(),
): Record<string, string> {
  const webhook = secret.startsWith(PREFIX)
    ? new Webhook(secret)
    : new Webhook(Buffer.from(secret, 'utf8'), { format: 'raw' });
  const at = Math.floor(now / 1000);
  return {
    'webhook-id': id,
    'webhook-timestamp': `${at}`,
    'webhook-signature': webhook.sign(id, new Date(now), body),
    // Deprecated; sent for one version more, so that receivers can change over (docs/alerts.md).
    'X-Swarm-Signature': `t=${at},v1=${createHmac('sha256', secret).update(`${at}.${body}`).digest('hex')}`,
  };
}
