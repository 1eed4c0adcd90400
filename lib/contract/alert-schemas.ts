/**
 * What is posted to the receivers of alerts (docs/alerts.md shows it with examples), and what the parts of this process
 * say to each other about it.
 */
import { z } from 'zod';
import { attentionEntry, instant } from './schemas';

const alert = z.object({
  /** The same however often this is posted: what tells doubles. */
  key: z.string(),
  event: z.enum(['new', 'resolved', 'test']),
  /** When it was decided to tell it. */
  at: instant,
  /** As it was when it was told as new. */
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
  /** How many were left out since the last post, because more waited than are kept. */
  left_out: z.int(),
});

export type Alert = z.infer<typeof alert>;
export type AlertPost = z.infer<typeof alertPost>;

/** An alert before it is known where the page is. */
export type KeptAlert = Omit<Alert, 'link'>;

/** A post under way, as the outbox keeps it. */
export interface KeptPost {
  receiver: string;
  /** The same at every try. */
  key: string;
  alerts: KeptAlert[];
  leftOut: number;
  /** How many have failed. */
  tries: number;
  /** Milliseconds since 1970. */
  notBefore: number;
}

/** How a try to post ended; reasons are the end of a sentence and name no path. */
export type PostOutcome =
  | { kind: 'delivered' }
  /** Trying again may help. */
  | { kind: 'failed'; reason: string; retryAfterMs: number | null }
  /** The receiver will never take this post. */
  | { kind: 'refused'; reason: string };

/** How it goes with one receiver; the counts go on over restarts. */
export interface ReceiverState {
  name: string;
  /** Alerts. */
  delivered: number;
  /** Tries. */
  failed: number;
  /** Alerts that were never delivered. */
  given_up: number;
  /** Alerts that were never posted, because more waited than are kept. */
  left_out: number;
  /** Alerts that wait or are under way. */
  queued: number;
  /** Why it is not reached, the end of a sentence, since when (milliseconds since 1970); null while all is well. */
  failing: { since: number; reason: string } | null;
}
