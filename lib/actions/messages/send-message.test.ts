import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type SendMessageBody, sendMessageBody } from '../../contract/message-requests';
import { MESSAGE_TYPES } from '../../contract/message-types';
import { ActionRefused } from '../action';
import type { KeptMessage } from './outbox-store';
import { Outgoing } from './outgoing';
import { type KnownAgents, sendMessage } from './send-message';

const CALLER = { name: 'ada', client: '127.0.0.1' };
const AGENTS: KnownAgents = {
  isKnown: (id) => ['agent-1', 'agent-2', 'agent-3'].includes(id),
  everyone: () => ({ ids: ['agent-1', 'agent-2'] }),
};

async function send(body: Partial<SendMessageBody>, agents = AGENTS, openCount = 0, fault = ''): Promise<KeptMessage> {
  const sent: KeptMessage[] = [];
  const outbox = {
    openCount,
    send: async (kept: KeptMessage) => {
      if (fault !== '') throw new Error(fault);
      sent.push(kept);
      return new Outgoing(kept);
    },
  };
  const action = sendMessage({ outbox, agents, operatorName: 'operator', answerTimeoutMs: 1 });
  const whole = { recipients: ['agent-1'], msg_type: 'INFO', content: 'Hello.', ...body };
  const { status } = await action.run(sendMessageBody.parse(whole), CALLER);
  assert.equal(status, 201);
  return sent[0] as KeptMessage;
}

async function refusal(...given: Parameters<typeof send>): Promise<ActionRefused> {
  try {
    await send(...given);
  } catch (error) {
    if (error instanceof ActionRefused) return error;
    throw error;
  }
  return assert.fail('It was not refused.');
}

test('send_message: the sender, the prefix for acknowledgement and the recipients are as the swarm has them', async () => {
  const plain = await send({ recipients: ['agent-2', 'agent-1', 'agent-2'] });
  assert.deepEqual(
    [plain.sender, plain.content, Object.keys(plain.deliveries)],
    ['operator', 'Hello.', ['agent-2', 'agent-1']],
  );
  const acked = await send({ sender: 'ada', requires_ack: true });
  assert.deepEqual([acked.sender, acked.content], ['ada', '[REQUIRES-ACK] Hello.']);
  assert.deepEqual(Object.keys((await send({ recipients: ['all'] })).deliveries), ['agent-1', 'agent-2']);
  assert.deepEqual(Object.keys((await send({ recipients: ['all'], sender: 'agent-2' })).deliveries), ['agent-1']);
});

test('send_message: the record names the sender, also where the command does not', () => {
  const outbox = { openCount: 0, send: async (kept: KeptMessage) => new Outgoing(kept) };
  const { subject } = sendMessage({ outbox, agents: AGENTS, operatorName: 'operator' });
  const body = { recipients: ['agent-1'], msg_type: 'INFO' as const, content: 'Hello.' };
  assert.deepEqual(subject(body).request, { ...body, sender: 'operator' });
  assert.deepEqual(subject({ ...body, sender: 'ada' }).request, { ...body, sender: 'ada' });
});

test('send_message: a recipient that is not known is refused by name, and nothing is sent', async () => {
  const { code, message, more } = await refusal({ recipients: ['agent-1', 'agent-9', 'x'] });
  assert.equal(code, 'invalid_parameter');
  assert.match(message, /"agent-9", "x" are not known/);
  assert.deepEqual(more.unknown, ['agent-9', 'x']);
});

test('send_message: "all" needs a readable registry with somebody else in it', async () => {
  const unread = await refusal(
    { recipients: ['all'] },
    { ...AGENTS, everyone: () => ({ fault: 'There is no registry.' }) },
  );
  assert.deepEqual([unread.code, /There is no registry/.test(unread.message)], ['unavailable', true]);
  assert.equal(
    (await refusal({ recipients: ['all'] }, { ...AGENTS, everyone: () => ({ ids: [] }) })).code,
    'invalid_parameter',
  );
  assert.equal((await refusal({ recipients: ['all', 'agent-1'] })).code, 'invalid_parameter');
});

test('send_message: content is counted in bytes after cleaning, and never blank', async () => {
  assert.equal((await send({ content: `${'ä'.repeat(5120)}\u200b  ` })).content.length, 5120);
  assert.match((await refusal({ content: `${'ä'.repeat(5120)}x` })).message, /10240 bytes.*10241/);
  assert.match((await refusal({ content: ' \u200b\n ' })).message, /blank/);
});

test('send_message: a command is one line that begins with / or !', async () => {
  assert.equal((await send({ content: '/clear', as_command: true })).content, '/clear');
  for (const content of ['clear', '/', '/a\nb', 'x /a']) {
    assert.equal((await refusal({ content, as_command: true })).code, 'invalid_parameter', content);
  }
  assert.equal((await refusal({ content: '/clear', as_command: true, requires_ack: true })).code, 'invalid_parameter');
});

test('sendMessageBody: the fifteen types, a sender like an agent id, at least one recipient', () => {
  assert.equal(MESSAGE_TYPES.length, 15);
  const body = { recipients: ['a'], msg_type: 'INFO', content: 'x' };
  assert.ok(sendMessageBody.safeParse(body).success);
  for (const wrong of [
    ...[{ msg_type: 'URGENT' }, { sender: '-x' }, { sender: 'a b' }, { sender: 'x'.repeat(65) }, { recipients: [] }],
    ...[{ recipients: [''] }, { recipients: 'all' }, { content: 7 }, { requires_ack: 'yes' }],
  ]) {
    assert.ok(!sendMessageBody.safeParse({ ...body, ...wrong }).success, JSON.stringify(wrong));
  }
});

test('send_message: what can not be kept, or is too much, is not sent', async () => {
  const full = await refusal({}, AGENTS, 0, 'ENOSPC: no space left on device');
  assert.deepEqual(
    [full.code, /could not be kept, so it was not sent: ENOSPC/.test(full.message)],
    ['unavailable', true],
  );
  assert.equal((await refusal({}, AGENTS, 500)).code, 'unavailable');
});
