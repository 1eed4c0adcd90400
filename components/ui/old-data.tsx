import type { Source } from '@/lib/contract/schemas';
import { ClockTime } from './time';

/** Marks the data of a panel as old; the notices at the top of the page state the reason. */
export function OldData({ what, source }: { what: string; source: Source }) {
  if (source.state === 'ok' || source.state === 'degraded') return null;
  return (
    <p className="shrink-0 border-line border-b bg-tint px-4 py-1">
      <span className="font-medium text-warn">
        Old data
        {source.kept_from !== null && (
          <>
            {' from '}
            <ClockTime instant={source.kept_from} />
          </>
        )}
      </span>
      <span className="text-muted">
        {' '}
        The {what} is {source.state} since <ClockTime instant={source.since} />.
      </span>
    </p>
  );
}
