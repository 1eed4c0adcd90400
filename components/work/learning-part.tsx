import { duration } from '@/lib/client/time';
import { WORK_LEARNING_PATH } from '@/lib/contract/paths';
import type { AgentLearning, LearningAnswer, SkillMetric } from '@/lib/contract/work-answers';
import { Text } from '../ui/text';
import { RelativeTime } from '../ui/time';
import { AgentLink, FilePart, LeftOff } from './file-part';
import { figureWords, successWords, versionOf } from './work';
import type { WorkProps } from './work-props';

/** How the tool gets at a rate, for whoever points at one. */
const RATE = 'As the swarm’s tool has it: it starts at 50 % and averages';

/** How well agents did, by skill. */
export function LearningPart({ work, onGo }: WorkProps) {
  return (
    <FilePart<LearningAnswer>
      label="Success by skill"
      path={WORK_LEARNING_PATH}
      version={versionOf('learning', work)}
      file="LEARNING_DATA.json"
      holds="It would hold how many tasks each agent completed and failed, and how well by skill."
    >
      {({ agents, left_off }) => (
        <>
          {agents.length === 0 && <p className="py-2 text-muted">It has no agents.</p>}
          <ol className="divide-y divide-line">
            {agents.map((learning, place) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: a file written by hand may have an agent twice
              <li key={`${learning.agent_id} ${place}`} className="py-2">
                <p className="wrap-anywhere flex flex-wrap gap-x-3">
                  <span className="font-medium">
                    <AgentLink id={learning.agent_id} onGo={onGo} />
                  </span>
                  <LearningWords learning={learning} />
                </p>
                <SkillTable skills={learning.skills} label={`Skills of ${learning.agent_id}`} />
              </li>
            ))}
          </ol>
          <LeftOff count={left_off} what="agent" />
        </>
      )}
    </FilePart>
  );
}

/** What was counted of an agent's tasks. */
export function LearningWords({ learning }: { learning: AgentLearning }) {
  const { tasks_completed, tasks_failed, tasks_in_progress, overall_success_rate, last_active_at } = learning;
  return (
    <span className="text-muted">
      <span title={RATE}>{successWords(overall_success_rate, tasks_completed, tasks_failed)} success</span>
      {` · ${figureWords(tasks_completed)} completed · ${figureWords(tasks_failed)} failed`}
      {` · ${figureWords(tasks_in_progress)} in progress`}
      {last_active_at !== null && (
        <>
          {' · last active '}
          <RelativeTime instant={last_active_at} />
        </>
      )}
    </span>
  );
}

const TRENDS = new Map([
  [-1, 'falling'],
  [0, 'steady'],
  [1, 'rising'],
]);

/** Success by skill as a table; nothing without skills. */
export function SkillTable({ skills, label }: { skills: readonly SkillMetric[]; label: string }) {
  if (skills.length === 0) return <p className="text-muted">No skills were counted.</p>;
  return (
    // biome-ignore lint/a11y/useSemanticElements: a fieldset is for a form
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard
    <div role="group" aria-label={label} tabIndex={0} className="overflow-x-auto">
      <table aria-label={label}>
        <thead>
          <tr className="text-muted text-xs">
            <th scope="col" className="text-left font-normal">
              Skill
            </th>
            {['Success', 'Done', 'Failed', 'Time', 'Trend'].map((name) => (
              <th key={name} scope="col" className="pl-4 text-right font-normal">
                {name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {skills.map((metric, place) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: a file written by hand may have a skill twice
            <tr key={`${metric.skill} ${place}`}>
              <th scope="row" className="text-left font-normal">
                <Text value={metric.skill} max={60} />
              </th>
              <td className="pl-4 text-right" title={RATE}>
                {successWords(metric.success_rate, metric.successes, metric.failures)}
              </td>
              <td className="pl-4 text-right text-muted">{figureWords(metric.successes)}</td>
              <td className="pl-4 text-right text-muted">{figureWords(metric.failures)}</td>
              <td className="whitespace-nowrap pl-4 text-right text-muted">
                {metric.avg_completion_seconds === null ? '–' : duration(Math.round(metric.avg_completion_seconds))}
              </td>
              <td className="pl-4 text-right text-muted">{TRENDS.get(metric.trend ?? Number.NaN) ?? '–'}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
