/** Sends messages to agents, and withdraws what is still queued of them. */
import { sendMessageBody } from '../../../contract/message-requests';
import { MESSAGES_PATH, OUTGOING_MESSAGE_PATH, OUTGOING_PATH } from '../../../contract/paths';
import type { RequestSchemas } from '../../../contract/requests';
import { declareAction } from '../action-endpoint';
import { declare, type Endpoint, stateResponse } from '../endpoint';

const OUTCOMES =
  'An outcome is what was confirmed: `delivered` by the transcript or a hook of the session; `queued` while the agent waits ' +
  'at a prompt (for at most 10 minutes, then `failed`), or while the session has it in a queue of its own; `unknown` where ' +
  'it was sent once and nothing confirms it. Nothing is sent twice.';

export const MESSAGE_COMMAND_ENDPOINTS: readonly Endpoint[] = [
  declareAction({
    path: MESSAGES_PATH,
    method: 'POST',
    id: 'sendMessage',
    tag: 'Commands',
    summary: 'Send a message to agents',
    description:
      'Delivers a text to the sessions of agents, by the messaging socket of Claude Code or by their terminal, and writes ' +
      `its line into the log of the swarm when all deliveries are final. ${OUTCOMES} A recipient that is not known is refused ` +
      'with 422; one that left or is dead has the outcome `failed`. The answer comes when each delivery was tried once, or ' +
      'after 15 s; the state `outgoing` has what follows.',
    body: {
      schema: sendMessageBody,
      example: { recipients: ['agent-2'], msg_type: 'INFO', content: 'The release is at noon.' },
      required: true,
    },
    answer: 'sentMessage',
    action: ({ messages }) => messages.send,
    input: ({ body }) => body,
  }),
  declare({
    path: OUTGOING_PATH,
    scope: 'read',
    tag: 'Commands',
    id: 'getOutgoingMessages',
    summary: 'Messages on their way',
    description:
      `Messages that this process delivers, until all deliveries are final and a minute longer, at most 50; what another ` +
      `dashboard of the same swarm delivers is in its own list. ${OUTCOMES}`,
    answer: 'outgoing',
    answerTo: ({ context }) => stateResponse(context.runtime.hub.state('outgoing')?.json),
  }),
  declareAction({
    path: OUTGOING_MESSAGE_PATH,
    method: 'DELETE',
    id: 'withdrawMessage',
    tag: 'Commands',
    summary: 'Withdraw what is still queued of a message',
    description:
      'Only deliveries that have not begun: what a session has in a queue of its own, or what is in a composer, is not ' +
      'taken back. A message that was withdrawn from all recipients is not in the log.',
    request: 'outgoingMessage',
    answer: 'withdrawnMessage',
    problems: [404],
    action: ({ messages }) => messages.withdraw,
    input: ({ query }: { query: ReturnType<RequestSchemas['outgoingMessage']['parse']> }) => query,
  }),
];
