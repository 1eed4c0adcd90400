import { useHealthHistory } from '@/components/agents/health-history';
import { DetailPart } from '../ui/detail-part';
import { Health } from '../ui/health';
import { ClockTime, Sentence } from '../ui/time';

/** The changes of an agent's health since the page was opened, newest first. */
export function AgentHealthHistory({ id }: { id: string }) {
  const changes = useHealthHistory(id);
  const [first] = changes;
  return (
    <DetailPart title="Health since this page was opened">
      <ol>
        {changes.toReversed().map((change) => (
          <li key={change.at} className="wrap-anywhere flex items-baseline gap-2">
            <span className="shrink-0 text-muted">
              <ClockTime instant={change.at} />
            </span>
            <span className="min-w-0">
              {change.health !== null && (
                <>
                  <Health health={change.health} />{' '}
                </>
              )}
              <span className="text-muted">
                <Sentence text={change.reason} />
              </span>
            </span>
          </li>
        ))}
      </ol>
      <p className="text-muted">
        {first ? (
          <>
            Health before <ClockTime instant={first.at} /> is not shown here. Changes made while the page was
            disconnected appear late.
          </>
        ) : (
          'The registry has not listed this agent since the page was opened.'
        )}
      </p>
    </DetailPart>
  );
}
