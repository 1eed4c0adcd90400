/** Attention items about messages: unanswered questions, failed deliveries, overdue acknowledgements. */

import { formatCursor } from '../contract/events';
import { formatInstant, least } from '../contract/instant';
import { PENDING_ACKS_FILE, type PendingAck } from '../sources/claudeswarm/pending-acks';
import { AgentPresence } from './agent-presence';
import type { AttentionFacts, AttentionItem } from './attention-facts';
import type { FailedRecipient } from './failed-deliveries';
import { type OpenAck, openAcks } from './open-acks';
import type { OpenQuestion } from './unresolved-messages';
import { durationWords, quoted, valueText, wordList } from './wording';

/** The swarm's tool gives up after its third retry, so an entry that remains after it is stuck. */
const MAX_RETRIES = 3;
const MAX_FACTS = 10;

const ANSWER_RULE =
  'A QUESTION or BLOCKED is listed until it is answered: by a later message of a recipient to the asker and at most two ' +
  'others that is not a QUESTION, not a BLOCKED and not automatic, or by any message in its thread. A broadcast is not an answer.';

/** Unanswered questions, but for those whose asker's id belongs to another process by now. */
export function questionItems(facts: AttentionFacts): AttentionItem[] {
  const { unresolved, limits, time } = facts;
  const presence = new AgentPresence(facts);
  const counts = ({ at, sender }: OpenQuestion) =>
    time.isDue(at + limits.questionFromMs) &&
    !time.isPast(at + limits.questionUntilMs) &&
    !presence.wasReplacedSince(sender, at);
  return unresolved.questions.filter(counts).map((question): AttentionItem => {
    const { type, msgId, sender, recipients, at, text, seqs, askedBack } = question;
    const blocked = type === 'BLOCKED';
    const asked = recipients.length === 0 ? 'nobody has' : `none of ${wordList(recipients)} has`;
    const nobody = recipients.length === 1 ? `${recipients[0]} has not` : asked;
    const cursors = seqs.map((seq) => formatCursor(unresolved.epoch, seq));
    const back = askedBack === null ? '' : ` ${askedBack.by} asked back.`;
    const retries = seqs.length - 1;
    return {
      kind: blocked ? 'blocked_unanswered' : 'question_unanswered',
      key: msgId ?? `${cursors[0]}`,
      severity: blocked ? 'critical' : 'warning',
      since: at,
      subject: sender,
      agent: sender,
      reason: `${sender} ${blocked ? 'is blocked' : 'asks'}, and ${nobody} answered: ${quoted(text)}${back}${presence.remarks([sender, ...recipients], at)}`,
      evidence: {
        agents: [sender, ...recipients],
        messages: [...cursors, ...(askedBack === null ? [] : [formatCursor(unresolved.epoch, askedBack.seq)])],
      },
      why: {
        rule: ANSWER_RULE,
        facts: [
          `${sender} sent the ${type} to ${recipients.length === 0 ? 'everybody' : wordList(recipients)} at ${formatInstant(at)}.`,
          ...(retries > 0 ? [`It was repeated, ${retries} of these messages are in the evidence.`] : []),
          ...(askedBack === null
            ? []
            : [`${askedBack.by} sent ${sender} a QUESTION or BLOCKED since, which is not an answer.`]),
        ],
        threshold: `${durationWords(limits.questionFromMs)} without an answer, for at most ${durationWords(limits.questionUntilMs)}`,
        setting: 'SWARM_ATTENTION_QUESTION_MINUTES, SWARM_ATTENTION_QUESTION_HOURS',
      },
    };
  });
}

/** @returns the unresolved failures: the newest is recent enough, and the id still belongs to the same agent */
export function openFailures(
  facts: Pick<AttentionFacts, 'agents' | 'departed' | 'sources' | 'unresolved' | 'limits' | 'time'>,
) {
  const presence = new AgentPresence(facts);
  return facts.unresolved.failures.filter(
    ({ recipient, last }: FailedRecipient) =>
      !facts.time.isPast(last + facts.limits.deliveryUntilMs) && !presence.wasReplacedSince(recipient, last),
  );
}

export function deliveryItems(facts: AttentionFacts): AttentionItem[] {
  const { unresolved, limits } = facts;
  const presence = new AgentPresence(facts);
  return openFailures(facts).map((failure): AttentionItem => {
    const { recipient, msgId, since, last, count, senders, text, seqs } = failure;
    const from = senders.length === 0 ? '' : ` from ${wordList(senders)}`;
    const cursors = seqs.map((seq) => formatCursor(unresolved.epoch, seq));
    const what = count === 1 ? `A message${from} did` : `${count} messages${from} did`;
    return {
      kind: 'delivery_failed',
      key: `${recipient}:${msgId ?? cursors[0]}`,
      severity: 'warning',
      since,
      subject: recipient,
      agent: recipient,
      reason: `${what} not reach ${recipient}, and none has since${count === 1 ? '' : '; the first one'}: ${quoted(text)}${presence.remarksOnAll([recipient], last)}`,
      evidence: { agents: [recipient, ...senders], messages: cursors },
      why: {
        rule: 'A delivery that failed is listed until any later message reaches that recipient.',
        facts: [
          `The log says of ${count === 1 ? 'a message' : `${count} messages`} that ${count === 1 ? 'it' : 'they'} did not reach ${recipient}.`,
          `The first failed at ${formatInstant(since)}, the newest at ${formatInstant(last)}.`,
        ],
        threshold: `at most ${durationWords(limits.deliveryUntilMs)} after the newest failure`,
        setting: 'SWARM_ATTENTION_DELIVERY_MINUTES',
      },
    };
  });
}

/** Overdue acknowledgements, one item for each pair of agents, and one for each entry of a send that broke off. */
export function acknowledgementItems(facts: AttentionFacts): AttentionItem[] {
  const { pendingAcks, unresolved } = facts;
  const presence = new AgentPresence(facts);
  const byPair = new Map<string, OpenAck[]>();
  for (const ack of openAcks(pendingAcks.acks, unresolved, presence)) {
    if (!isOverdueAck(ack, facts)) continue;
    const pair = JSON.stringify([ack.sender, ack.recipient]);
    const known = byPair.get(pair)?.filter(({ msgId }) => msgId !== ack.msgId) ?? [];
    byPair.set(pair, [...known, ack]);
  }
  const broken = pendingAcks.acks.filter((ack) => ack.orphan && isOverdueAck(ack, facts));
  return [
    ...[...byPair].map(([pair, acks]) => pairItem(pair, acks, facts, presence)),
    ...broken.map((ack) => brokenSendItem(ack, facts)),
  ];
}

/** What decides whether an acknowledgement is overdue. */
interface AckLimit {
  limits: Pick<AttentionFacts['limits'], 'ackOverdueMs'>;
  time: AttentionFacts['time'];
}

function isLate({ nextRetryAt }: PendingAck, { limits, time }: AckLimit): boolean {
  return nextRetryAt !== null && time.isPast(nextRetryAt + limits.ackOverdueMs);
}

/** @returns whether the next retry is late, or no further one follows */
export function isOverdueAck(ack: PendingAck, facts: AckLimit): boolean {
  return isLate(ack, facts) || ack.retryCount >= MAX_RETRIES;
}

function awaitedSince(ack: PendingAck, facts: AttentionFacts): number {
  return (isLate(ack, facts) ? ack.nextRetryAt : ack.sentAt) ?? facts.startedAt;
}

function pairItem(
  pair: string,
  acks: readonly OpenAck[],
  facts: AttentionFacts,
  presence: AgentPresence,
): AttentionItem {
  const [first] = acks.toSorted((one, other) => awaitedSince(one, facts) - awaitedSince(other, facts)) as [OpenAck];
  const { msgId, text, sentAt } = first;
  const [sender, recipient] = [valueText(first.sender), valueText(first.recipient)];
  const names = [first.recipient, first.sender].filter((name) => name !== null);
  const what = acks.length === 1 ? 'a message' : `${acks.length} messages`;
  const command = acknowledgeCommand(first);
  return {
    kind: 'acknowledgement_overdue',
    key: pair,
    severity: 'notice',
    since: least(acks.map((ack) => awaitedSince(ack, facts))) ?? facts.startedAt,
    subject: recipient,
    agent: recipient,
    reason:
      `${recipient} has not acknowledged ${what} from ${sender}${acks.length === 1 ? '' : '; the first one'}: ${quoted(text)} ` +
      `It ends with a message from ${recipient} to ${sender}, or one that quotes the id ${msgId}` +
      `${command === null ? '.' : `; to inform the swarm's tool, run in ${first.folder ?? "the swarm's root"}: ${command}`}${presence.remarks(names, sentAt)}`,
    evidence: {
      agents: names,
      messages: acks.flatMap(({ seq }) => (seq === null ? [] : [formatCursor(facts.unresolved.epoch, seq)])),
      sources: [PENDING_ACKS_FILE],
    },
    why: {
      rule:
        'An acknowledgement that is overdue is listed until the recipient has answered the sender or quoted the id, one of ' +
        `the two leaves the registry, or the entry leaves ${PENDING_ACKS_FILE}. It blocks nobody.`,
      facts: acks.slice(0, MAX_FACTS).map((ack) => factOf(ack, facts)),
      ...ackLimit(facts),
    },
  };
}

function factOf(ack: PendingAck, facts: AttentionFacts): string {
  const { msgId, retryCount, folder } = ack;
  const retries = retryCount === 1 ? '1 retry' : `${retryCount} retries`;
  const late = isLate(ack, facts) ? `, and ${retryCount === 0 ? 'the first' : 'the next'} retry is overdue` : '';
  return `${fileIn(folder)} lists ${msgId} after ${retries}${late}.`;
}

function brokenSendItem(ack: PendingAck, facts: AttentionFacts): AttentionItem {
  const [sender, recipient] = [valueText(ack.sender), valueText(ack.recipient)];
  return {
    kind: 'acknowledgement_overdue',
    key: `${ack.msgId}:${recipient}`,
    severity: 'warning',
    since: awaitedSince(ack, facts),
    subject: recipient,
    agent: recipient,
    reason: `A message from ${sender} to ${recipient} broke off before it was sent; what it left in ${fileIn(ack.folder)} makes the retries of all others fail.`,
    evidence: { agents: [ack.recipient, ack.sender].filter((name) => name !== null), sources: [PENDING_ACKS_FILE] },
    why: {
      rule: `An entry of ${PENDING_ACKS_FILE} without a message, under a provisional id, is listed once its retry is due.`,
      facts: [factOf(ack, facts)],
      ...ackLimit(facts),
    },
  };
}

function ackLimit({ limits }: AttentionFacts) {
  return {
    threshold: `the next retry is due for over ${durationWords(limits.ackOverdueMs)}, or ${MAX_RETRIES} retries were made`,
    setting: 'SWARM_ATTENTION_ACK_SECONDS',
  };
}

function fileIn(folder: string | null): string {
  return folder === null ? PENDING_ACKS_FILE : `${folder}/${PENDING_ACKS_FILE}`;
}

/**
 * The shell command that acknowledges a message; null if an argument would need quoting. It calls the tool's Python
 * module, since its commands differ between versions.
 */
function acknowledgeCommand({ msgId, recipient }: OpenAck): string | null {
  if (recipient === null || ![msgId, recipient].every((word) => /^[\w-]+$/.test(word))) return null;
  return `python3 -c 'from claudeswarm.ack import acknowledge_message as ack; print(ack("${msgId}", "${recipient}"))'`;
}
