import { WORK_CONFLICTS_PATH } from '@/lib/contract/paths';
import type { ConflictsAnswer, WorkConflict } from '@/lib/contract/work-answers';
import { Text, Words } from '../ui/text';
import { ClockTime, RelativeTime } from '../ui/time';
import { AgentLink, FilePart, LeftOff } from './file-part';
import { spoken, versionOf } from './work';
import type { Go, WorkProps } from './work-props';

/** The conflicts that the swarm's tool logged, with their negotiation and how they ended. */
export function ConflictsPart({ work, onGo }: WorkProps) {
  return (
    <FilePart<ConflictsAnswer>
      label="Conflicts"
      path={WORK_CONFLICTS_PATH}
      version={versionOf('conflicts', work)}
      file="CONFLICT_LOG.json"
      holds="It would hold conflicts over files and tasks: who wanted what, what was negotiated, and who got it."
    >
      {({ conflicts, left_off }) => (
        <>
          {conflicts.length === 0 && <p className="py-2 text-muted">It has no conflicts.</p>}
          <ol className="divide-y divide-line">
            {conflicts.map((conflict, place) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: a file written by hand may have an id twice
              <Conflict key={`${conflict.id} ${place}`} conflict={conflict} onGo={onGo} />
            ))}
          </ol>
          <LeftOff count={left_off} what="conflict" />
        </>
      )}
    </FilePart>
  );
}

const OPEN_STATUSES: ReadonlySet<string | null> = new Set(['pending', 'resolving', 'escalated']);

function Conflict({ conflict, onGo }: { conflict: WorkConflict; onGo: Go }) {
  const { type, requester, holder, resource, status, detected_at, locked_at, lock_reason, negotiations } = conflict;
  return (
    <li className="wrap-anywhere py-1.5">
      <p>
        <span className={`font-medium ${OPEN_STATUSES.has(status) ? 'text-warn' : ''}`}>
          {status === null ? 'status not known' : <Text value={status} max={40} />}
        </span>{' '}
        <AgentLink id={requester} onGo={onGo} /> wants{' '}
        {resource === null ? (
          'something'
        ) : (
          <code translate="no">
            <Text value={resource} max={300} />
          </code>
        )}{' '}
        of <AgentLink id={holder} onGo={onGo} />
        <span className="text-muted">
          {type !== null && (
            <>
              {' · '}
              <Text value={type.replaceAll('_', ' ')} max={40} />
            </>
          )}
          {' · '}
          {detected_at === null ? 'at an unknown time' : <RelativeTime instant={detected_at} label="Detected" />}
        </span>
      </p>
      {(locked_at !== null || lock_reason !== null) && (
        <p className="text-muted">
          The lock
          {locked_at !== null && (
            <>
              {' '}
              since <ClockTime instant={locked_at} />
            </>
          )}
          {spoken([lock_reason]).map((reason) => (
            <span key={reason}>
              : <Words value={reason} max={300} />
            </span>
          ))}
        </p>
      )}
      {negotiations.length > 0 && (
        <ol aria-label="Negotiation" className="border-line border-l-2 pl-3">
          {negotiations.map(({ agent, at, text }, place) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: steps have no other identity
            <li key={place}>
              {at !== null && (
                <span className="text-muted">
                  <ClockTime instant={at} />{' '}
                </span>
              )}
              {agent !== null && (
                <>
                  <AgentLink id={agent} onGo={onGo} />:{' '}
                </>
              )}
              <Words value={text} max={600} />
            </li>
          ))}
        </ol>
      )}
      <Resolution conflict={conflict} onGo={onGo} />
    </li>
  );
}

function Resolution({ conflict: { resolution }, onGo }: { conflict: WorkConflict; onGo: Go }) {
  if (resolution === null) return null;
  const { strategy, winner, loser_action, at, reason, automatic } = resolution;
  return (
    <p>
      {winner === null ? 'Resolved without a winner' : <AgentLink id={winner} onGo={onGo} />}
      {winner !== null && ' got it'}
      {strategy !== null && (
        <>
          {' by '}
          <Text value={strategy.replaceAll('_', ' ')} max={60} />
        </>
      )}
      <span className="text-muted">
        {automatic !== null && (automatic ? ', automatically' : ', by hand')}
        {at !== null && (
          <>
            {', '}
            <RelativeTime instant={at} label="Resolved" />
          </>
        )}
        {loser_action !== null && (
          <>
            {'; the other: '}
            <Text value={loser_action.replaceAll('_', ' ')} max={80} />
          </>
        )}
        {spoken([reason]).map((text) => (
          <span key={text}>
            {'. '}
            <Words value={text} max={400} />
          </span>
        ))}
      </span>
    </p>
  );
}
