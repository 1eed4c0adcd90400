/** The questions that a history answers, in this thread or in another. Everything here survives structured cloning. */

import type { BundleText } from '../contract/bundle-schemas';
import type { UsageAnswer, UsageGrouping } from '../contract/claude-schemas';
import type { MessageFilter } from '../contract/schemas';
import type { TimeSpan } from '../contract/time-span';
import type { ActionBounds } from '../history/action-rows';
import type { Addressed, ReadMark } from '../history/addressed-messages';
import type { BundleMarks, BundleSize } from '../history/bundle-rows';
import type { EncodedMessage } from '../history/encoded-messages';
import type { Summary } from '../history/summary';
import type { UnresolvedMessages } from '../rules/unresolved-messages';

/** A message in the history, from its cursor `<epoch>.<seq>`. */
export interface MessagePlace {
  epoch: string;
  seq: number;
}

/** One page of messages. At most one of the places is given. */
export interface MessageQuery {
  limit: number;
  filter: MessageFilter;
  before?: MessagePlace;
  after?: MessagePlace;
  around?: MessagePlace;
  /** The questions without an answer; the thread that answers does not know them. */
  open?: Pick<UnresolvedMessages, 'epoch' | 'questions'>;
}

/** A page of spans, newest first: those older than the place that an earlier page returned. */
export interface SpanPage {
  limit: number;
  before?: MessagePlace;
}

/** A page of commands, newest first. At most one of the places is given; both are cursors of commands. */
export interface ActionPage extends Pick<ActionBounds, 'since' | 'until' | 'agent' | 'limit'> {
  before?: MessagePlace | undefined;
  after?: MessagePlace | undefined;
}

/** One part of a bundle: its head, or a page of rows that follows another. Times are milliseconds since 1970. */
export interface BundleQuery {
  part: 'head' | 'spans' | 'journal' | 'messages' | 'actions';
  since: number;
  until: number;
  text: BundleText;
  /** Absolute paths of the project. Paths in it are shortened before they leave the machine. */
  roots: string[];
  /** The newest rows that the bundle may contain, from `bundle_size`. */
  marks: BundleMarks;
  after: number;
}

export interface BundlePart {
  /** The fields of an object without braces, or the elements of a list without brackets. */
  json: string;
  /** Where the next page begins; null at the end. */
  last: number | null;
  /** The number of rows in `json`. */
  count: number;
}

/** How much to read. The message that reaches the number of bytes is the last one. */
export interface MessageBound {
  messages: number;
  bytes: number;
}

/** The questions that a thread with a history answers. Texts are JSON; times are milliseconds since 1970. */
export interface Questions {
  page: { query: MessageQuery; answer: string };
  after: { query: { epoch: string; seq: number; most: MessageBound }; answer: EncodedMessage[] };
  summary: { query: Record<string, never>; answer: Summary };
  /** A `PastState`. */
  state: { query: { at: number }; answer: string };
  /** A `Timeline`. */
  timeline: {
    query: { since: number; until: number; steps: number; agent?: string; after?: string };
    answer: string;
  };
  /** A `Talk`. The caller supplies which questions are open. */
  talk: {
    query: { since: number; until: number; open?: Pick<UnresolvedMessages, 'epoch' | 'questions'> };
    answer: string;
  };
  /** An `AgentHistory`, or null if nothing is known about the agent. */
  agent_history: { query: SpanPage & { id: string }; answer: string | null };
  /** A `UsageAnswer`. The caller supplies the zone of days and hours, and how far transcripts are read. */
  usage: {
    query: TimeSpan & {
      by: UsageGrouping;
      part?: UsageGrouping | undefined;
      zone?: string;
      progress?: UsageAnswer['progress'];
      unknownModels?: string[];
    };
    answer: string;
  };
  /**
   * The messages of the log to agents that are later than their read marks: all that are kept, or those among the next
   * ones after a message.
   */
  unread: {
    query: { marks: readonly ReadMark[]; after: MessagePlace | null };
    answer: Addressed & { epoch: string };
  };
  /** An `ActionsAnswer`. */
  actions: { query: ActionPage; answer: string };
  bundle_size: { query: TimeSpan; answer: BundleSize };
  bundle: { query: BundleQuery; answer: BundlePart };
  /** A `LockHistory`. */
  lock_history: { query: SpanPage & { filepath: string; holder?: string }; answer: string };
}
export type QuestionName = keyof Questions;
/** JSON. From another thread it comes as UTF-8 bytes, which are forwarded unchanged. */
export type Json = string | Uint8Array<ArrayBuffer>;
export type Answer<Name extends QuestionName> = Questions[Name]['answer'] extends infer Given
  ? Given extends string
    ? Json
    : Given
  : never;
/** Questions about the past. */
export type PastQuestion = Exclude<QuestionName, 'page' | 'after' | 'summary' | 'unread'>;

/**
 * Why a question has no answer. `gone_cursor`: the place is of another history or was pruned. `unavailable`: the thread
 * can't read or write at present. `not_live`: attention items can't be acknowledged or snoozed because no live swarm is
 * shown.
 */
export type QueryRefusedCode = 'gone_cursor' | 'unavailable' | 'not_live';

/** A question that a thread could not answer. */
export class QueryRefused extends Error {
  override readonly name = 'QueryRefused';
  constructor(
    readonly code: QueryRefusedCode,
    detail: string,
  ) {
    super(detail);
  }
}
