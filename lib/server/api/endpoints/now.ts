/** The present state. */
import {
  AGENTS_PATH,
  ATTENTION_PATH,
  LOCKS_PATH,
  MESSAGES_PATH,
  STATS_PATH,
  WAITING_PATH,
} from '../../../contract/paths';
import { declare, type Endpoint, jsonResponse, stateResponse } from '../endpoint';

/** How cursors of pages work, for descriptions. */
export const PAGED = 'Cursors are stable: `previous_cursor` feeds `before` and is null at the oldest';

export const NOW_ENDPOINTS: readonly Endpoint[] = [
  declare({
    path: AGENTS_PATH,
    scope: 'read',
    tag: 'Now',
    id: 'getAgents',
    summary: 'Agents with their health',
    description:
      'Every agent of the registry, each field as its entry has it. `health` is `active` while its process runs or its ' +
      'last sign of life is recent, `stale` up to five times that, `dead` when its process is gone, else `unknown`: age ' +
      'alone never makes an agent dead. Without a registry: nulls and an empty list.',
    answer: 'agents',
    answerTo: ({ context }) => stateResponse(context.runtime.hub.state('agents')?.json),
  }),
  declare({
    path: LOCKS_PATH,
    scope: 'read',
    tag: 'Now',
    id: 'getLocks',
    summary: 'Locks',
    description:
      'Every lock with what is wrong about it: stale, orphaned, overlapping with those of others. Without a parameter the ' +
      'list holds at most 10,000 locks, and `truncated` tells how many it leaves off. With `limit`, `cursor` or `holder` ' +
      'the answer is a page of all of them in the order of `lock_file`. Cursors are stable: a lock that is there all the ' +
      'while is on exactly one page.',
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
    limit: (parameters) => (parameters.has('q') ? 'reads' : null),
    tag: 'Now',
    id: 'getMessages',
    summary: 'Messages, page by page, filtered and searched',
    description:
      `The newest ones, oldest first, if nothing else is asked for. All filters combine. ${PAGED}; \`next_cursor\` feeds ` +
      '`after`, is never null, and is an id of the stream too. `seq` rises and may skip.',
    request: 'messages',
    answer: 'messages',
    problems: [410, 422],
    answerTo: async ({ query, context }) => jsonResponse(await context.runtime.messages(query)),
  }),
  declare({
    path: STATS_PATH,
    scope: 'read',
    tag: 'Now',
    id: 'getStats',
    summary: 'Counts',
    description: 'Exact over everything that is kept, not over a sample.',
    answer: 'stats',
    answerTo: async ({ context }) => stateResponse(await context.runtime.stats()),
  }),
  declare({
    path: ATTENTION_PATH,
    scope: 'read',
    tag: 'Now',
    id: 'getAttention',
    summary: 'What wants a person, worst first',
    description: 'From facts alone. At most 500 entries are listed; `count` tells all.',
    answer: 'attention',
    answerTo: ({ context }) => stateResponse(context.runtime.hub.state('attention')?.json),
  }),
  declare({
    path: WAITING_PATH,
    scope: 'read',
    tag: 'Now',
    id: 'getWaiting',
    summary: 'Who waits for whom',
    description: 'Each with its evidence. Closed rings are deadlocks.',
    answer: 'waiting',
    answerTo: ({ context }) => jsonResponse(JSON.stringify(context.runtime.waiting())),
  }),
];
