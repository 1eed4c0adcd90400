/** What can be asked of a history, in this thread or in another: everything here survives structured cloning. */

import type { BundleText } from '../contract/bundle-schemas';
import type { MessageFilter } from '../contract/schemas';
import type { TimeSpan } from '../contract/time-span';
import type { BundleMarks, BundleSize } from '../history/bundle-rows';
import type { EncodedMessage } from '../history/encoded-messages';
import type { Summary } from '../history/summary';
import type { UnresolvedMessages } from '../rules/unresolved-messages';

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
  /** The questions without an answer; the thread that answers does not know them. */
  open?: Pick<UnresolvedMessages, 'epoch' | 'questions'>;
}

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

/** How much is worth reading: nothing is after the message that reaches the bytes. */
export interface MessageBound {
  messages: number;
  bytes: number;
}

/** Questions that a thread with a history answers; texts are JSON. Times are milliseconds since 1970. */
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
  /** A `Talk`; which questions are open, the thread that answers is told. */
  talk: {
    query: { since: number; until: number; open?: Pick<UnresolvedMessages, 'epoch' | 'questions'> };
    answer: string;
  };
  /** An `AgentHistory`, or null for an agent that left no trace. */
  agent_history: { query: SpanPage & { id: string }; answer: string | null };
  bundle_size: { query: TimeSpan; answer: BundleSize };
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

/**
 * Why a question has no answer: the place is of another history or was pruned, the thread can't read or write just now,
 * or nothing can be decided where no live swarm is shown.
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
