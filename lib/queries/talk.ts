/** Conversations in a span of time: who sent messages to whom, and which questions among them have no answer. */
import { formatCursor } from '../contract/events';
import { formatInstant } from '../contract/instant';
import type { TalkAnswer, TalkPair } from '../contract/past-schemas';
import type { History } from '../history/history';
import type { OpenQuestion } from '../rules/unresolved-messages';
import { EVERYONE } from '../sources/claudeswarm/message-fields';
import type { Questions } from './questions';

/** Only the busiest are returned; `count` includes all. */
const MAX_PAIRS = 5000;

/** @returns a `Talk` as JSON */
export function talk(history: History, { since, until, open }: Questions['talk']['query']): string {
  const counted = history.times.talk({ since, until });
  const pairs = new Map<string, TalkPair>();
  for (const { sender, recipient, type, count } of counted.pairs) {
    const key = pairKey(sender, recipient);
    const pair = pairs.get(key) ?? { sender, recipient, count: 0, types: {}, unanswered: 0, first_unanswered: null };
    pair.count += count;
    // A type may be called `__proto__`.
    pair.types = { ...pair.types, [type]: count };
    pairs.set(key, pair);
  }
  // The numbers of messages are valid only in their own history.
  const questions = open?.epoch === history.epoch ? open.questions : [];
  for (const question of questions.filter(({ at }) => at >= counted.span.since && at <= counted.span.until)) {
    for (const recipient of question.recipients.length === 0 ? [EVERYONE] : question.recipients) {
      const pair = pairs.get(pairKey(question.sender, recipient));
      if (pair) addUnanswered(pair, question, history.epoch);
    }
  }
  const sorted = [...pairs.values()].sort((one, other) => other.count - one.count || compare(one, other));
  const answer: TalkAnswer = {
    since: formatInstant(counted.span.since),
    until: formatInstant(counted.span.until),
    pairs: sorted.slice(0, MAX_PAIRS),
    count: sorted.length,
  };
  return JSON.stringify(answer);
}

/** Questions come in the order in which they were sent. */
function addUnanswered(pair: TalkPair, { seqs }: OpenQuestion, epoch: string): void {
  pair.unanswered += 1;
  const [first] = seqs;
  if (first !== undefined) pair.first_unanswered ??= formatCursor(epoch, first);
}

function pairKey(sender: string, recipient: string): string {
  return JSON.stringify([sender, recipient]);
}

function compare(one: TalkPair, other: TalkPair): number {
  return pairKey(one.sender, one.recipient) < pairKey(other.sender, other.recipient) ? -1 : 1;
}
