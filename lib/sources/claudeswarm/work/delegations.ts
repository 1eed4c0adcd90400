/** To whom tasks were delegated and why, `DELEGATION_HISTORY.json`. */
import type { WorkDelegation } from '../../../contract/work-answers';
import { readName } from '../message-fields';
import type { EntriesFile } from './entries';
import { readFigure, readFigures, readText, readTime } from './fields';

const MAX_LISTED = 50;

export const DELEGATIONS: EntriesFile<WorkDelegation> = {
  // The tool keeps the newest 1,000, the newest last.
  ...{ name: 'DELEGATION_HISTORY.json', field: 'history', form: 'list', most: 1000, keep: 'last' },
  read: readDelegation,
  refused: 'entry names neither a task nor an agent',
  missing: 'There is no DELEGATION_HISTORY.json: no task of this folder was delegated by the tool.',
  what: 'delegations',
};

function readDelegation(entry: Readonly<Record<string, unknown>>): WorkDelegation | null {
  const task_id = readName(entry.task_id);
  const agent_id = readName(entry.agent_id);
  if (task_id === null && agent_id === null) return null;
  return {
    ...{ task_id, agent_id },
    success: typeof entry.success === 'boolean' ? entry.success : null,
    match_score: readFigure(entry.match_score),
    skill_matches: readFigures(entry.skill_matches, MAX_LISTED)
      .map(([skill, score]) => ({ skill, score }))
      .sort((one, other) => other.score - one.score),
    reason: readText(entry.reason),
    alternatives: readAlternatives(entry.alternatives),
    at: readTime(entry.timestamp),
  };
}

/** Pairs of an agent and its score. */
function readAlternatives(value: unknown): WorkDelegation['alternatives'] {
  if (!Array.isArray(value)) return [];
  return value.slice(0, MAX_LISTED).flatMap((pair: unknown) => {
    const [agent, points] = Array.isArray(pair) ? (pair as unknown[]) : [];
    const agent_id = readName(agent);
    const score = readFigure(points);
    return agent_id === null || score === null ? [] : [{ agent_id, score }];
  });
}
