import { WORK_DELEGATIONS_PATH } from '@/lib/contract/paths';
import type { DelegationsAnswer, WorkDelegation } from '@/lib/contract/work-answers';
import { Text, Words } from '../ui/text';
import { RelativeTime } from '../ui/time';
import { AgentLink, FilePart, LeftOff, TaskLink } from './file-part';
import { rateWords, spoken, versionOf } from './work';
import type { Go, WorkProps } from './work-props';

const MAX_NAMED = 4;

/** To whom tasks were delegated, and why. */
export function DelegationsPart({ work, onGo }: WorkProps) {
  return (
    <FilePart<DelegationsAnswer>
      label="Delegations"
      path={WORK_DELEGATIONS_PATH}
      version={versionOf('delegations', work)}
      file="DELEGATION_HISTORY.json"
      holds="It would hold which agent was chosen for a task, by which skills, and who else was considered."
    >
      {({ delegations, left_off }) => (
        <>
          {delegations.length === 0 && <p className="py-2 text-muted">It has no delegations.</p>}
          <ol className="divide-y divide-line">
            {delegations.map((delegation, place) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: entries have no other identity
              <Delegation key={delegations.length - place} delegation={delegation} onGo={onGo} />
            ))}
          </ol>
          <LeftOff count={left_off} what="delegation" />
        </>
      )}
    </FilePart>
  );
}

function Delegation({ delegation, onGo }: { delegation: WorkDelegation; onGo: Go }) {
  const { task_id, agent_id, success, match_score, skill_matches, reason, alternatives, at } = delegation;
  const skills = skill_matches.slice(0, MAX_NAMED).map(({ skill, score }) => `${skill} ${rateWords(score)}`);
  return (
    <li className="wrap-anywhere py-1.5">
      <p>
        {agent_id === null ? (
          <span className="text-warn">To nobody</span>
        ) : (
          <>
            To <AgentLink id={agent_id} onGo={onGo} />
          </>
        )}
        {task_id !== null && (
          <>
            : task <TaskLink id={task_id} onGo={onGo} />
          </>
        )}
        {success === false && <span className="text-warn"> failed</span>}
        <span className="text-muted">
          {match_score !== null && ` · match ${rateWords(match_score)}`}
          {' · '}
          {at === null ? 'at an unknown time' : <RelativeTime instant={at} />}
        </span>
      </p>
      <p className="text-muted">
        {spoken([reason]).map((text) => (
          <span key={text}>
            <Words value={text} max={400} />.{' '}
          </span>
        ))}
        {skills.length > 0 && (
          <>
            Skills: <Text value={skills.join(', ')} max={300} />
            {skill_matches.length > MAX_NAMED && ` and ${skill_matches.length - MAX_NAMED} more`}.{' '}
          </>
        )}
        {alternatives.length > 0 && (
          <>
            Others:{' '}
            {alternatives.slice(0, MAX_NAMED).map(({ agent_id: other, score }, place) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: a file written by hand may have an agent twice
              <span key={`${other} ${place}`}>
                {place > 0 && ', '}
                <AgentLink id={other} onGo={onGo} /> {rateWords(score)}
              </span>
            ))}
            {alternatives.length > MAX_NAMED && ` and ${alternatives.length - MAX_NAMED} more`}.
          </>
        )}
      </p>
    </li>
  );
}
