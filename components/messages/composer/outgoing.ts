/** How messages of the dashboard reached their recipients, as the page says it. */
import { milliseconds } from '@/lib/client/time';
import type { Delivery, OutgoingMessage } from '@/lib/contract/action-schemas';

/** Recipients with the same outcome for the same reason. */
export interface OutcomeLine {
  outcome: Delivery['outcome'];
  recipients: readonly string[];
  detail: string;
  /** Until when it is queued; null if it is not queued. */
  expiresAt: string | null;
}

/** What needs a person comes first. */
const ORDER: readonly Delivery['outcome'][] = ['failed', 'unknown', 'queued', 'delivered'];
/** An answer of the server is shown for this long if the stream does not bring the message. */
const KEPT_MS = 60_000;

/** @returns the recipients by outcome and reason; delivered ones by outcome alone */
export function outcomeLines({ deliveries }: Pick<OutgoingMessage, 'deliveries'>): OutcomeLine[] {
  const lines = new Map<string, OutcomeLine & { recipients: string[] }>();
  for (const [recipient, { outcome, detail, expires_at }] of Object.entries(deliveries)) {
    const key = outcome === 'delivered' ? outcome : JSON.stringify([outcome, detail, expires_at]);
    const known = lines.get(key);
    if (known) known.recipients.push(recipient);
    else lines.set(key, { outcome, recipients: [recipient], detail, expiresAt: expires_at });
  }
  return [...lines.values()].sort((one, other) => ORDER.indexOf(one.outcome) - ORDER.indexOf(other.outcome));
}

/** @returns whether something of it can still be taken back */
export function isQueued({ deliveries }: Pick<OutgoingMessage, 'deliveries'>): boolean {
  return Object.values(deliveries).some(({ outcome }) => outcome === 'queued');
}

/**
 * Joins what the stream brings with the answers to this page's own commands, which come first and which another process
 * may have given.
 *
 * @param own answers, by the id of the message
 * @param seen the ids that the stream has brought so far
 * @param now milliseconds since 1970
 * @returns the oldest first
 */
export function shownOutgoing(
  streamed: readonly OutgoingMessage[],
  own: readonly OutgoingMessage[],
  seen: ReadonlySet<string>,
  now: number,
): readonly OutgoingMessage[] {
  const isRecent = ({ at }: OutgoingMessage) => now - (milliseconds(at) ?? 0) < KEPT_MS;
  return [...streamed, ...own.filter((message) => !seen.has(message.id) && isRecent(message))];
}

/** @returns a sentence for screen readers: how a message that was just sent reached its recipients */
export function sentWords({ deliveries }: Pick<OutgoingMessage, 'deliveries'>): string {
  const counts = new Map<Delivery['outcome'], number>();
  for (const { outcome } of Object.values(deliveries)) counts.set(outcome, (counts.get(outcome) ?? 0) + 1);
  const all = Object.keys(deliveries).length;
  const [[outcome] = []] = counts;
  if (counts.size === 1 && outcome) return `Sent: ${OUTCOMES[outcome]}.`;
  return `Sent to ${all}: ${[...counts].map(([name, count]) => `${count} ${OUTCOMES[name]}`).join(', ')}.`;
}

export const OUTCOMES: Record<Delivery['outcome'], string> = {
  delivered: 'delivered',
  queued: 'queued',
  failed: 'failed',
  unknown: 'not confirmed',
};
