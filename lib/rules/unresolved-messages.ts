/**
 * The unresolved messages: questions without an answer, recipients that messages do not reach, and the places of
 * messages that ask for an acknowledgement. Fed with every message in the order of `seq`, which alone decides which is
 * later; each message costs the same, however many are unresolved. Bounded: dropped ones are counted.
 */
import { createHash } from 'node:crypto';
import {
  EVERYONE,
  excerptOf,
  isAutomatic,
  messageContent,
  readName,
  recipientsOf,
} from '../sources/claudeswarm/message-fields';
import { type AwaitedAck, AwaitedAcks, asksItself, MAX_ANSWER_RECIPIENTS } from './awaited-acks';
import { FailedDeliveries, type FailedRecipient, MAX_KEPT, withNewest } from './failed-deliveries';
import type { UnresolvedOptions } from './unresolved-options';

/** A QUESTION or BLOCKED that nobody has answered. */
export interface OpenQuestion {
  type: 'QUESTION' | 'BLOCKED';
  /** Its `msg_id` or, where that is missing or another open question's, null. */
  msgId: string | null;
  sender: string;
  /** The agents that may answer; empty for anybody. */
  recipients: string[];
  /** When it was first sent, milliseconds since 1970. */
  at: number;
  /** The beginning of its text. */
  text: string;
  /** Its message first, then the newest retries. */
  seqs: number[];
  /** The newest QUESTION or BLOCKED that one of those that may answer has sent back since; null if there is none. */
  askedBack: { by: string; seq: number } | null;
}

export interface UnresolvedMessages {
  /** The history that each `seq` belongs to. */
  epoch: string;
  questions: OpenQuestion[];
  failures: FailedRecipient[];
  /** Places of messages that ask for an acknowledgement, by `msg_id`, and which recipients have answered since. */
  awaiting: [msgId: string, seq: number, answeredBy: string[]][];
  /** How many questions and recipients were dropped because more came than can be kept. */
  cut: number;
}

const MAX_ANSWERED = 1000;
const MAX_RECIPIENTS = 100;

type Fields = Readonly<Record<string, unknown>>;

interface Question extends OpenQuestion {
  /** Its type, sender and text: which its retries share. */
  key: string;
  ids: string[];
}

/** The whole state after some message, in a form for JSON. Questions are named by their place in the list. */
export interface SavedUnresolved {
  questions: Question[];
  byId: [msgId: string, question: number][];
  byKey: [key: string, question: number][];
  answered: string[];
  failures: FailedRecipient[];
  awaiting: AwaitedAck[];
  cut: { count: number; newest: number };
}

export class UnresolvedTracker {
  readonly #options: UnresolvedOptions;
  #questions = new Set<Question>();
  /** By the agent that may answer (`EVERYONE` for anybody) and by the asker. */
  #waiting = new Map<string, Map<string, Set<Question>>>();
  #byId = new Map<string, Question>();
  #byKey = new Map<string, Question>();
  /** Keys of the newest answered questions: a late retry does not ask again. */
  #answered = new Set<string>();
  readonly #failures: FailedDeliveries;
  readonly #awaiting = new AwaitedAcks();
  #cut = { count: 0, newest: 0 };
  #changed = true;

  constructor(options: UnresolvedOptions) {
    this.#options = options;
    this.#failures = new FailedDeliveries(options, (at) => this.#noteLetGo(at));
  }

  /** @returns the state, for `restore` */
  save(): SavedUnresolved {
    const questions = [...this.#questions];
    const places = new Map(questions.map((question, place) => [question, place]));
    const placesIn = (index: Map<string, Question>) =>
      [...index].map(([name, question]): [string, number] => [name, places.get(question) as number]);
    return {
      ...{ questions, byId: placesIn(this.#byId), byKey: placesIn(this.#byKey), answered: [...this.#answered] },
      ...{ failures: this.#failures.list(), awaiting: this.#awaiting.list(), cut: this.#cut },
    };
  }

  /** Replaces the state with a saved one, as if fed every message up to the one after which it was saved. */
  restore({ questions, byId, byKey, answered, failures, awaiting, cut }: SavedUnresolved): void {
    const named = ([name, place]: [string, number]): [string, Question] => [name, questions[place] as Question];
    this.#questions = new Set(questions);
    this.#byId = new Map(byId.map(named));
    this.#byKey = new Map(byKey.map(named));
    this.#waiting.clear();
    for (const question of questions) this.#await(question, answerersOf(question));
    this.#answered = new Set(answered);
    this.#failures.restore(failures);
    this.#awaiting.restore(awaiting);
    this.#cut = cut;
    this.#changed = true;
  }

  /** Takes the next message. */
  feed(seq: number, fields: Fields): void {
    const sender = readName(fields.sender);
    this.#failures.feed(seq, sender, fields);
    if (sender !== null) {
      this.#noteAnswer(seq, sender, fields);
      if (fields.msg_type === 'QUESTION' || fields.msg_type === 'BLOCKED') {
        this.#noteQuestion(seq, fields.msg_type, sender, fields);
      }
    }
    this.#awaiting.feed(seq, sender, fields);
  }

  /** @returns the unresolved messages, or null if they equal those of the last call */
  changes(epoch: string): UnresolvedMessages | null {
    const now = this.#options.now();
    for (const question of this.#questions) if (this.#isTooOld(question.at, now)) this.#drop(question);
    if (this.#cut.count > 0 && this.#isTooOld(this.#cut.newest, now)) {
      this.#cut = { count: 0, newest: 0 };
      this.#changed = true;
    }
    const othersChanged = [this.#failures.takeChange(), this.#awaiting.takeChange()].includes(true);
    if (!this.#changed && !othersChanged) return null;
    this.#changed = false;
    return {
      epoch,
      questions: [...this.#questions].map(({ key, ids, ...published }) => published),
      failures: this.#failures.list(),
      awaiting: this.#awaiting.list().map(({ msgId, seq, answeredBy }) => [msgId, seq, answeredBy]),
      cut: this.#cut.count,
    };
  }

  #isTooOld(at: number, now: number): boolean {
    return at < now - this.#options.questionsMs;
  }

  /**
   * A message answers in the thread, or if a recipient sends it to the asker and at most two others. A question in
   * return keeps the first one open, and a broadcast answers nobody: it is not a reply.
   */
  #noteAnswer(seq: number, sender: string, fields: Fields): void {
    if (this.#questions.size === 0 || isAutomatic(fields)) return;
    const replied = typeof fields.parent_msg_id === 'string' ? this.#byId.get(fields.parent_msg_id) : undefined;
    if (replied && replied.sender !== sender) this.#answer(replied);
    const recipients = recipientsOf(fields);
    if (recipients.length > MAX_ANSWER_RECIPIENTS || recipients.includes(EVERYONE)) return;
    const asksBack = asksItself(fields);
    for (const byAsker of [this.#waiting.get(sender), this.#waiting.get(EVERYONE)]) {
      for (const asker of recipients) {
        if (asker === sender) continue;
        for (const question of byAsker?.get(asker) ?? []) {
          if (asksBack) this.#askBack(question, sender, seq);
          else this.#answer(question);
        }
      }
    }
  }

  #askBack(question: Question, by: string, seq: number): void {
    question.askedBack = { by, seq };
    this.#changed = true;
  }

  #noteQuestion(seq: number, type: Question['type'], sender: string, fields: Fields): void {
    const at = this.#options.readTime(fields.timestamp);
    // Without a time the age is not known.
    if (at === null || this.#isTooOld(at, this.#options.now())) return;
    const { text, form } = messageContent(fields);
    const key = createHash('sha1')
      .update(JSON.stringify([type, sender, text]))
      .digest('base64');
    const recipients = recipientsOf(fields).filter((name) => name !== sender);
    const answerers = recipients.includes(EVERYONE) ? [] : recipients.slice(0, MAX_RECIPIENTS);
    const msgId = typeof fields.msg_id === 'string' ? readName(fields.msg_id) : null;
    const open = this.#byKey.get(key);
    if (open && (form !== 'first' || sameNames(open.recipients, answerers))) this.#repeat(open, seq, msgId, answerers);
    // A retry of an answered question only asks for the acknowledgement; an escalation only refers to its original.
    else if (form === 'first' || (form === 'retry' && !this.#answered.has(key))) {
      const ownId = msgId !== null && this.#byId.has(msgId) ? null : msgId;
      const question = { type, msgId: ownId, sender, recipients: answerers, at, text: excerptOf(text), seqs: [seq] };
      this.#open({ ...question, askedBack: null, key, ids: ownId === null ? [] : [ownId] });
    }
  }

  #open(question: Question): void {
    this.#questions.add(question);
    this.#byKey.set(question.key, question);
    for (const id of question.ids) this.#byId.set(id, question);
    this.#await(question, answerersOf(question));
    this.#changed = true;
    if (this.#questions.size <= MAX_KEPT) return;
    const [oldest] = this.#questions;
    if (!oldest) return;
    this.#drop(oldest);
    this.#noteLetGo(oldest.at);
  }

  /** Adds a repetition of the same question; its recipients may answer too. */
  #repeat(question: Question, seq: number, msgId: string | null, recipients: readonly string[]): void {
    question.seqs = withNewest(question.seqs, seq);
    if (msgId !== null && question.ids.length < MAX_RECIPIENTS) {
      question.ids.push(msgId);
      this.#byId.set(msgId, question);
    }
    const more = recipients.filter((name) => !question.recipients.includes(name));
    if (question.recipients.length > 0 && question.recipients.length + more.length <= MAX_RECIPIENTS) {
      question.recipients = [...question.recipients, ...more];
      this.#await(question, more);
    }
    this.#changed = true;
  }

  #await(question: Question, answerers: readonly string[]): void {
    for (const answerer of answerers) {
      const byAsker = this.#waiting.get(answerer) ?? new Map<string, Set<Question>>();
      const waiting = byAsker.get(question.sender) ?? new Set();
      this.#waiting.set(answerer, byAsker.set(question.sender, waiting.add(question)));
    }
  }

  #answer(question: Question): void {
    this.#drop(question);
    this.#answered.add(question.key);
    const [oldest] = this.#answered;
    if (oldest !== undefined && this.#answered.size > MAX_ANSWERED) this.#answered.delete(oldest);
  }

  #drop(question: Question): void {
    this.#changed = this.#questions.delete(question) || this.#changed;
    for (const id of question.ids) if (this.#byId.get(id) === question) this.#byId.delete(id);
    if (this.#byKey.get(question.key) === question) this.#byKey.delete(question.key);
    for (const answerer of [EVERYONE, ...question.recipients]) {
      const byAsker = this.#waiting.get(answerer);
      const waiting = byAsker?.get(question.sender);
      if (!waiting?.delete(question) || waiting.size > 0) continue;
      byAsker?.delete(question.sender);
      if (byAsker?.size === 0) this.#waiting.delete(answerer);
    }
  }

  #noteLetGo(at: number): void {
    this.#cut = { count: this.#cut.count + 1, newest: Math.max(this.#cut.newest, at) };
  }
}

/** The agents that may answer a question. */
function answerersOf({ recipients }: Question): readonly string[] {
  return recipients.length === 0 ? [EVERYONE] : recipients;
}

function sameNames(some: readonly string[], others: readonly string[]): boolean {
  return some.length === others.length && others.every((name) => some.includes(name));
}
