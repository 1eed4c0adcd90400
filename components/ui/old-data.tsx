import type { Source } from '@/lib/contract/schemas';
import { ClockTime } from './time';

/** Says in a panel that what it shows is not how things are but how they were; the notices on top say why. */
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
