/** Endpoints for the present state. */
import {
  AGENTS_PATH,
  ATTENTION_PATH,
  LOCKS_PATH,
  MESSAGES_PATH,
  STATS_PATH,
  WAITING_PATH,
} from '../../../contract/paths';
import { declare, type Endpoint, jsonResponse, stateResponse } from '../endpoint';

/** Parameters of messages for which many rows may be read. */
const SEARCHES = ['q', 'only', 'not_type'];

/** Describes how cursors of pages work, for API descriptions. */
export const PAGED = 'Cursors are stable: pass `previous_cursor` as `before`; it is null at the oldest';

export const NOW_ENDPOINTS: readonly Endpoint[] = [
  declare({
    path: AGENTS_PATH,
    scope: 'read',
    direct: true,
    tag: 'Now',
    id: 'getAgents',
    summary: 'Agents with their health',
    description:
      'Every agent of the registry, with all fields of its entry. `health` is `active` while its process runs or its last ' +
      'sign of life is recent, `stale` up to five times that age, `dead` when its process is gone, else `unknown`: age ' +
      'alone never makes an agent dead. Without a registry: nulls and an empty list.',
    answer: 'agents',
    answerTo: ({ context }) => stateResponse(context.runtime.hub.state('agents')?.json),
  }),
  declare({
    path: LOCKS_PATH,
    scope: 'read',
    direct: true,
    tag: 'Now',
    id: 'getLocks',
    summary: 'Locks',
    description:
      'Every lock with its problems: stale, orphaned, overlapping with locks of other agents. Without a parameter the list ' +
      'has at most 10,000 locks, and `truncated` says how many are missing from it. With `limit`, `cursor` or `holder` the ' +
      'answer is a page of all locks in the order of `lock_file`. Cursors are stable: a lock that exists throughout is on ' +
      'exactly one page.',
    request: 'locks',
    answer: 'locks',
    problems: [422],
    answerTo: ({ request, query, context: { runtime, requests } }) => {
      const given = new URL(request.url).searchParams;
      const isPage = Object.keys(requests.locks.in.shape).some((name) => given.get(name));
      if (isPage) return jsonResponse(JSON.stringify(runtime.locks(query)));
      return stateResponse(runtime.longestLocks() ?? runtime.hub.state('locks')?.json);
    },
  }),
  declare({
    path: MESSAGES_PATH,
    scope: 'read',
    direct: true,
    limit: (parameters) => (SEARCHES.some((name) => parameters.has(name)) ? 'reads' : null),
    tag: 'Now',
    id: 'getMessages',
    summary: 'Messages, page by page, filtered and searched',
    description:
      `The newest messages, oldest first, if no parameter is given. All filters combine. ${PAGED}. Pass ` +
      '`next_cursor` as `after`; it is never null, and is also an id of the stream. `seq` rises and may skip numbers.',
    request: 'messages',
    answer: 'messages',
    problems: [409, 410, 422],
    answerTo: async ({ query, context }) => jsonResponse(await context.runtime.messages(query)),
  }),
  declare({
    path: STATS_PATH,
    scope: 'read',
    direct: true,
    tag: 'Now',
    id: 'getStats',
    summary: 'Counts',
    description: 'Exact counts over everything in the history, not over a sample.',
    answer: 'stats',
    answerTo: async ({ context }) => stateResponse(await context.runtime.stats()),
  }),
  declare({
    path: ATTENTION_PATH,
    scope: 'read',
    direct: true,
    tag: 'Now',
    id: 'getAttention',
    summary: 'Attention items, worst first',
    description: 'Derived from facts only. At most 500 entries are listed; `count` is the number of all.',
    answer: 'attention',
    answerTo: ({ context }) => stateResponse(context.runtime.hub.state('attention')?.json),
  }),
  declare({
    path: WAITING_PATH,
    scope: 'read',
    direct: true,
    tag: 'Now',
    id: 'getWaiting',
    summary: 'Wait relations',
    description: 'Each relation with its evidence. Wait cycles are deadlocks.',
    answer: 'waiting',
    answerTo: ({ context }) => jsonResponse(JSON.stringify(context.runtime.waiting())),
  }),
];
