/** What the tabs of one browser say to each other about their one stream. */
import type { StreamEvent } from '../contract/events';
import type { RelayedBatch } from './relay';
import type { ConnectionState } from './stream-client';

/** Orders leaders: the later claim counts, of two at the same time that of the greater tab. */
export interface Claim {
  /** Milliseconds since 1970 by the browser's clock, or one more than the claim before. */
  term: number;
  /** A random name. */
  tab: string;
}

/** The leader exists, and what it has received. */
export interface LeadMessage extends Claim {
  kind: 'lead';
  /** How many batches the leader has passed on before this message. */
  count: number;
  visible: boolean;
  /** The leader's stream has brought events since the leader took over. */
  streaming: boolean;
  state: ConnectionState;
  batch: RelayedBatch | null;
}

export type TabMessage =
  | LeadMessage
  /** The leader closes or is frozen. */
  | (Claim & { kind: 'bye' })
  /** A tab wants to be brought from its position to that of the leader. */
  | { kind: 'ask'; tab: string; position: string | null }
  /** The network or a tab has come back: a leader that waits before a reconnect tries at once. */
  | { kind: 'wake'; tab: string }
  /** To one tab. `events` is null if the leader cannot know what lies between. */
  | (Claim & { kind: 'answer'; to: string; count: number; position: string | null; events: StreamEvent[] | null });

/** A message with the time of its sending, in milliseconds since 1970. */
export type SentMessage = TabMessage & { sentAt: number };

export interface TabChannel {
  post(message: SentMessage): void;
  close(): void;
}

/** @returns whether a claim is later than another one */
export function supersedes(claim: Claim, other: Claim): boolean {
  return claim.term > other.term || (claim.term === other.term && claim.tab > other.tab);
}

/** @returns a channel between all tabs of this origin that use the same name; null where the browser has none */
export function openTabChannel(name: string, onMessage: (message: SentMessage) => void): TabChannel | null {
  try {
    const channel = new BroadcastChannel(name);
    channel.onmessage = ({ data }: MessageEvent<SentMessage>) => onMessage(data);
    return { post: (message) => channel.postMessage(message), close: () => channel.close() };
  } catch {
    return null;
  }
}
