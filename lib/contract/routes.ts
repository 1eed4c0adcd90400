/** The table of all endpoints: their requests, their answers, and who may call them. */
import { z } from 'zod';
import { acknowledgeBody, snoozeBody } from './attention-requests';
import { bundle } from './bundle-schemas';
import { examples } from './examples';
import { pastExamples } from './past-examples';
import { agentHistory, lockHistory, pastState, talkAnswer, timelineAnswer, waitingAnswer } from './past-schemas';
import type { Path } from './paths';
import type { ProblemStatus } from './problems';
import { type RequestSchemas, requestSchemas } from './requests';
import { agentsAnswer, attentionAnswer, attentionEntry, health, locksAnswer, messagesAnswer, stats } from './schemas';
import { STREAM_EVENTS, STREAM_EXAMPLE } from './stream-schemas';

export const TAGS = {
  Now: 'The present state.',
  Attention: "Acknowledge and snooze: changes of the dashboard's own state, shared by all viewers.",
  Stream: 'The state and then every change, as it happens.',
  Past: 'The state at a moment, spans of time, and conversations.',
  Operations: 'For probes and monitoring.',
  Documents: 'What this is.',
} as const;

export interface Route {
  path: Path;
  /** `get` if absent. */
  method?: 'post' | 'delete';
  tag: keyof typeof TAGS;
  /** A name for programs. */
  id: string;
  summary: string;
  description?: string;
  request?: RequestSchemas[keyof RequestSchemas];
  /** The JSON body of the request; one that is not `required` may be left out. */
  body?: { schema: z.ZodType; example: unknown; required: boolean };
  answer: {
    description: string;
    mediaType: string;
    /** Absent for an answer that is no JSON. */
    schema?: z.ZodType;
    example: unknown;
  };
  /** Its problems in addition to those that every route may answer. */
  problems?: readonly ProblemStatus[];
  /** Whether it answers without credentials. */
  open?: true;
  /** Whether its answer never ends. */
  streams?: true;
}

/** The problems that any route may answer; an open one without those about credentials. */
const COMMON_PROBLEMS = [400, 403, 405, 408, 413, 414, 500, 503] as const satisfies ProblemStatus[];
const CREDENTIAL_PROBLEMS = [401, 429] as const satisfies ProblemStatus[];

// Only the descriptions are used here, which do not depend on time.
const requests = requestSchemas({ readInstant: () => null, now: () => 0 });

const json = (description: string, schema: z.ZodType, example: unknown) => ({
  description,
  mediaType: 'application/json',
  schema,
  example,
});

const PAGED = 'Cursors are stable: `previous_cursor` feeds `before` and is null at the oldest';

const NOW: readonly Route[] = [
  {
    path: '/api/agents',
    tag: 'Now',
    id: 'getAgents',
    summary: 'Agents with their health',
    description:
      'Every agent of the registry, each field as its entry has it. `health` is `active` while its process runs or its ' +
      'last sign of life is recent, `stale` up to five times that, `dead` when its process is gone, else `unknown`: age ' +
      'alone never makes an agent dead. Without a registry: nulls and an empty list.',
    answer: json('The agents.', agentsAnswer, examples.agents),
  },
  {
    path: '/api/locks',
    tag: 'Now',
    id: 'getLocks',
    summary: 'Locks',
    description:
      'Every lock with what is wrong about it: stale, orphaned, overlapping with those of others. Without a parameter the ' +
      'list has at most 10,000 locks, and `truncated` is the number of the others. With `limit`, `cursor` or `holder` ' +
      'the answer is a page of all of them in the order of `lock_file`. Cursors are stable: a lock that exists all the ' +
      'while is on exactly one page.',
    request: requests.locks,
    answer: json('The locks.', locksAnswer, examples.locks),
    problems: [422],
  },
  {
    path: '/api/messages',
    tag: 'Now',
    id: 'getMessages',
    summary: 'Messages, page by page, filtered and searched',
    description:
      `The newest ones, oldest first, if nothing else is asked for. All filters combine. ${PAGED}; \`next_cursor\` feeds ` +
      '`after`, is never null, and is an id of the stream too. `seq` rises and may skip.',
    request: requests.messages,
    answer: json('A page of messages.', messagesAnswer, examples.messages),
    problems: [410, 422],
  },
  {
    path: '/api/stats',
    tag: 'Now',
    id: 'getStats',
    summary: 'Counts',
    description: 'Exact over everything that is kept, not over a sample.',
    answer: json('The counts.', stats, examples.stats),
  },
  {
    path: '/api/attention',
    tag: 'Now',
    id: 'getAttention',
    summary: 'Attention items, worst first',
    description: 'From facts alone. At most 500 entries are listed; `count` is the number of all.',
    answer: json('The attention items.', attentionAnswer, examples.attention),
  },
  {
    path: '/api/waiting',
    tag: 'Now',
    id: 'getWaiting',
    summary: 'Who waits for whom',
    description: 'Each wait with its evidence. Wait cycles are deadlocks.',
    answer: json('Who waits for whom now.', waitingAnswer, pastExamples.waiting),
  },
];

/** Percent-encoded ids, a body of JSON, read access. */
function decision(about: Pick<Route, 'path' | 'method' | 'id' | 'summary' | 'description' | 'body'>): Route {
  return {
    ...about,
    tag: 'Attention',
    request: requests.attentionItem,
    answer: json('The item as it is now.', attentionEntry, examples.attentionEntry),
    problems: [404, 409, 415, 422],
  };
}

const RULE =
  'Kept by the server for all viewers, with the name that came with the credentials, across restarts. It ends when the ' +
  'facts of the item change. The item stays on the list, marked, and is counted in `hidden_count`. Needs read access ' +
  'and the origin of this site, a listed one, or credentials and no browser.';

const DECISIONS: readonly Route[] = [
  decision({
    path: '/api/attention/{id}/ack',
    method: 'post',
    id: 'acknowledgeAttentionItem',
    summary: 'Acknowledge an attention item',
    description: RULE,
    body: { schema: acknowledgeBody, example: {}, required: false },
  }),
  decision({
    path: '/api/attention/{id}/snooze',
    method: 'post',
    id: 'snoozeAttentionItem',
    summary: 'Snooze an attention item',
    description: `For 15 or 60 minutes by the clock of the server, or until its facts change. ${RULE}`,
    body: { schema: snoozeBody, example: { minutes: 15 }, required: true },
  }),
  decision({
    path: '/api/attention/{id}',
    method: 'delete',
    id: 'reopenAttentionItem',
    summary: 'Remove acknowledgement and snooze',
    description: 'Needs no body, and read access alone. An item that is open already is answered as it is.',
  }),
];

const eventRows = Object.entries(STREAM_EVENTS).map(
  ([name, { data, when }]) => `| \`${name}\` | ${z.globalRegistry.get(data)?.id} | ${when} |`,
);

const STREAM: Route = {
  path: '/api/stream',
  tag: 'Stream',
  id: 'followSwarm',
  summary: 'Server-sent events: the state first, then every change',
  description: `An event stream (WHATWG HTML, 9.2) that never ends; it can't be tried out on this page. Each \`data\` is one line of JSON:

| event | data | when |
|---|---|---|
${eventRows.join('\n')}

A client that comes back with the last id that it saw gets every message after it exactly once and in order, across
restarts of the server and rotations of the log. Where that can't be kept, \`connected\` says \`resumed: false, gap: true\`
and the newest 50 follow. At most 10 events of a state come in a second, the last one always true. No event is named
\`error\`.`,
  request: requests.stream,
  answer: { description: 'The stream.', mediaType: 'text/event-stream', example: STREAM_EXAMPLE },
  streams: true,
};

const PAST: readonly Route[] = [
  {
    path: '/api/state',
    tag: 'Past',
    id: 'getState',
    summary: 'The whole swarm at a moment',
    description: 'As it was known then, and what is not known about it.',
    request: requests.state,
    answer: json('The state.', pastState, pastExamples.state),
    problems: [422],
  },
  {
    path: '/api/timeline',
    tag: 'Past',
    id: 'getTimeline',
    summary: 'What a timeline draws',
    description:
      'Spans of health and locks, and messages, of a span of time, thinned to what can be drawn. Times of spans are their ' +
      'true ones, also beyond what was asked for.',
    request: requests.timeline,
    answer: json('The timeline.', timelineAnswer, pastExamples.timeline),
    problems: [422],
  },
  {
    path: '/api/agents/{id}',
    tag: 'Past',
    id: 'getAgentHistory',
    summary: 'One agent over time',
    description: `Its entry, health and locks, newest first, and whom it talks to. ${PAGED}.`,
    request: requests.agentHistory,
    answer: json('The agent.', agentHistory, pastExamples.agentHistory),
    problems: [404, 410, 422],
  },
  {
    path: '/api/agent',
    tag: 'Past',
    id: 'getAgentHistoryByQuery',
    summary: 'One agent over time, by any id',
    description:
      'The same as `/api/agents/{id}`, for ids that no path can hold: `.`, `..`, a blank or an empty one, which browsers, ' +
      'proxies and URL parsers take for folders or leave out.',
    request: requests.agentHistoryByQuery,
    answer: json('The agent.', agentHistory, pastExamples.agentHistory),
    problems: [404, 410, 422],
  },
  {
    path: '/api/locks/history',
    tag: 'Past',
    id: 'getLockHistory',
    summary: 'Who held a file when',
    description: `Newest first. ${PAGED}.`,
    request: requests.lockHistory,
    answer: json('The spans.', lockHistory, pastExamples.lockHistory),
    problems: [410, 422],
  },
  {
    path: '/api/talk',
    tag: 'Past',
    id: 'getTalk',
    summary: 'Who sent how much to whom',
    description: 'By type, with the questions that nobody has answered.',
    request: requests.talk,
    answer: json('The pairs.', talkAnswer, pastExamples.talk),
    problems: [422],
  },
  {
    path: '/api/bundle',
    tag: 'Past',
    id: 'getBundle',
    summary: 'A time range as one file',
    description: 'Another dashboard opens it: `claude-swarm-dashboard --open FILE`. Contains no path of the machine.',
    request: requests.bundle,
    answer: json('The bundle, as an attachment.', bundle, pastExamples.bundle),
    problems: [422],
  },
];

const OTHERS: readonly Route[] = [
  {
    path: '/health',
    tag: 'Operations',
    id: 'getHealth',
    summary: 'For probes',
    description:
      'Needs no credentials, and says nothing about content. With `?ready` it is refused with 503 until the first state ' +
      'is read, and from the moment on in which the server stops.',
    answer: json('The server runs.', health, examples.health),
    open: true,
  },
  {
    path: '/metrics',
    tag: 'Operations',
    id: 'getMetrics',
    summary: 'For Prometheus',
    description: 'Counts and states, without content. docs/operations.md explains each metric.',
    answer: {
      description: "Prometheus's text format.",
      mediaType: 'text/plain',
      example: '# TYPE claude_swarm_streams_open gauge\nclaude_swarm_streams_open 2\n',
    },
  },
  {
    path: '/openapi.json',
    tag: 'Documents',
    id: 'getOpenApi',
    summary: 'This document',
    description: 'Also to be read at `/redoc` and tried out at `/docs`.',
    answer: json('OpenAPI 3.1.', z.looseObject({ openapi: z.string() }), { openapi: '3.1.0' }),
  },
];

/** The sections, in the order in which they are shown. */
export const ROUTES: readonly Route[] = [...NOW, ...DECISIONS, STREAM, ...PAST, ...OTHERS];

/** @returns the problems of a route, in order of status */
export function problemsOf({ open, problems = [] }: Route): ProblemStatus[] {
  return [...COMMON_PROBLEMS, ...(open ? [] : CREDENTIAL_PROBLEMS), ...problems].sort();
}
