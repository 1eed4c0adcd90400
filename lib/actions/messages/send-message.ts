/** The command that sends a message. */
import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { UNKNOWN } from '../../contract/action-record';
import type { SendMessageBody, SentAnswer } from '../../contract/message-requests';
import { EVERYONE, MAX_CONTENT_BYTES, MAX_RECIPIENTS } from '../../contract/message-types';
import { type Action, ActionRefused, type Done } from '../action';
import { cleanContent } from './content';
import { MAX_OPEN_MESSAGES, type Outbox } from './outbox';
import type { KeptMessage } from './outbox-store';
import { waitingDelivery } from './outgoing';

/** How long what can't be delivered yet is tried. */
export const QUEUE_TIMEOUT_MS = 600_000;
/** How long the answer waits for outcomes; later ones are in the state `outgoing`. */
const ANSWER_TIMEOUT_MS = 15_000;
const COMMAND = /^[/!][^\n]*\S[^\n]*$/;

/** What is known of the agents. */
export interface KnownAgents {
  /** Whether an agent is listed, or was within the last hour. */
  isKnown(id: string): boolean;
  /** The agents of the registry; null, with a sentence, where it can't be read. */
  everyone(): { ids: string[] } | { fault: string };
}

interface Options {
  outbox: Pick<Outbox, 'send' | 'openCount'>;
  agents: KnownAgents;
  /** The sender of messages that name none. */
  operatorName: string;
  answerTimeoutMs?: number;
}

/** Creates the command. */
export function sendMessage(options: Options): Action<SendMessageBody, SentAnswer> {
  return {
    name: 'send_message',
    group: 'messages',
    // What begins with ! is run by a shell.
    alsoNeeds: ({ as_command }) => (as_command ? ['terminal'] : []),
    outcomes: ['delivered', 'queued', 'failed', UNKNOWN, 'mixed'],
    subject: (body) => ({
      target: body.recipients.join(', '),
      agentId: body.recipients.length === 1 && body.recipients[0] !== EVERYONE ? (body.recipients[0] ?? null) : null,
      // The name in the log, whatever the setting says later.
      request: { ...body, sender: body.sender ?? options.operatorName },
    }),
    run: (body) => run(body, options),
  };
}

async function run(body: SendMessageBody, options: Options): Promise<Done<SentAnswer>> {
  const { outbox, operatorName, answerTimeoutMs = ANSWER_TIMEOUT_MS } = options;
  const kept = describeMessage(body, body.sender ?? operatorName, options.agents);
  if (outbox.openCount >= MAX_OPEN_MESSAGES) {
    throw new ActionRefused('unavailable', `${MAX_OPEN_MESSAGES} messages are not delivered yet; try again later.`);
  }
  const sent = await outbox.send(kept).catch((error: Error) => {
    throw new ActionRefused('unavailable', `The message could not be kept, so it was not sent: ${error.message}.`);
  });
  const timeout = new AbortController();
  const late = delay(answerTimeoutMs, undefined, { signal: timeout.signal }).catch(() => {});
  await Promise.race([sent.tried, late]);
  timeout.abort();
  const message = sent.describe();
  const { deliveries } = message;
  const outcomes = [...new Set(Object.values(deliveries).map(({ outcome }) => outcome))];
  const details = Object.entries(deliveries).map(([id, { outcome, detail }]) => `${id}: ${outcome}. ${detail}`);
  return {
    status: 201,
    answer: { message, deliveries },
    outcome: outcomes.length === 1 ? (outcomes[0] ?? 'sent') : 'mixed',
    detail: details.join('\n').slice(0, 2000),
  };
}

function describeMessage(body: SendMessageBody, sender: string, agents: KnownAgents): KeptMessage {
  const content = checkedContent(body);
  const recipients = checkedRecipients(body.recipients, sender, agents);
  const at = Date.now();
  const requiresAck = body.requires_ack ?? false;
  return {
    ...{ id: randomUUID(), at, expiresAt: at + QUEUE_TIMEOUT_MS, sender, msgType: body.msg_type },
    content: requiresAck ? `[REQUIRES-ACK] ${content}` : content,
    ...{ requiresAck, asCommand: body.as_command ?? false, msgId: randomUUID() },
    parentMsgId: body.parent_msg_id ?? null,
    deliveries: Object.fromEntries(recipients.map((id) => [id, waitingDelivery('It waits for its turn.')])),
    ...{ logged: 'no', logDetail: null },
  };
}

function checkedContent({ content: written, as_command, requires_ack }: SendMessageBody): string {
  const content = cleanContent(written);
  if (content === '') throw refused('content', 'must not be blank.');
  const bytes = Buffer.byteLength(content);
  if (bytes > MAX_CONTENT_BYTES) {
    throw refused('content', `must have at most ${MAX_CONTENT_BYTES} bytes of UTF-8, but has ${bytes}.`);
  }
  if (as_command && !COMMAND.test(content)) throw refused('content', 'must be one line that begins with / or !.');
  if (as_command && requires_ack) throw refused('requires_ack', 'is not possible for a command.');
  return content;
}

function checkedRecipients(named: readonly string[], sender: string, agents: KnownAgents): string[] {
  const recipients = [...new Set(named)];
  if (recipients.includes(EVERYONE)) {
    if (recipients.length > 1) throw refused('recipients', `must be only "${EVERYONE}", or ids of agents.`);
    const everyone = agents.everyone();
    if ('fault' in everyone) {
      const detail = `Who "${EVERYONE}" is, is not known: ${everyone.fault} Name the recipients, or try again later.`;
      throw new ActionRefused('unavailable', detail);
    }
    const others = [...new Set(everyone.ids)].filter((id) => id !== sender);
    if (others.length === 0) throw refused('recipients', 'name nobody: the registry lists no other agent.');
    if (others.length > MAX_RECIPIENTS) throw refused('recipients', `are more than ${MAX_RECIPIENTS}; name them.`);
    return others;
  }
  const unknown = recipients.filter((id) => !agents.isKnown(id));
  if (unknown.length === 0) return recipients;
  const names = unknown.map((id) => JSON.stringify(id)).join(', ');
  throw refused(
    'recipients',
    `${names} ${unknown.length === 1 ? 'is' : 'are'} not known; GET /api/agents lists the agents.`,
    {
      unknown,
    },
  );
}

function refused(parameter: string, detail: string, more: Record<string, unknown> = {}): ActionRefused {
  return new ActionRefused('invalid_parameter', `The parameter ${parameter} ${detail}`, {
    errors: [{ parameter, detail }],
    ...more,
  });
}
