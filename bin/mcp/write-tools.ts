/** Tools that change something. Each sends one command, as the agent that uses it. */
import { z } from 'zod';
import { acquireLockBody } from '../../lib/contract/lock-requests';
import { sendMessageBody } from '../../lib/contract/message-requests';
import {
  ACKNOWLEDGE_PATH,
  LOCKS_PATH,
  MESSAGES_PATH,
  PERMISSION_PATH,
  RELEASE_LOCK_PATH,
} from '../../lib/contract/paths';
import { permissionAnswerBody } from '../../lib/contract/permission-requests';
import { lockedAnswer, releasedAnswer } from '../commands/locks';
import { sentAnswer } from '../commands/messages';
import { answeredAnswer } from '../commands/permissions';
import { visible } from '../commands/text';
import { type Tool, type ToolContext, type ToolResult, tool } from './tool';

const MAX_DETAIL_LENGTH = 500;

// The schemas of the API, so that a model is told at once what the server would refuse.
const { filepath, reason, timeout_seconds } = acquireLockBody.shape;
const { recipients, msg_type, content } = sendMessageBody.shape;
const path = filepath.describe('A path or pattern, relative to the root of the project.');
const type = msg_type.default('INFO').describe('The type of the message.');
const text = content.min(1).describe('At most 10,240 bytes.');
const requires_ack = sendMessageBody.shape.requires_ack.describe('Ask the recipients for an acknowledgement.');

const lock = tool({
  name: 'lock',
  title: 'Lock a path',
  description: 'Locks a path for you, or refreshes your lock. It is refused if another agent holds the same files.',
  input: z.object({
    path,
    reason: reason.describe('Why, for the other agents.'),
    timeout_seconds: timeout_seconds.describe('From which age locks of others count as stale.'),
  }),
  changes: 'locks',
  needsAgent: true,
  run: async ({ path: filepath, ...rest }, { client, agent }) => {
    const body = { agent_id: agent, filepath, ...rest };
    const { answer } = await client.command({ path: LOCKS_PATH, body, schema: lockedAnswer });
    return { text: `${visible(answer.outcome)}: ${visible(filepath)}`, data: { outcome: answer.outcome, filepath } };
  },
});

const release = tool({
  name: 'release',
  title: 'Release a lock',
  description: 'Releases your lock on a path. Locks of others stay.',
  input: z.object({ path }),
  changes: 'locks',
  needsAgent: true,
  run: async ({ path: filepath }, { client, agent }) => {
    const body = { agent_id: agent, filepath };
    const { answer } = await client.command({ path: RELEASE_LOCK_PATH, body, schema: releasedAnswer });
    const said = answer.outcome === 'not_held' ? 'You held no lock on' : `${visible(answer.outcome)}:`;
    return { text: `${said} ${visible(filepath)}`, data: { outcome: answer.outcome, filepath } };
  },
});

const send = tool({
  name: 'send',
  title: 'Send a message',
  description: 'Sends a message to agents, and says for each what is known of its delivery.',
  input: z.object({ recipients, text, type, requires_ack }),
  changes: 'messages',
  needsAgent: true,
  run: ({ recipients, ...message }, context) => sendTo(recipients, message, context),
});

const broadcast = tool({
  name: 'broadcast',
  title: 'Send a message to all',
  description: 'Sends a message to all agents but you.',
  input: z.object({ text, type, requires_ack }),
  changes: 'messages',
  needsAgent: true,
  run: (message, context) => sendTo(['all'], message, context),
});

async function sendTo(
  recipients: readonly string[],
  { text: content, type: msg_type, ...rest }: { text: string; type: string; requires_ack?: boolean | undefined },
  { client, agent: sender }: ToolContext,
): Promise<ToolResult> {
  const body = { recipients, msg_type, content, sender, ...rest };
  const { answer } = await client.command({ path: MESSAGES_PATH, body, schema: sentAnswer });
  const deliveries = Object.entries(answer.deliveries);
  const lines = deliveries.map(
    ([id, { outcome, detail }]) => `${visible(id)}: ${outcome}. ${visible(detail, MAX_DETAIL_LENGTH)}`,
  );
  return { text: lines.join('\n') || 'Nobody was there to get it.', data: { deliveries: answer.deliveries } };
}

const acknowledge = tool({
  name: 'acknowledge',
  title: 'Acknowledge an attention item',
  description: 'Marks an item of "attention" as seen, for all viewers of the dashboard, until its facts change.',
  input: z.object({ id: z.string().min(1).describe('As "attention" lists it.') }),
  changes: 'marks',
  run: async ({ id }, { client }) => {
    const itemPath = ACKNOWLEDGE_PATH.replace('{id}', encodeURIComponent(id));
    await client.command({ path: itemPath, body: {}, schema: z.looseObject({ id: z.string() }) });
    return { text: `Acknowledged: ${visible(id)}`, data: { id } };
  },
});

/** Offered only if whoever started this server asked for it: with it an agent could allow what it wants itself. */
export const ANSWER_PERMISSION: Tool = tool({
  name: 'answer_permission',
  title: 'Answer a request for permission',
  description:
    'Allows or denies what an agent asks a person for. Use it only when the person asked you to decide on this request.',
  input: z.object({
    id: z.string().min(1).describe('As "permissions" lists it.'),
    behavior: permissionAnswerBody.shape.behavior,
    message: permissionAnswerBody.shape.message.describe('With deny: the reason, which the agent is given.'),
  }),
  changes: 'permissions',
  run: async ({ id, ...body }, { client }) => {
    const requestPath = PERMISSION_PATH.replace('{id}', encodeURIComponent(id));
    const { answer } = await client.command({ path: requestPath, body, schema: answeredAnswer });
    return {
      text: `${visible(answer.outcome).replaceAll('_', ' ')}: ${visible(id)}`,
      data: { outcome: answer.outcome, id },
    };
  },
});

export const WRITE_TOOLS: readonly Tool[] = [lock, release, send, broadcast, acknowledge];
