/**
 * The answer of every endpoint: schema, example and media type. Only the API document and tests import this: building
 * all schemas and examples costs about 10 ms and 1.7 MB, which the start of the server need not pay for.
 */
import { z } from 'zod';
import { ackRemoved, acksAnswer } from './acks-schemas';
import { actionsAnswer, meAnswer, type OutgoingMessage, outgoingState, permissionsState } from './action-schemas';
import { bundle } from './bundle-schemas';
import { usageAnswer } from './claude-schemas';
import { examples } from './examples';
import { agentGitAnswer, gitAnswer } from './git-schemas';
import { acquireLockAnswer, cleanUpLocksAnswer, releaseLockAnswer } from './lock-requests';
import { type SentAnswer, sentAnswer, type WithdrawnAnswer, withdrawnAnswer } from './message-requests';
import { pastExamples } from './past-examples';
import { agentHistory, lockHistory, pastState, talkAnswer, timelineAnswer, waitingAnswer } from './past-schemas';
import { permissionAnswered, presenceNoted } from './permission-requests';
import { agentsAnswer, attentionAnswer, attentionEntry, health, locksAnswer, messagesAnswer, stats } from './schemas';
import { STREAM_EVENTS, STREAM_EXAMPLE } from './stream-schemas';
import { taskAnswer } from './task-requests';
import { tasksState } from './task-schemas';
import { CLOSE_CODES, MAX_MESSAGE_BYTES, WEBSOCKET_PROTOCOL } from './websocket';
import {
  conflictsAnswer,
  contextsAnswer,
  coordinationAnswer,
  delegationsAnswer,
  learningAnswer,
  memoryAnswer,
} from './work-answers';
import { workExamples } from './work-examples';

export interface Answer {
  description: string;
  /** 200 if absent; 101 and 204 have no body. */
  status?: 101 | 201 | 204;
  /** A second status with the same schema. */
  also?: 201;
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

const closeRows = Object.entries(CLOSE_CODES).map(([code, meaning]) => `| ${code} | ${meaning} |`);

const WEBSOCKET_OPERATION = `A WebSocket (RFC 6455) with the subprotocol \`${WEBSOCKET_PROTOCOL}\`; it cannot be tried out on this page. The client
first sends a \`SocketHello\`, within 10 s. Then the server sends the events of \`/api/stream\`, with the same promises, each
as one text message (\`SocketEvent\`): \`{"event": ..., "id": ..., "data": ...}\`. \`last_event_id\` in the hello resumes as
\`Last-Event-ID\` does there. An event \`error\` has a \`Problem\` about a message of the client; the connection goes on
unless it is closed right after.

Credentials are sent in the header Authorization of the handshake or, by browsers, in the hello. A browser's \`Origin\` must be
this server's own, or listed in ALLOWED_ORIGINS. A message of the client has at most ${MAX_MESSAGE_BYTES} bytes. Nothing is compressed.

| close code | meaning |
|---|---|
${closeRows.join('\n')}`;
const [outgoingExample] = examples.outgoing.messages as [OutgoingMessage];
const sentExample: SentAnswer = { message: outgoingExample, deliveries: outgoingExample.deliveries };
const withdrawnExample: WithdrawnAnswer = {
  outcome: 'withdrawn',
  withdrawn: ['agent-2'],
  message: {
    ...outgoingExample,
    deliveries: {
      'agent-2': {
        ...{ outcome: 'failed', via: null, expires_at: null },
        detail: 'Withdrawn by operator before it was delivered.',
      },
    },
    final: true,
  },
};

export const ANSWERS = {
  agents: json('The agents.', agentsAnswer, examples.agents),
  locks: json('The locks.', locksAnswer, examples.locks),
  messages: json('A page of messages.', messagesAnswer, examples.messages),
  stats: json('The counts.', stats, examples.stats),
  attention: json('The attention items.', attentionAnswer, examples.attention),
  attentionItem: json('The item after the change.', attentionEntry, examples.attentionEntry),
  me: json('The caller.', meAnswer, examples.me),
  outgoing: json('The messages on their way.', outgoingState, examples.outgoing),
  sentMessage: { ...json('The message, with what is known of its deliveries.', sentAnswer, sentExample), status: 201 },
  withdrawnMessage: json('What was withdrawn.', withdrawnAnswer, withdrawnExample),
  acks: json('The pending acknowledgements.', acksAnswer, examples.acks),
  ackRemoved: json('The entry was removed.', ackRemoved, examples.ackRemoved),
  tasks: json('The tasks.', tasksState, examples.tasks),
  createdTask: {
    ...json('The task as it was written.', taskAnswer, { task: examples.tasks.tasks[0], outcome: 'created' }),
    status: 201,
  },
  changedTask: json('The task after the change.', taskAnswer, { task: examples.tasks.tasks[0], outcome: 'changed' }),
  waiting: json('The wait relations now.', waitingAnswer, pastExamples.waiting),
  stream: {
    description: 'The stream.',
    mediaType: 'text/event-stream',
    example: STREAM_EXAMPLE,
    operation: STREAM_OPERATION,
  },
  webSocket: {
    description: 'The connection is a WebSocket from here on.',
    status: 101,
    mediaType: 'text/plain',
    example: '',
    operation: WEBSOCKET_OPERATION,
  },
  state: json('The state.', pastState, pastExamples.state),
  timeline: json('The timeline.', timelineAnswer, pastExamples.timeline),
  agentHistory: json('The agent.', agentHistory, pastExamples.agentHistory),
  lockHistory: json('The spans.', lockHistory, pastExamples.lockHistory),
  talk: json('The pairs.', talkAnswer, pastExamples.talk),
  usage: json('Tokens and cost.', usageAnswer, pastExamples.usage),
  actions: json('A page of commands.', actionsAnswer, pastExamples.actions),
  bundle: json('The bundle, as a file attachment.', bundle, pastExamples.bundle),
  acquiredLock: {
    ...json('The lock: acquired (201) or refreshed (200).', acquireLockAnswer, {
      lock: examples.locks.locks[0],
      outcome: 'acquired',
      replaced: [],
    }),
    also: 201,
  },
  releasedLock: json('The lock is released, or was not held.', releaseLockAnswer, { outcome: 'released' }),
  cleanedUpLocks: json('The locks past the timeout.', cleanUpLocksAnswer, {
    dry_run: true,
    locks: [],
    count: 0,
    kept: [],
  }),
  workContexts: json('The contexts.', contextsAnswer, workExamples.contexts),
  workConflicts: json('The conflicts.', conflictsAnswer, workExamples.conflicts),
  workDelegations: json('The delegations.', delegationsAnswer, workExamples.delegations),
  workLearning: json('The rates of success.', learningAnswer, workExamples.learning),
  workMemory: json('The agents with a memory, and one of these memories.', memoryAnswer, workExamples.memory),
  workCoordination: json('The document.', coordinationAnswer, workExamples.coordination),
  git: json('The folders.', gitAnswer, workExamples.git),
  agentGit: json('The folder of the agent.', agentGitAnswer, workExamples.agentGit),
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
export function isEndless({ mediaType, status }: Pick<Answer, 'mediaType' | 'status'>): boolean {
  return mediaType === 'text/event-stream' || status === 101;
}
