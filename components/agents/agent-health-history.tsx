import { useHealthHistory } from '@/components/agents/health-history';
import { DetailPart } from '../ui/detail-part';
import { Health } from '../ui/health';
import { ClockTime, Sentence } from '../ui/time';

/** The agent's health as far as this page has seen it, newest first. */
export function AgentHealthHistory({ id }: { id: string }) {
  const changes = useHealthHistory(id);
  const [first] = changes;
  return (
    <DetailPart title="Its health, as this page saw it">
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
            What was before <ClockTime instant={first.at} /> is not known here, and changes made while the page was
            disconnected show late.
          </>
        ) : (
          'This page has not seen it in the registry.'
        )}
      </p>
    </DetailPart>
  );
}
