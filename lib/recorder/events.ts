/** Options of the recorder, and the events that it publishes about the swarm's messages and its history. */
import type { AlertRule } from '../alerts/rule';
import type { KeptPost, PostOutcome, ReceiverState } from '../contract/alert-schemas';
import type { UsageState } from '../contract/claude-schemas';
import type { AttentionEntry, HistorySource, LogSource, SourceState } from '../contract/schemas';
import type { Disposition } from '../history/dispositions';
import type { EncodedMessage } from '../history/encoded-messages';
import type { Retention } from '../history/history';
import type { Summary } from '../history/summary';
import type { AgentSums } from '../history/usage-sums';
import type { SafeError } from '../platform/safe-error';
import type { UnresolvedMessages } from '../rules/unresolved-messages';
import type { UnresolvedOptions } from '../rules/unresolved-options';
import type { TranscriptMark } from '../sources/claude-code/claude-session';
import type { OwnPrice } from '../sources/claude-code/model-prices';
import type { ZoneMismatch } from '../sources/claudeswarm/zone-mismatch';
import type { NewestMessage } from './newest-senders';

export interface RecorderOptions {
  root: string;
  /** The database file; null keeps the history in memory only, as a setting asks for. */
  file: string | null;
  /** The file is in a folder where each root has its own file. False if left out: the setting names the file itself. */
  inFolder?: boolean;
  /** Use the history of another root: the project was moved. */
  adopt?: boolean;
  retention: Retention;
  /** IANA zone of the log's naive times; the process's own if null. */
  zone: string | null;
  /** How long unresolved messages are kept. */
  openFor: Pick<UnresolvedOptions, 'questionsMs' | 'failuresMs'>;
  /** The receivers of alerts at the start; none if left out. */
  alerts?: readonly AlertRule[];
  /** Own prices of models at the start; none if left out. */
  ownPrices?: readonly OwnPrice[];
  /** A random name of this process among those on the history, the same for all its recorders; made up if left out. */
  process?: string;
}

/** The attention items of now; `complete` if there are no others. */
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

/** The state of a source without the instant since when it lasts, which the main thread keeps. */
export type LogCondition = Omit<LogSource, 'since'>;
export interface HistoryCondition extends Omit<HistorySource, 'since'> {
  state: SourceState;
}

/** How much was dropped: messages, and entries of the journal. */
export interface Pruned {
  messages: number;
  entries: number;
}

/** What is derived from a message, in the words of the API. */
export type DerivedPart = 'search' | 'open questions' | 'the newest message of its sender' | 'the zone of its time';

/** A part of the recorder that can fail while the others go on, in the words of the API. */
export type RecorderPart =
  | 'the journal'
  | 'alerts'
  | 'agent lives'
  | 'decisions'
  | 'open questions'
  | 'usage'
  | 'commands';
/** Sums of usage. */
export interface UsageEvent {
  type: 'usage';
  usage: Omit<UsageState, 'progress'>;
  /** By agent and model since the history began, at most 1000; the rest is in a row with the agent `other`. */
  totals: readonly AgentSums[];
  /** The context windows of the models in use, as far as they are known, in tokens. */
  contextWindows: readonly (readonly [model: string, tokens: number])[];
}

export type RecorderEvent =
  /** A history was opened: the first one, or another one than before. */
  | {
      type: 'opened';
      epoch: string;
      file: string | null;
      newest: EncodedMessage[];
      head: number;
      oldest: number;
      /**
       * The lives of agents that were last stored with `keep_lives` for this history, as JSON; null if there are none.
       */
      lives: string | null;
      /** How far each transcript was read for this history. */
      marks: TranscriptMark[];
    }
  /** The newest of the messages committed since the last event, up to `head`; `count` is the number of all of them. */
  | { type: 'committed'; messages: EncodedMessage[]; count: number; head: number; oldest: number }
  /** An older history was upgraded. */
  | { type: 'upgraded'; sentence: string }
  /** Times were read in another zone before; they are computed again from the recorded lines. */
  | { type: 'rezoned'; before: string; zone: string }
  /** What the retention dropped since the last of these events. */
  | ({ type: 'pruned' } & Pruned)
  /** The log was read to its end for the first time. */
  | { type: 'caught_up' }
  | { type: 'summary'; summary: Summary; newestBySender: [sender: string, NewestMessage][] }
  /** The unresolved messages, whenever they have changed. */
  | { type: 'unresolved'; unresolved: UnresolvedMessages }
  /** The pending posts (none in a process that follows), and the state of each receiver. */
  | { type: 'alerts'; posts: KeptPost[]; receivers: ReceiverState[] }
  /** Which attention items are acknowledged or snoozed, whenever that has changed, by any process on the history. */
  | { type: 'dispositions'; dispositions: readonly Disposition[] }
  /** The sums of usage, whenever they have changed, at most once a second. */
  | UsageEvent
  /** Why the prices of models could not be loaded, a sentence; null once they could. */
  | { type: 'prices'; fault: string | null }
  /** The main thread's event loop was blocked for at least `heldMs` milliseconds and runs again. */
  | { type: 'loop_held'; heldMs: number }
  /** Something could not be derived from a message. Of many of these, one a minute is published. */
  | { type: 'unjudged'; part: DerivedPart; seq: number; error: SafeError }
  /** A part of the recorder has failed while the others go on, or has recovered (null). */
  | { type: 'part'; part: RecorderPart; fault: SafeError | null }
  | { type: 'condition'; log: LogCondition; history: HistoryCondition; zone: ZoneMismatch | null };
