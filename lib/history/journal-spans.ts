/** Derives spans from changes of the journal: health and activity of agents, states of locks, and sources that could not be read. */
import { MAX_FOLLOWED_LOCKS } from '../contract/schemas';
import type { JournalKind } from './journal-kind';
import { activityContent, healthContent, isPastTimeout, lockContent, type Spans } from './spans';

const LEFT_OFF = `There were more locks than are recorded: at most ${MAX_FOLLOWED_LOCKS} at a time.`;
const LEFT_OFF_SUBJECT = 'locks left off';
const DESTROYED = 'Messages may be missing: log files were destroyed before they could be read.';

/** While one of these sources is unreadable, facts are missing: that is a span of its own. */
const UNKNOWN_WHILE_UNREADABLE: ReadonlySet<string> = new Set(['registry', 'locks', 'log']);

interface SourceBody {
  state?: string;
  reason?: string;
  kept_from?: string | null;
  /** How many times files of the log were destroyed unread. */
  gaps?: unknown;
}

export class JournalSpans {
  readonly #spans: Spans;

  constructor(spans: Spans) {
    this.#spans = spans;
  }

  /** Updates the span of a thing to its current state. */
  update(kind: JournalKind, subject: string, body: string, at: number): void {
    if (kind === 'agent') {
      this.#spans.become('health', subject, healthContent(subject, body), at);
      const activity = activityContent(subject, body);
      if (activity) this.#spans.become('activity', subject, activity, at);
      else this.#spans.end('activity', subject, at, 'changed');
    } else if (kind === 'lock') {
      this.#spans.become('lock', subject, lockContent(body), at);
    } else if (kind === 'server' && subject === 'locks') {
      const content = { agent: '', path: '', value: 'locks', detail: LEFT_OFF };
      this.#spans.become('unknown', LEFT_OFF_SUBJECT, content, at);
    } else if (kind === 'source' && UNKNOWN_WHILE_UNREADABLE.has(subject)) {
      const { state, reason, kept_from } = JSON.parse(body) as SourceBody;
      const content = { agent: '', path: '', value: subject, detail: reason ?? null };
      // A source that vanished while its old data is still shown says as little as an unreadable one.
      const vanished = state === 'missing' && typeof kept_from === 'string';
      if (state === 'unreadable' || vanished) this.#spans.become('unknown', subject, content, at);
      else this.#spans.end('unknown', subject, at, 'changed');
    }
  }

  /**
   * Ends the span of a thing that was removed.
   *
   * @param before the last body of the thing
   * @param isLeftOff the thing still exists, but is no longer journaled
   */
  end(kind: JournalKind, subject: string, before: string | null, at: number, isLeftOff: boolean): void {
    if (kind === 'agent') {
      this.#spans.end('health', subject, at, 'released');
      this.#spans.end('activity', subject, at, 'released');
    } else if (kind === 'lock') this.#spans.end('lock', subject, at, endOfLock(before, isLeftOff));
    else if (kind === 'source') this.#spans.end('unknown', subject, at, 'changed');
    else if (kind === 'server' && subject === 'locks') this.#spans.end('unknown', LEFT_OFF_SUBJECT, at, 'changed');
  }

  /**
   * If the body of the log's source counts more destroyed files than before: messages may be missing since the log was
   * last read.
   *
   * @param readAt when the log was last read, milliseconds since 1970
   */
  noticeLogGaps(before: string | null, body: string | null, readAt: number, at: number): void {
    const known = gapsOf(before);
    if (known === null || (gapsOf(body) ?? 0) <= known) return;
    this.#spans.addUnknown('log', DESTROYED, Math.min(readAt, at), at);
  }
}

/** No file says who removed a lock: after its timeout anybody may, and the swarm's tool does at each of its checks. */
function endOfLock(before: string | null, isLeftOff: boolean): 'unseen' | 'expired' | 'released' {
  if (isLeftOff) return 'unseen';
  return isPastTimeout(before) ? 'expired' : 'released';
}

/** @returns how many times log files were destroyed unread; null if the body does not say */
function gapsOf(body: string | null): number | null {
  const { gaps } = JSON.parse(body ?? '{}') as SourceBody;
  return typeof gaps === 'number' ? gaps : null;
}
