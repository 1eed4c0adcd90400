/** Endpoints for the past. The reader thread answers these. */
import {
  AGENT_HISTORY_BY_QUERY_PATH,
  AGENT_HISTORY_PATH,
  BUNDLE_PATH,
  LOCK_HISTORY_PATH,
  STATE_PATH,
  TALK_PATH,
  TIMELINE_PATH,
  USAGE_PATH,
} from '../../../contract/paths';
import type { Questions, Runtime } from '../../../swarms/swarm';
import { ProblemError } from '../../http/problem';
import { bundleResponse } from '../bundle';
import { declare, type Endpoint, jsonResponse } from '../endpoint';
import { PAGED } from './now';

async function agentResponse(runtime: Runtime, query: Questions['agent_history']['query']): Promise<Response> {
  const json = await runtime.past('agent_history', query);
  if (json !== null) return jsonResponse(json);
  throw new ProblemError('not_found', `Nothing is recorded about an agent ${JSON.stringify(query.id)}.`);
}

export const PAST_ENDPOINTS: readonly Endpoint[] = [
  declare({
    path: STATE_PATH,
    scope: 'read',
    limit: 'reads',
    tag: 'Past',
    id: 'getState',
    summary: 'The whole swarm at a moment',
    description: 'The recorded state, and what is not known about it.',
    request: 'state',
    answer: 'state',
    problems: [422],
    answerTo: async ({ query, context }) => jsonResponse(await context.runtime.past('state', query)),
  }),
  declare({
    path: TIMELINE_PATH,
    scope: 'read',
    limit: 'reads',
    tag: 'Past',
    id: 'getTimeline',
    summary: 'Timeline of a time range',
    description:
      'Spans of health and locks, and messages, of a time range, reduced to what can be drawn. Spans have their true times, ' +
      'also where they begin or end outside the range.',
    request: 'timeline',
    answer: 'timeline',
    problems: [422],
    answerTo: async ({ query, context }) => jsonResponse(await context.runtime.past('timeline', query)),
  }),
  declare({
    path: AGENT_HISTORY_PATH,
    scope: 'read',
    limit: 'reads',
    tag: 'Past',
    id: 'getAgentHistory',
    summary: 'One agent over time',
    description: `Its entry, health and locks, newest first, and to whom it sends messages. ${PAGED}.`,
    request: 'agentHistory',
    answer: 'agentHistory',
    problems: [404, 410, 422],
    answerTo: ({ query, context }) => agentResponse(context.runtime, query),
  }),
  declare({
    path: AGENT_HISTORY_BY_QUERY_PATH,
    scope: 'read',
    limit: 'reads',
    tag: 'Past',
    id: 'getAgentHistoryByQuery',
    summary: 'One agent over time, by any id',
    description:
      `The same as \`${AGENT_HISTORY_PATH}\`, for ids that no path can contain: \`.\`, \`..\`, a blank or an empty one, which ` +
      'browsers, proxies and URL parsers take for folders or leave out.',
    request: 'agentHistoryByQuery',
    answer: 'agentHistory',
    problems: [404, 410, 422],
    answerTo: ({ query, context }) => agentResponse(context.runtime, query),
  }),
  declare({
    path: LOCK_HISTORY_PATH,
    scope: 'read',
    limit: 'reads',
    tag: 'Past',
    id: 'getLockHistory',
    summary: 'Lock history of a file',
    description: `Newest first. ${PAGED}.`,
    request: 'lockHistory',
    answer: 'lockHistory',
    problems: [410, 422],
    answerTo: async ({ query, context }) => jsonResponse(await context.runtime.past('lock_history', query)),
  }),
  declare({
    path: TALK_PATH,
    scope: 'read',
    limit: 'reads',
    tag: 'Past',
    id: 'getTalk',
    summary: 'Conversations in a time range',
    description: 'How many messages each agent sent to whom, by type, with the unanswered questions.',
    request: 'talk',
    answer: 'talk',
    problems: [422],
    answerTo: async ({ query, context }) => jsonResponse(await context.runtime.past('talk', query)),
  }),
  declare({
    path: USAGE_PATH,
    scope: 'read',
    limit: 'reads',
    tag: 'Past',
    id: 'getUsage',
    summary: 'Tokens and cost of the agents',
    description:
      "From the transcripts of Claude Code, each answer of the model once. Costs are estimates from list prices. Days and hours are those of the swarm's zone.",
    request: 'usage',
    answer: 'usage',
    problems: [409, 422],
    answerTo: async ({ query, context }) => jsonResponse(await context.runtime.past('usage', query)),
  }),
  declare({
    path: BUNDLE_PATH,
    scope: 'read',
    limit: 'exports',
    tag: 'Past',
    id: 'getBundle',
    summary: 'A time range as one file',
    description: 'Open it with `claude-swarm-dashboard --open FILE`. It contains no path of the machine.',
    request: 'bundle',
    answer: 'bundle',
    problems: [422],
    answerTo: ({ query, context }) => bundleResponse(context, query),
  }),
];
