/** The contexts in which agents work and the decisions in them, `CONTEXTS.json`. */
import type { WorkContext, WorkDecision } from '../../../contract/work-answers';
import { readName } from '../message-fields';
import type { EntriesFile } from './entries';
import { readObjects, readText, readTexts, readTime } from './fields';

/** As many as the swarm's tool keeps of each context. */
const MAX_DECISIONS = 100;
const MAX_LISTED = 200;
const MAX_ALTERNATIVES = 20;

export const CONTEXTS: EntriesFile<WorkContext> = {
  ...{ name: 'CONTEXTS.json', field: 'contexts', form: 'by id', most: 1000, keep: 'last' },
  read: readContext,
  refused: 'entry says nothing',
  missing: 'There is no CONTEXTS.json: the agents of this folder noted no contexts and decisions.',
  what: 'contexts',
};

function readContext(entry: Readonly<Record<string, unknown>>, key: string): WorkContext {
  const decisions: unknown[] = Array.isArray(entry.decisions) ? entry.decisions : [];
  return {
    id: readName(entry.context_id) ?? key,
    name: readText(entry.name),
    summary: readText(entry.summary),
    status: readName(entry.status),
    created_by: readName(entry.created_by),
    created_at: readTime(entry.created_at),
    updated_at: readTime(entry.updated_at),
    decisions: readObjects(decisions.slice(-MAX_DECISIONS), MAX_DECISIONS).map(readDecision),
    decisions_left_off: Math.max(0, decisions.length - MAX_DECISIONS),
    files_touched: readTexts(entry.files_touched, MAX_LISTED),
    agents: readTexts(entry.agents_involved, MAX_LISTED),
    tasks: readTexts(entry.tasks, MAX_LISTED),
    messages: readTexts(entry.messages, MAX_LISTED),
    related: readTexts(entry.related_contexts, MAX_LISTED),
    notes: readText(entry.notes),
  };
}

function readDecision(entry: Readonly<Record<string, unknown>>): WorkDecision {
  return {
    decision: readText(entry.decision),
    by: readName(entry.by),
    reason: readText(entry.reason),
    at: readTime(entry.timestamp),
    alternatives: readTexts(entry.alternatives_considered, MAX_ALTERNATIVES),
  };
}
