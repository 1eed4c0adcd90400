import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, test } from 'node:test';
import { keptMessage } from '../../test/support/test-outbox';
import { until } from '../../test/support/until';
import { ActionRefused } from '../actions/action';
import { OutboxStore } from '../actions/messages/outbox-store';
import type { OutgoingState } from '../contract/action-schemas';
import { NO_AGENTS, UNKNOWN_AGENT_FACTS } from '../contract/defaults';
import type { Agent } from '../contract/schemas';
import { RegistryReader } from '../sources/claudeswarm/registry';
import { createMessageActions, type MessageActions } from './message-actions';

const CALLER = { name: 'ada', client: '127.0.0.1' };
let folder = '';
let actions: MessageActions;
let state: OutgoingState = { messages: [] };

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'message-actions-'));
});
afterEach(async () => {
  await actions.stop();
  rmSync(folder, { recursive: true, force: true });
});

const agent = (id: string, more: Partial<Agent> = {}) =>
  ({ ...UNKNOWN_AGENT_FACTS, id, health: 'dead', health_reason: 'Its process ended.', ...more }) as Agent;

function create(agents: Agent[], { isOn = true, registry = new RegistryReader(folder) } = {}): MessageActions {
  actions = createMessageActions({
    ...{ root: folder, zone: 'UTC', isOn, typesCommands: isOn, operatorName: 'operator', claudeFolder: null },
    ...{ stateFolder: join(folder, 'state'), places: { ancestors: () => [], tmuxServer: () => null } },
    description: () => ({
      agents: { ...NO_AGENTS, agents },
      contact: (id) => ({ entry: { id }, session: null, teammate: null, transcript: null }),
    }),
    registry: () => registry,
    heard: () => null,
    publish: (next) => {
      state = next;
    },
    onFault: (error) => assert.fail(String(error)),
  });
  return actions;
}

/** @returns a registry that was read; its content does not matter here */
const readable = () =>
  ({ registry: { entries: [] }, status: { state: 'ok', reason: null } }) as unknown as RegistryReader;
const body = (recipients: string[]) => ({ recipients, msg_type: 'INFO', content: 'Hello.' }) as const;

test('createMessageActions(): everyone is the registry without moved entries, and without a registry nobody is', async () => {
  const agents = [agent('a'), agent('b'), agent('old', { health: 'moved' }), agent('c', { source: 'claude-code' })];
  const { answer } = await create(agents, { registry: readable() }).send.run(body(['all']), CALLER);
  assert.deepEqual(Object.keys(answer.deliveries), ['a', 'b']);
  await actions.stop();
  const refused = await create(agents)
    .send.run(body(['all']), CALLER)
    .catch((error: unknown) => error);
  assert.ok(refused instanceof ActionRefused);
  assert.equal(refused.code, 'unavailable');
  assert.match(refused.message, /There is no ACTIVE_AGENTS\.json/);
});

test('createMessageActions(): a dead recipient has failed with the reason, which the log says too', async () => {
  const { answer, outcome } = await create([agent('a')]).send.run(body(['a']), CALLER);
  assert.equal(outcome, 'failed');
  assert.match(answer.deliveries.a?.detail ?? '', /It is dead\. Its process ended\./);
  await until(
    async () => state.messages[0]?.final,
    (final) => final === true,
  );
  const line = JSON.parse(readFileSync(join(folder, 'agent_messages.log'), 'utf8'));
  assert.deepEqual([line.sender, line.delivery_status, line.failure_count], ['operator', { a: false }, 1]);
});

test('createMessageActions(): what an earlier process left is delivered only where messages are on', async () => {
  const name = createHash('sha256').update(folder).digest('hex').slice(0, 16);
  const store = new OutboxStore(join(folder, 'state/outbox', name));
  await store.save(keptMessage('left', ['a']));
  await store.close();
  create([agent('a')], { isOn: false }).start();
  await actions.stop();
  assert.equal(existsSync(join(folder, 'agent_messages.log')), false);
  create([agent('a')]);
  actions.start();
  await until(
    async () => state.messages.find((one) => one.id === 'left')?.final,
    (final) => final === true,
  );
  assert.ok(existsSync(join(folder, 'agent_messages.log')));
});
