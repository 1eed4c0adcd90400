import { useSyncExternalStore } from 'react';
import { healthBar } from '@/components/agents/agent-bar';
import { now, subscribe } from '@/lib/client/clock';
import { asText, counted } from '@/lib/client/text';
import { duration, milliseconds } from '@/lib/client/time';
import type { AgentHistory, LockSpan } from '@/lib/contract/past-schemas';
import type { AgentHealth } from '@/lib/contract/schemas';
import { DetailPart } from '../ui/detail-part';
import { Text } from '../ui/text';
import { ClockTime } from '../ui/time';

const MAX_LOCKS = 20;
/** How often the bar moves on, in milliseconds. */
const STEP = 30_000;

const FILLS: Record<AgentHealth, string> = {
  active: 'text-good',
  stale: 'text-warn',
  moved: 'text-muted',
  dead: 'text-bad',
  unknown: 'text-muted',
};

/** An agent's health over the last hours as one thin bar; empty parts are not known. */
export function HealthBar({ history }: { history: AgentHistory }) {
  const step = useSyncExternalStore(subscribe, stepNow, stepNow);
  const { since, until, parts, words } = healthBar(history.health, (step + 1) * STEP);
  if (parts.length === 0) return null;
  const length = until - since;
  return (
    <figure className="px-4 pt-2">
      <svg
        viewBox="0 0 1000 8"
        preserveAspectRatio="none"
        role="img"
        aria-label={`Its health: ${words}`}
        className="h-2 w-full bg-tint"
      >
        <title>{words}</title>
        {parts.map((part) => (
          <rect
            key={part.since}
            x={((part.since - since) / length) * 1000}
            // Keeps the shortest part visible.
            width={Math.max(4, ((part.until - part.since) / length) * 1000)}
            height="8"
            fill="currentColor"
            className={FILLS[part.health]}
          />
        ))}
      </svg>
      <figcaption className="flex justify-between text-muted text-xs">
        <span>{duration(length / 1000)} ago</span>
        <span>now</span>
      </figcaption>
    </figure>
  );
}

/** Reserves the space of the bar until the history has loaded, so that nothing below it moves under the pointer. */
export function HealthBarSpace() {
  return (
    <div aria-hidden="true" className="px-4 pt-2">
      <div className="h-2" />
      <div className="text-xs">&nbsp;</div>
    </div>
  );
}

/** No file says who removed a lock; only that it was past its timeout is known. */
const EXPIRED = 'Past its timeout when it was removed. Any agent that acquires or lists locks removes stale ones.';
const ENDINGS: Record<NonNullable<LockSpan['ended']>, string> = {
  released: '',
  expired: ' · expired',
  taken_over: ' · taken over',
  changed: '',
  unseen: ' · end not seen',
};

/** The locks that the agent held earlier, newest first. */
export function LocksBefore({ history }: { history: AgentHistory }) {
  const ended = history.lock_spans.filter(({ ended: how }) => how !== null && how !== 'changed');
  if (ended.length === 0) return null;
  const more = ended.length - MAX_LOCKS;
  return (
    <DetailPart title="Earlier locks">
      <ul>
        {ended.slice(0, MAX_LOCKS).map((span) => (
          <li key={`${span.lock_file} ${span.since}`} className="flex items-baseline gap-2 py-0.5">
            <code translate="no" className="wrap-anywhere min-w-0">
              <Text value={asText(span.filepath) || span.lock_file} max={200} />
            </code>
            <span className="ml-auto shrink-0 text-muted" title={span.ended === 'expired' ? EXPIRED : undefined}>
              {spanLength(span)} until <ClockTime instant={span.until} />
              {span.ended !== null && ENDINGS[span.ended]}
            </span>
          </li>
        ))}
      </ul>
      {more > 0 && <p className="text-muted">and {counted(more, 'earlier lock')}.</p>}
    </DetailPart>
  );
}

function spanLength({ since, until }: LockSpan): string {
  return duration(((milliseconds(until) ?? 0) - (milliseconds(since) ?? 0)) / 1000);
}

function stepNow(): number {
  return Math.floor(now() / STEP);
}
