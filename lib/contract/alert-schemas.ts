/**
 * The posts to receivers of alerts (docs/alerts.md shows them with examples), and the shapes in which parts of this
 * process pass them on.
 */
import { z } from 'zod';
import { attentionEntry, instant } from './schemas';

const alert = z.object({
  /** The same however often this is posted, so that receivers can recognise duplicates. */
  key: z.string(),
  event: z.enum(['new', 'resolved', 'test']),
  /** When it was decided to post it. */
  at: instant,
  /** The item as it was when it was posted as new. */
  entry: attentionEntry,
  /** Where the page shows it, null where PUBLIC_URL is not set. */
  link: z.string().nullable(),
});

/** One post; the same bytes at every try. */
export const alertPost = z.object({
  version: z.literal(1),
  /** The name of the project's folder. */
  swarm: z.string(),
  receiver: z.string(),
  /** In the order in which they were decided. One, or several where more came than may be posted singly. */
  alerts: z.array(alert),
  /** How many were left out since the last post, because more were pending than are kept. */
  left_out: z.int(),
});

export type Alert = z.infer<typeof alert>;
export type AlertPost = z.infer<typeof alertPost>;

/** An alert without the address of the page. */
export type KeptAlert = Omit<Alert, 'link'>;

/** A pending post, as the outbox keeps it. */
export interface KeptPost {
  receiver: string;
  /** The same at every attempt. */
  key: string;
  alerts: KeptAlert[];
  leftOut: number;
  /** How many attempts have failed. */
  tries: number;
  /** Milliseconds since 1970. */
  notBefore: number;
}

/** The outcome of an attempt to post; a reason is the end of a sentence and names no path. */
export type PostOutcome =
  | { kind: 'delivered' }
  /** Another attempt may succeed. */
  | { kind: 'failed'; reason: string; retryAfterMs: number | null }
  /** The receiver will never take this post. */
  | { kind: 'refused'; reason: string };

/** The state of one receiver; the counts continue after a restart. */
export interface ReceiverState {
  name: string;
  /** Alerts that were delivered. */
  delivered: number;
  /** Attempts that failed. */
  failed: number;
  /** Alerts that were never delivered. */
  given_up: number;
  /** Alerts that were never posted, because more were pending than are kept. */
  left_out: number;
  /** Alerts that are pending. */
  queued: number;
  /** Why it cannot be reached, the end of a sentence, and since when (milliseconds since 1970); null while it can. */
  failing: { since: number; reason: string } | null;
}
