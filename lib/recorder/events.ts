/** What the recorder is started with, and what it says of the swarm's messages and its history. */
import type { AlertRule } from '../alerts/rule';
import type { KeptPost, PostOutcome, ReceiverState } from '../contract/alert-schemas';
import type { AttentionEntry, HistorySource, LogSource, SourceState } from '../contract/schemas';
import type { Disposition } from '../history/dispositions';
import type { EncodedMessage } from '../history/encoded-messages';
import type { Retention } from '../history/history';
import type { Summary } from '../history/summary';
import type { UnresolvedMessages } from '../rules/unresolved-messages';
import type { UnresolvedOptions } from '../rules/unresolved-options';
import type { ZoneMismatch } from '../sources/claudeswarm/zone-mismatch';
import type { NewestMessage } from './newest-senders';

export interface RecorderOptions {
  root: string;
  /** The database file; null keeps the history in memory only, as a setting asks for. */
  file: string | null;
  /** The file is one of a folder where each root has its own; left out, the file itself was named. */
  inFolder?: boolean;
  /** Use the history of another root: the project was moved. */
  adopt?: boolean;
  retention: Retention;
  /** IANA zone of the log's naive times; the process's own if null. */
  zone: string | null;
  /** How long what messages leave open is kept. */
  openFor: Pick<UnresolvedOptions, 'questionsMs' | 'failuresMs'>;
  /** Who is told what wants a person, until others are; nobody if left out. */
  alerts?: readonly AlertRule[];
}

/** What wants a person now; `complete` where nothing else does. */
export interface AlertsUpdate {
  entries: readonly AttentionEntry[];
  complete: boolean;
}

/** How a try to post ended. */
export interface PostTried {
  receiver: string;
  key: string;
  outcome: PostOutcome;
}

/** What a source is like, without the instant since when: the main thread keeps the time. */
export type LogCondition = Omit<LogSource, 'since'>;
export interface HistoryCondition extends Omit<HistorySource, 'since'> {
  state: SourceState;
}

/** How much was dropped: messages, and rows of the journal. */
export interface Pruned {
  messages: number;
  entries: number;
}

export type RecorderEvent =
  /** A history is there, or another one than before. */
  | {
      type: 'opened';
      epoch: string;
      file: string | null;
      newest: EncodedMessage[];
      head: number;
      oldest: number;
      /** What `keep_lives` gave last to this history; null if nothing. */
      lives: string | null;
    }
  /** At least the newest of the messages committed since the last event, up to `head`; `count`: of all of them. */
  | { type: 'committed'; messages: EncodedMessage[]; count: number; head: number; oldest: number }
  /** An older history was brought up to date. */
  | { type: 'upgraded'; sentence: string }
  /** Times were read in another zone before; they are computed again from the lines that were kept. */
  | { type: 'rezoned'; before: string; zone: string }
  /** What the retention dropped since the last of these events. */
  | ({ type: 'pruned' } & Pruned)
  /** The log was read to its end for the first time. */
  | { type: 'caught_up' }
  | { type: 'summary'; summary: Summary; newestBySender: [sender: string, NewestMessage][] }
  /** What the messages leave open, whenever it has changed. */
  | { type: 'unresolved'; unresolved: UnresolvedMessages }
  /** What is to be posted, none in a process that follows, and how it goes with each receiver. */
  | { type: 'alerts'; posts: KeptPost[]; receivers: ReceiverState[] }
  /** Which attention items are acknowledged or snoozed, whenever that has changed, by any process on the history. */
  | { type: 'dispositions'; dispositions: readonly Disposition[] }
  /** The main thread's event loop was held for so long, at least, and moves again. */
  | { type: 'loop_held'; heldMs: number }
  | { type: 'condition'; log: LogCondition; history: HistoryCondition; zone: ZoneMismatch | null };
