/** Endpoints for what agents work on: the swarm's files about it, and git. */
import {
  AGENT_GIT_PATH,
  GIT_PATH,
  WORK_CONFLICTS_PATH,
  WORK_CONTEXTS_PATH,
  WORK_COORDINATION_PATH,
  WORK_DELEGATIONS_PATH,
  WORK_LEARNING_PATH,
  WORK_MEMORY_PATH,
} from '../../../contract/paths';
import type { Runtime } from '../../../swarms/swarm';
import { ProblemError } from '../../http/problem';
import { declare, type Endpoint, jsonResponse } from '../endpoint';

const AS_OF =
  'The state `work` says when the file changed. While it cannot be read, the last good content stays, and `source` says ' +
  'so.';
const COMMON = { scope: 'read', limit: 'reads', tag: 'Work' } as const;

function live<Part extends 'work' | 'git'>(runtime: Runtime, part: Part): NonNullable<Runtime[Part]> {
  const found = runtime[part];
  if (found === null) throw new ProblemError('not_live', 'No live swarm is shown, so none of its files can be read.');
  return found;
}

/** Git runs at most once in 10 s for each folder, whoever asks. */
const GIT_DESCRIPTION =
  'Runs `git` in the folders where agents work, at most once in 10 s for each, and only for this request. Nothing is ' +
  'written or fetched, and no program is run that a repository names (hooks, filters, monitors).';

export const WORK_ENDPOINTS: readonly Endpoint[] = [
  declare({
    ...COMMON,
    path: WORK_CONTEXTS_PATH,
    id: 'getWorkContexts',
    summary: 'Contexts and decisions',
    description: `From \`CONTEXTS.json\`. ${AS_OF}`,
    answer: 'workContexts',
    problems: [409],
    answerTo: ({ context }) => jsonResponse(JSON.stringify(live(context.runtime, 'work').contexts())),
  }),
  declare({
    ...COMMON,
    path: WORK_CONFLICTS_PATH,
    id: 'getWorkConflicts',
    summary: 'Conflicts and how they were resolved',
    description: `From \`CONFLICT_LOG.json\`. ${AS_OF}`,
    answer: 'workConflicts',
    problems: [409],
    answerTo: ({ context }) => jsonResponse(JSON.stringify(live(context.runtime, 'work').conflicts())),
  }),
  declare({
    ...COMMON,
    path: WORK_DELEGATIONS_PATH,
    id: 'getWorkDelegations',
    summary: 'Delegated tasks, and why to whom',
    description: `From \`DELEGATION_HISTORY.json\`. ${AS_OF}`,
    answer: 'workDelegations',
    problems: [409],
    answerTo: ({ context }) => jsonResponse(JSON.stringify(live(context.runtime, 'work').delegations())),
  }),
  declare({
    ...COMMON,
    path: WORK_LEARNING_PATH,
    id: 'getWorkLearning',
    summary: 'Success of each agent by skill',
    description: `From \`LEARNING_DATA.json\`. ${AS_OF}`,
    answer: 'workLearning',
    problems: [409],
    answerTo: ({ context }) => jsonResponse(JSON.stringify(live(context.runtime, 'work').learning())),
  }),
  declare({
    ...COMMON,
    path: WORK_MEMORY_PATH,
    id: 'getWorkMemory',
    summary: 'What an agent remembers',
    description: 'From `.agent_memory/`. The file of an agent is read for the request, and not before.',
    request: 'workMemory',
    answer: 'workMemory',
    problems: [409, 422],
    answerTo: ({ query, context }) => jsonResponse(JSON.stringify(live(context.runtime, 'work').memory(query.agent))),
  }),
  declare({
    ...COMMON,
    path: WORK_COORDINATION_PATH,
    id: 'getWorkCoordination',
    summary: 'The coordination document',
    description: `\`COORDINATION.md\` in the swarm's root, with its sections. ${AS_OF}`,
    answer: 'workCoordination',
    problems: [409],
    answerTo: ({ context }) => jsonResponse(JSON.stringify(live(context.runtime, 'work').coordination())),
  }),
  declare({
    ...COMMON,
    path: GIT_PATH,
    id: 'getGit',
    summary: 'Git in the folders of all agents',
    description: `${GIT_DESCRIPTION} A folder outside the repository of the swarm is listed too, marked as \`outside\`.`,
    answer: 'git',
    problems: [409],
    answerTo: async ({ context }) => jsonResponse(JSON.stringify(await live(context.runtime, 'git').answer())),
  }),
  declare({
    ...COMMON,
    path: AGENT_GIT_PATH,
    id: 'getAgentGit',
    summary: 'Git in the folder of one agent',
    description: GIT_DESCRIPTION,
    request: 'agentGit',
    answer: 'agentGit',
    problems: [404, 409],
    answerTo: async ({ query, context }) => {
      const answer = await live(context.runtime, 'git').agentAnswer(query.id);
      if (answer === null) throw new ProblemError('not_found', `No agent ${JSON.stringify(query.id)} is listed.`);
      return jsonResponse(JSON.stringify(answer));
    },
  }),
];
