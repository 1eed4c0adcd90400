/** The messages between the main thread and the worker threads. Everything here survives structured cloning. */
import type { AlertRule } from '../alerts/rule';
import type { ActionRecord, ActionStep } from '../contract/action-record';
import type { BundleInfo } from '../contract/bundle-schemas';
import type { DispositionChange, DispositionReview } from '../history/dispositions';
import type { EncodedMessage } from '../history/encoded-messages';
import type { JournalUpdate } from '../history/journal';
import type { LogSettings } from '../platform/log';
import type { SafeError } from '../platform/safe-error';
import type { QueryRefusedCode, QuestionName, Questions } from '../queries/questions';
import type { AlertsUpdate, PostTried, RecorderEvent, RecorderOptions } from '../recorder/events';
import type { AgentUsage } from '../recorder/usage-feed';
import type { TeamMessage, TranscriptMark } from '../sources/claude-code/claude-session';
import type { OwnPrice, PricesByModel } from '../sources/claude-code/model-prices';
import type { FollowedSession, TranscriptsNews } from '../sources/claude-code/transcripts';

/** How the recorder thread watches the main thread. */
export interface WatchdogOptions {
  /** The memory of `LoopSigns`. */
  memory: SharedArrayBuffer;
  log: LogSettings;
}

/** The options with which the recorder thread is started. */
export interface RecorderThreadOptions extends RecorderOptions {
  /** Null if the main thread is not watched. */
  watchdog: WatchdogOptions | null;
}

/** The options with which the transcripts thread is started. */
export interface TranscriptsThreadOptions {
  /** Claude Code's own folder. */
  folder: string;
  marks: TranscriptMark[];
  sessions: FollowedSession[];
  teams: string[];
}

/** The contents of a bundle that was opened. */
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
  /**
   * The swarm's files were refreshed at this time and all changes are journaled; null if they could not be read or
   * journaled.
   */
  | { type: 'refreshed'; at: number | null }
  /** Which agents have which ids, as JSON, to be restored after a restart. */
  | { type: 'keep_lives'; json: string }
  | { type: 'attention'; update: AlertsUpdate }
  | { type: 'posted'; tried: PostTried }
  /** The receivers of alerts from now on. */
  | { type: 'receivers'; alerts: readonly AlertRule[] }
  /** A person acknowledges or snoozes an attention item, or withdraws that. The answer lists all decisions. */
  | { type: 'dispose'; id: number; change: DispositionChange }
  /** A command begins or has ended. The answer is the earlier command with the same key, or null. */
  | { type: 'action'; id: number; step: ActionStep; record: ActionRecord }
  /** Which of the items with a decision exist, and which decisions have ended. */
  | { type: 'review'; review: DispositionReview }
  /** The usage of agents, and how far transcripts were read. */
  | { type: 'usage'; rows: readonly AgentUsage[]; marks: readonly TranscriptMark[] }
  /** Messages of agent teams. */
  | { type: 'team_messages'; messages: readonly TeamMessage[] }
  /** The prices that the recorder thread asked for; null if they could not be loaded, with the reason. */
  | { type: 'prices'; found: PricesByModel | null; detail: string }
  /** The own prices of models from now on. */
  | { type: 'own_prices'; own: readonly OwnPrice[] }
  /** Another thread found the database damaged. */
  | { type: 'damaged' }
  /** Which sessions the transcripts thread follows from now on. */
  | { type: 'follow'; sessions: FollowedSession[]; teams: string[] }
  /** The main thread has taken the usage of one message. */
  | { type: 'usage_taken' }
  | { type: 'ask'; id: number; name: QuestionName; query: Questions[QuestionName]['query'] }
  | { type: 'stop' };

export type FromThread =
  | { type: 'events'; events: RecorderEvent[] }
  | { type: 'answer'; id: number; name: QuestionName | 'dispose' | 'action'; answer: unknown }
  | { type: 'refusal'; id: number; code: QueryRefusedCode; detail: string; damaged?: boolean }
  /** The question met a fault of this program; the thread continues. */
  | { type: 'fault'; id: number; error: SafeError }
  /** A fault of this program ends the thread. */
  | { type: 'failed'; detail: string; error: SafeError }
  | { type: 'transcripts'; news: TranscriptsNews }
  /** The recorder thread needs the prices of these models. Threads are started by the main thread alone. */
  | { type: 'look_up_prices'; models: readonly string[] }
  | { type: 'bundle'; opened: OpenedBundle }
  /** The bundle can't be opened: a sentence that states what is wrong and what to do. */
  | { type: 'refused'; detail: string }
  | { type: 'stopped' };
