/** The state of the log and of the history, as the API shows it. */
import { formatInstant } from '../contract/instant';
import { lossWords } from '../contract/log-losses';
import { DAY_MS } from '../history/time-units';
import type { LogLosses, MessageLog } from '../sources/claudeswarm/message-log';
import type { HistoryCondition, LogCondition } from './events';
import type { ClockJump } from './retention-clock';

/** A smaller backlog is not reported: it is read before anybody could ask. */
const BACKLOG_BYTES = 1024 * 1024;
const MAX_LOSSES_IN_REASON = 3;

/**
 * @param log null in a process that only follows
 * @param losses of what was read
 * @param fault why it can't be read, a sentence; null if it can
 * @param gapsBefore how many of the gaps were reported before this process started
 */
export function logCondition(
  log: MessageLog | null,
  { gaps, skipped, losses = [] }: LogLosses,
  fault: string | null,
  gapsBefore: number,
): LogCondition {
  const status = log?.status();
  const published = losses.map(({ since, until, unread }) => ({
    since: since === null ? null : formatInstant(since),
    until: formatInstant(until),
    unread_bytes: unread,
  }));
  const newGaps = gaps - gapsBefore;
  const behind = status && status.totalBytes - status.readBytes > BACKLOG_BYTES;
  return {
    ...logState(
      fault ?? status?.unreadable ?? null,
      log,
      newGaps > 0 ? published.slice(-Math.min(newGaps, MAX_LOSSES_IN_REASON)) : [],
    ),
    kept_from: null,
    skipped: Object.entries(skipped).map(([why, seen]) => ({ reason: why, ...seen })),
    gaps,
    losses: published,
    unterminated_tail: status?.unterminatedTail ?? null,
    backlog: behind ? { read_bytes: status.readBytes, total_bytes: status.totalBytes } : null,
  };
}

/**
 * @param fault why the history is not what the settings ask for, a sentence; null if it is
 * @param movedTo where a damaged file was moved, null if none was
 * @param jump of the clock, while nothing is deleted by age because of it
 */
export function historyCondition(
  fault: string | null,
  movedTo: string | null,
  jump: ClockJump | null,
  how: Pick<HistoryCondition, 'mode' | 'role'>,
): HistoryCondition {
  const aside = movedTo ? `The history was damaged and was started again; the old file is kept as ${movedTo}.` : null;
  const inMemory = fault === null ? null : `${fault} Until then only the newest messages are kept, in memory.`;
  const sentences = [inMemory ?? aside, jump && jumpSentence(jump)].filter((sentence) => sentence !== null);
  return {
    state: sentences.length === 0 ? 'ok' : 'degraded',
    reason: sentences.join(' ') || null,
    kept_from: null,
    skipped: [],
    ...how,
  };
}

function jumpSentence({ by, holdUntil }: ClockJump): string {
  const days = (Math.abs(by) / DAY_MS).toFixed(1);
  const what = by > 0 ? `went ahead by ${days} days at once` : `was set back by ${days} days`;
  return `The clock of this computer ${what}; check it. Nothing is deleted before ${formatInstant(holdUntil)}.`;
}

function logState(unreadable: string | null, log: MessageLog | null, losses: LogCondition['losses']) {
  if (unreadable) return { state: 'unreadable', reason: unreadable } as const;
  if (log?.status().missing) {
    // Between a rotation and the next message there is no log either.
    const reason = log.wasThere
      ? 'agent_messages.log was removed; the messages read from it are still shown. The next message creates a new log.'
      : 'There is no agent_messages.log yet; it appears with the first message.';
    return { state: 'missing', reason } as const;
  }
  if (losses.length > 0) return { state: 'degraded', reason: losses.map(lossWords).join(' ') } as const;
  return { state: 'ok', reason: null } as const;
}
