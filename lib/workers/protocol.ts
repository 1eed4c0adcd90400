/** What the main thread and the worker threads say to each other; everything here survives structured cloning. */
import type { AlertRule } from '../alerts/rule';
import type { BundleInfo } from '../contract/bundle-schemas';
import type { DispositionChange, DispositionReview } from '../history/dispositions';
import type { EncodedMessage } from '../history/encoded-messages';
import type { JournalUpdate } from '../history/journal';
import type { LogSettings } from '../platform/log';
import type { SafeError } from '../platform/safe-error';
import type { QueryRefusedCode, QuestionName, Questions } from '../queries/questions';
import type { AlertsUpdate, PostTried, RecorderEvent, RecorderOptions } from '../recorder/events';

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

/** A bundle that was opened. */
export interface OpenedBundle {
  name: string;
  bundle: BundleInfo;
  epoch: string;
  newest: EncodedMessage[];
  head: number;
  oldest: number;
}

export type ToThread =
  | { type: 'refresh' }
  | { type: 'journal'; update: JournalUpdate }
  /** A beat: the swarm's files were looked at, and what differed was journaled before; null if they could not be. */
  | { type: 'refreshed'; at: number | null }
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

export type FromThread =
  | { type: 'events'; events: RecorderEvent[] }
  | { type: 'answer'; id: number; name: QuestionName | 'dispose'; answer: unknown }
  | { type: 'refusal'; id: number; code: QueryRefusedCode; detail: string; damaged?: boolean }
  /** The question met a fault of this program; the thread goes on. */
  | { type: 'fault'; id: number; error: SafeError }
  /** The thread ends by a fault of this program. */
  | { type: 'failed'; detail: string; error: SafeError }
  | { type: 'bundle'; opened: OpenedBundle }
  /** The bundle can't be opened: a sentence that says what is wrong and what to do. */
  | { type: 'refused'; detail: string }
  | { type: 'stopped' };
