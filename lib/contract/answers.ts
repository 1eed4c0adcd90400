/**
 * The answer of every endpoint: schema, example and media type. Only the API document and tests import this: building
 * all schemas and examples costs about 10 ms and 1.7 MB, which the start of the server need not pay for.
 */
import { z } from 'zod';
import { permissionsState } from './action-schemas';
import { bundle } from './bundle-schemas';
import { usageAnswer } from './claude-schemas';
import { examples } from './examples';
import { pastExamples } from './past-examples';
import { agentHistory, lockHistory, pastState, talkAnswer, timelineAnswer, waitingAnswer } from './past-schemas';
import { permissionAnswered, presenceNoted } from './permission-requests';
import { agentsAnswer, attentionAnswer, attentionEntry, health, locksAnswer, messagesAnswer, stats } from './schemas';
import { STREAM_EVENTS, STREAM_EXAMPLE } from './stream-schemas';

export interface Answer {
  description: string;
  /** 200 if absent; 204 has no body. */
  status?: 204;
  mediaType: string;
  /** Absent for what is not JSON. */
  schema?: z.ZodType;
  example: unknown;
  /** The description of the endpoint, where it derives from the schemas of its answer. */
  operation?: string;
}

const json = (description: string, schema: z.ZodType, example: unknown): Answer => ({
  description,
  mediaType: 'application/json',
  schema,
  example,
});

const eventRows = Object.entries(STREAM_EVENTS).map(
  ([name, { data, when }]) => `| \`${name}\` | ${z.globalRegistry.get(data)?.id} | ${when} |`,
);

const STREAM_OPERATION = `An event stream (WHATWG HTML, 9.2) that never ends; it cannot be tried out on this page. Each \`data\` is one line of JSON:

| event | data | when |
|---|---|---|
${eventRows.join('\n')}

A client that reconnects with the last id that it received gets every message after it exactly once and in order, across
restarts of the server and rotations of the log. Where that is impossible, \`connected\` says \`resumed: false, gap: true\`
and the newest 50 follow. At most 10 events of each kind of state are sent in a second; the last one always has the newest state. No event is named
\`error\`.`;

export const ANSWERS = {
  agents: json('The agents.', agentsAnswer, examples.agents),
  locks: json('The locks.', locksAnswer, examples.locks),
  messages: json('A page of messages.', messagesAnswer, examples.messages),
  stats: json('The counts.', stats, examples.stats),
  attention: json('The attention items.', attentionAnswer, examples.attention),
  attentionItem: json('The item after the change.', attentionEntry, examples.attentionEntry),
  waiting: json('The wait relations now.', waitingAnswer, pastExamples.waiting),
  stream: {
    description: 'The stream.',
    mediaType: 'text/event-stream',
    example: STREAM_EXAMPLE,
    operation: STREAM_OPERATION,
  },
  state: json('The state.', pastState, pastExamples.state),
  timeline: json('The timeline.', timelineAnswer, pastExamples.timeline),
  agentHistory: json('The agent.', agentHistory, pastExamples.agentHistory),
  lockHistory: json('The spans.', lockHistory, pastExamples.lockHistory),
  talk: json('The pairs.', talkAnswer, pastExamples.talk),
  usage: json('Tokens and cost.', usageAnswer, pastExamples.usage),
  bundle: json('The bundle, as a file attachment.', bundle, pastExamples.bundle),
  permissions: json('The permission requests.', permissionsState, examples.permissions),
  permissionAnswered: json('What has become of the request.', permissionAnswered, {
    outcome: 'answered',
    detail: 'Claude Code got the answer.',
  }),
  permissionPresence: json('Until when it counts.', presenceNoted, {
    present: true,
    until: '2026-02-03T09:30:45.000+00:00',
  }),
  hookTaken: {
    description:
      'The event was taken, or is one that is not used. A permission request is answered with 200 and the decision if ' +
      'somebody has answered it here.',
    status: 204,
    mediaType: 'text/plain',
    example: '',
  },
  health: json('The server runs.', health, examples.health),
  metrics: {
    description: "Prometheus's text format.",
    mediaType: 'text/plain',
    example: '# TYPE claude_swarm_streams_open gauge\nclaude_swarm_streams_open 2\n',
  },
  openApi: json('OpenAPI 3.1.', z.looseObject({ openapi: z.string() }), { openapi: '3.1.0' }),
} satisfies Record<string, Answer>;

/** @returns whether an answer never ends */
export function isEndless({ mediaType }: Pick<Answer, 'mediaType'>): boolean {
  return mediaType === 'text/event-stream';
}
