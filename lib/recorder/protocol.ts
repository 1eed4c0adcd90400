/** What the main thread and the worker threads say to each other; everything here survives structured cloning. */
import type { AlertRule } from '../alerts/rule';
import type { KeptPost, PostOutcome, ReceiverState } from '../contract/alert-schemas';
import type { BundleText, Recording } from '../contract/bundle-schemas';
import type { AttentionEntry, HistorySource, LogSource, MessageFilter, SourceState } from '../contract/schemas';
import type { BundleMarks, BundleSize } from '../history/bundle-rows';
import type { Disposition, DispositionChange, DispositionReview } from '../history/dispositions';
import type { Retention } from '../history/history';
import type { JournalUpdate } from '../history/journal';
import type { Summary } from '../history/summary';
import type { SafeError } from '../safe-error';
import type { LogSettings } from '../server/log';
import type { NewestMessage } from './newest-senders';
import type { OpenMattersNow } from './open-matters';
import type { OpenMattersOptions } from './open-matters-options';
import type { ToldMessage } from './told-messages';
import type { ZoneMismatch } from './zone-doubt';

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
  openFor: Pick<OpenMattersOptions, 'questionsMs' | 'failuresMs'>;
  /** Who is told what wants a person, until others are; nobody if left out. */
  alerts?: readonly AlertRule[];
}

/** How the recorder's thread watches the main one. */
export interface WatchdogOptions {
  /** Of `LoopSigns`. */
  memory: SharedArrayBuffer;
  log: LogSettings;
}

/** With which the recorder's thread is started. */
export interface RecorderThreadOptions extends RecorderOptions {
  /** Null where nobody watches. */
  watchdog: WatchdogOptions | null;
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

/** A message in the history: `<epoch>.<seq>` taken apart. */
export interface MessagePlace {
  epoch: string;
  seq: number;
}

/** One page of messages; at most one of the places is given. */
export interface MessageQuery {
  limit: number;
  filter: MessageFilter;
  before?: MessagePlace;
  after?: MessagePlace;
  around?: MessagePlace;
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
      newest: ToldMessage[];
      head: number;
      oldest: number;
      /** What `keep_lives` gave last to this history; null if nothing. */
      lives: string | null;
    }
  /** At least the newest of the messages committed since the last event, up to `head`; `count`: of all of them. */
  | { type: 'committed'; messages: ToldMessage[]; count: number; head: number; oldest: number }
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
  | { type: 'open_matters'; matters: OpenMattersNow }
  /** What is to be posted, none in a process that follows, and how it goes with each receiver. */
  | { type: 'alerts'; posts: KeptPost[]; receivers: ReceiverState[] }
  /** Which attention items are acknowledged or snoozed, whenever that has changed, by any process on the history. */
  | { type: 'dispositions'; dispositions: readonly Disposition[] }
  /** The main thread's event loop was held for so long, at least, and moves again. */
  | { type: 'loop_held'; heldMs: number }
  | { type: 'condition'; log: LogCondition; history: HistoryCondition; zone: ZoneMismatch | null };

/** A page of spans, newest first: those older than the place that an earlier page gave. */
export interface SpanPage {
  limit: number;
  before?: MessagePlace;
}

/** One part of a bundle: its head, or a page of rows after one. Times are milliseconds since 1970. */
export interface BundleQuery {
  part: 'head' | 'spans' | 'journal' | 'messages';
  since: number;
  until: number;
  text: BundleText;
  /** Absolute paths of the project: below them paths leave the machine shortened. */
  roots: string[];
  /** What it holds at most, as `bundle_size` tells. */
  marks: BundleMarks;
  after: number;
}

export interface BundlePart {
  /** Fields without braces, or elements without brackets. */
  json: string;
  /** Where the next page begins, null after the end. */
  last: number | null;
  /** How many rows these are. */
  count: number;
}

/** A bundle that was opened. */
export interface OpenedBundle {
  name: string;
  recording: Recording;
  epoch: string;
  newest: ToldMessage[];
  head: number;
  oldest: number;
}

/** How much is worth reading: nothing is after the message that reaches the bytes. */
export interface MessageBound {
  messages: number;
  bytes: number;
}

/** Questions that a thread with a history answers; texts are JSON. Times are milliseconds since 1970. */
export interface Questions {
  page: { query: MessageQuery; answer: string };
  after: { query: { epoch: string; seq: number; most: MessageBound }; answer: ToldMessage[] };
  summary: { query: Record<string, never>; answer: Summary };
  /** A `PastState`. */
  state: { query: { at: number }; answer: string };
  /** A `Timeline`. */
  timeline: {
    query: { since: number; until: number; steps: number; agent?: string; after?: string };
    answer: string;
  };
  /** A `Talk`; which questions are open, the thread that answers is told. */
  talk: {
    query: { since: number; until: number; open?: Pick<OpenMattersNow, 'epoch' | 'questions'> };
    answer: string;
  };
  /** An `AgentHistory`, or null for an agent that left no trace. */
  agent_history: { query: SpanPage & { id: string }; answer: string | null };
  bundle_size: { query: { since: number; until: number }; answer: BundleSize };
  bundle: { query: BundleQuery; answer: BundlePart };
  /** A `LockHistory`. */
  lock_history: { query: SpanPage & { filepath: string; holder?: string }; answer: string };
}
export type QuestionName = keyof Questions;
/** JSON comes from a thread as the bytes of its text, which are sent on as they are. */
export type Json = string | Uint8Array<ArrayBuffer>;
export type Answer<Name extends QuestionName> = Questions[Name]['answer'] extends infer Given
  ? Given extends string
    ? Json
    : Given
  : never;
/** Questions about what was. */
export type PastQuestion = Exclude<QuestionName, 'page' | 'after' | 'summary'>;

export type ToThread =
  | { type: 'look' }
  | { type: 'journal'; update: JournalUpdate }
  /** A beat: the swarm's files were looked at, and what differed was journaled before; null if they could not be. */
  | { type: 'looked'; at: number | null }
  /** Which agents have which ids, as JSON, to go on from after a restart. */
  | { type: 'keep_lives'; json: string }
  | { type: 'attention'; update: AlertsUpdate }
  | { type: 'posted'; tried: PostTried }
  /** Others are told of alerts from now on. */
  | { type: 'receivers'; alerts: readonly AlertRule[] }
  /** Somebody acknowledges or snoozes an attention item, or takes that back; answered with all that is decided then. */
  | { type: 'dispose'; id: number; change: DispositionChange }
  /** Which of the items that were decided about exist, and which decisions have ended. */
  | { type: 'review'; review: DispositionReview }
  /** Another thread found the database damaged. */
  | { type: 'damaged' }
  | { type: 'ask'; id: number; name: QuestionName; query: Questions[QuestionName]['query'] }
  | { type: 'stop' };

/**
 * Why a question has no answer: the place is of another history or was pruned, the thread can't read or write just now,
 * or nothing can be decided where no live swarm is shown.
 */
export type RefusalCode = 'gone_cursor' | 'unavailable' | 'not_live';

export type FromThread =
  | { type: 'events'; events: RecorderEvent[] }
  | { type: 'answer'; id: number; name: QuestionName | 'dispose'; answer: unknown }
  | { type: 'refusal'; id: number; code: RefusalCode; detail: string; damaged?: boolean }
  /** The question met a fault of this program; the thread goes on. */
  | { type: 'fault'; id: number; error: SafeError }
  /** The thread ends by a fault of this program. */
  | { type: 'failed'; detail: string; error: SafeError }
  | { type: 'bundle'; opened: OpenedBundle }
  /** The bundle can't be opened: a sentence that says what is wrong and what to do. */
  | { type: 'refused'; detail: string }
  | { type: 'stopped' };

/** A question that a thread could not answer. */
export class Refusal extends Error {
  override readonly name = 'Refusal';
  constructor(
    readonly code: RefusalCode,
    detail: string,
  ) {
    super(detail);
  }
}
