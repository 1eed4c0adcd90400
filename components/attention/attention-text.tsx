import type { ReactNode } from 'react';
import { truncated } from '@/lib/client/text';
import type { AttentionEntry, AttentionKind, AttentionSeverity } from '@/lib/contract/schemas';
import { Text } from '../ui/text';
import { Sentence } from '../ui/time';

export const MAX_REASON = 500;

export const KINDS: Record<AttentionKind, string> = {
  deadlock: 'Deadlock',
  permission_waiting: 'Waits for you',
  question_in_terminal: 'Question in terminal',
  agent_dead: 'Agent dead',
  agent_stale: 'Agent silent',
  question_unanswered: 'Unanswered question',
  blocked_unanswered: 'Blocked',
  delivery_failed: 'Delivery failed',
  lock_stale: 'Stale lock',
  lock_orphaned: 'Orphaned lock',
  lock_overlap: 'Overlapping locks',
  acknowledgement_overdue: 'Acknowledgement overdue',
  messages_unread: 'Unread messages',
  unlocked_change: 'Changed without a lock',
  source_unreadable: 'Can’t be read',
  zone_mismatch: 'Time zone',
};

/** Most sentences begin with their subject, which the row already shows. */
export function Reason({ entry: { subject, reason } }: { entry: AttentionEntry }) {
  const rest = reason.startsWith(`${subject} `) ? reason.slice(subject.length) : ` · ${reason}`;
  return (
    <>
      <span className="font-medium text-ink">
        <Text value={subject} max={100} />
      </span>
      <Sentence text={truncated(rest, MAX_REASON)} />
    </>
  );
}

export const COLOURS: Record<AttentionSeverity, string> = {
  critical: 'text-bad',
  warning: 'text-warn',
  notice: 'text-ink',
};

// Each severity has its own shape, so that it is recognisable without colour.
const SHAPES: Record<AttentionSeverity, ReactNode> = {
  critical: <path d="M6 1l5 5-5 5-5-5z" fill="currentColor" />,
  warning: <path d="M6 1.5l5 9H1z" fill="currentColor" />,
  notice: <circle cx="6" cy="6" r="3.5" fill="none" stroke="currentColor" strokeWidth="1.5" />,
};

export function Severity({ severity }: { severity: AttentionSeverity }) {
  return (
    <svg viewBox="0 0 12 12" role="img" aria-label={severity} className={`size-2.5 shrink-0 ${COLOURS[severity]}`}>
      <title>{severity}</title>
      {SHAPES[severity]}
    </svg>
  );
}
