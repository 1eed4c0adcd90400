/** How well agents did, by skill, `LEARNING_DATA.json`. */
import type { AgentLearning, SkillMetric } from '../../../contract/work-answers';
import { isObject } from '../../../platform/json-shape';
import { readName } from '../message-fields';
import type { EntriesFile } from './entries';
import { readFigure, readTime } from './fields';

const MAX_SKILLS = 100;

export const LEARNING: EntriesFile<AgentLearning> = {
  ...{ name: 'LEARNING_DATA.json', field: 'agents', form: 'by id', most: 2000, keep: 'first' },
  read: readLearning,
  refused: 'entry says nothing',
  missing: 'There is no LEARNING_DATA.json: the tool recorded no outcome of a task in this folder.',
  what: 'rates of success',
};

function readLearning(entry: Readonly<Record<string, unknown>>, key: string): AgentLearning {
  const metrics = isObject(entry.skill_metrics) ? Object.entries(entry.skill_metrics).slice(0, MAX_SKILLS) : [];
  return {
    agent_id: readName(entry.agent_id) ?? key,
    tasks_completed: readFigure(entry.tasks_completed),
    tasks_failed: readFigure(entry.tasks_failed),
    tasks_in_progress: readFigure(entry.tasks_in_progress),
    skills: metrics
      .flatMap(([skill, metric]) => (isObject(metric) ? [readMetric(metric, skill)] : []))
      .sort((one, other) => (other.total ?? 0) - (one.total ?? 0)),
    overall_success_rate: readFigure(entry.overall_success_rate),
    avg_response_seconds: readFigure(entry.avg_response_time),
    avg_completion_seconds: readFigure(entry.avg_completion_time),
    last_active_at: readTime(entry.last_active),
    created_at: readTime(entry.created_at),
  };
}

function readMetric(metric: Readonly<Record<string, unknown>>, key: string): SkillMetric {
  const { trend } = metric;
  return {
    skill: readName(metric.skill) ?? readName(key) ?? '',
    successes: readFigure(metric.success_count),
    failures: readFigure(metric.failure_count),
    total: readFigure(metric.total_count),
    success_rate: readFigure(metric.success_rate),
    avg_completion_seconds: readFigure(metric.avg_completion_time),
    last_used_at: readTime(metric.last_used),
    trend: trend === -1 || trend === 0 || trend === 1 ? trend : null,
  };
}
