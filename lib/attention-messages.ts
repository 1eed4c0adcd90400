/** Attention items about messages: unanswered questions, failed deliveries, overdue acknowledgements. */
import { type AttentionFacts, type AttentionItem, NO_WHY } from './attention-facts';
import { quoted, textOf, wordList } from './attention-words';
import { formatCursor } from './contract/events';
import type { FailedRecipient } from './recorder/failed-deliveries';
import type { OpenQuestion } from './recorder/open-matters';
import { PENDING_ACKS_FILE } from './swarm/pending-acks';

/** The swarm's tool gives up after its third retry, so an entry that stays after it is stuck. */
const RETRIES_AT_MOST = 3;

export function questionItems({ matters, limits, time }: AttentionFacts): AttentionItem[] {
  const counts = ({ at }: OpenQuestion) =>
    time.reached(at + limits.questionFromMs) && !time.passed(at + limits.questionUntilMs);
  return matters.questions.filter(counts).map((question): AttentionItem => {
    const { type, msgId, sender, recipients, at, text, seqs } = question;
    const blocked = type === 'BLOCKED';
    const asked = recipients.length === 0 ? 'nobody has' : `none of ${wordList(recipients)} has`;
    const nobody = recipients.length === 1 ? `${recipients[0]} has not` : asked;
    const cursors = seqs.map((seq) => formatCursor(matters.epoch, seq));
    return {
      kind: blocked ? 'blocked_unanswered' : 'question_unanswered',
      key: msgId ?? `${cursors[0]}`,
      why: NO_WHY,
      severity: blocked ? 'critical' : 'warning',
      since: at,
      subject: sender,
      reason: `${sender} ${blocked ? 'is blocked' : 'asks'}, and ${nobody} answered: ${quoted(text)}`,
      evidence: { agents: [sender, ...recipients], messages: cursors },
    };
  });
}

export function deliveryItems({ matters, limits, time }: AttentionFacts): AttentionItem[] {
  const counts = ({ last }: FailedRecipient) => !time.passed(last + limits.deliveryUntilMs);
  return matters.failures.filter(counts).map((failure): AttentionItem => {
    const { recipient, msgId, since, count, senders, text, seqs } = failure;
    const from = senders.length === 0 ? '' : ` from ${wordList(senders)}`;
    const cursors = seqs.map((seq) => formatCursor(matters.epoch, seq));
    const what = count === 1 ? `A message${from} did` : `${count} messages${from} did`;
    return {
      kind: 'delivery_failed',
      key: `${recipient}:${msgId ?? cursors[0]}`,
      why: NO_WHY,
      severity: 'warning',
      since,
      subject: recipient,
      reason: `${what} not reach ${recipient}, and none has since${count === 1 ? '' : '; the first one'}: ${quoted(text)}`,
      evidence: { agents: [recipient, ...senders], messages: cursors },
    };
  });
}

export function acknowledgementItems({
  pendingAcks,
  matters,
  limits,
  startedAt,
  time,
}: AttentionFacts): AttentionItem[] {
  const places = new Map(matters.awaiting);
  return pendingAcks.acks.flatMap((ack): AttentionItem[] => {
    const { msgId, retryCount, sentAt, nextRetryAt, orphan } = ack;
    const late = nextRetryAt !== null && time.passed(nextRetryAt + limits.ackOverdueMs);
    if (!late && retryCount < RETRIES_AT_MOST) return [];
    const [sender, recipient] = [textOf(ack.sender), textOf(ack.recipient)];
    const seq = places.get(msgId);
    const retries = ['', ' after 1 retry'][retryCount] ?? ` after ${retryCount} retries`;
    const next = retryCount === 0 ? 'the first retry' : 'the next one';
    const reason = orphan
      ? `A message from ${sender} to ${recipient} broke off before it was sent; what it left in ${PENDING_ACKS_FILE} makes the retries of all others fail.`
      : `${recipient} has not acknowledged a message from ${sender}${retries}${late ? `, and ${next} is overdue` : ''}: ${quoted(ack.text)}`;
    return [
      {
        kind: 'acknowledgement_overdue',
        key: `${msgId}:${recipient}`,
        why: NO_WHY,
        severity: 'warning',
        since: (late ? nextRetryAt : sentAt) ?? startedAt,
        subject: recipient,
        reason,
        evidence: {
          agents: [ack.recipient, ack.sender].filter((name) => name !== null),
          messages: seq === undefined ? [] : [formatCursor(matters.epoch, seq)],
        },
      },
    ];
  });
}
