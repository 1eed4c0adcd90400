import assert from 'node:assert/strict';
import { test } from 'node:test';
import { examples } from '../contract/examples';
import type { Agent } from '../contract/schemas';
import type { PendingAck } from '../sources/claudeswarm/pending-acks';
import { DeadlineClock } from './deadline-clock';
import { type AcksFile, listedAcks } from './listed-acks';

const NOW = Date.parse('2026-02-03T09:12:00.000Z');
const [agent] = examples.agents.agents as [Agent];

const ack = (more: Partial<PendingAck>): PendingAck => ({
  ...{ msgId: 'm-1', sender: 'agent-0', recipient: 'agent-1', text: 'Done?', retryCount: 1 },
  ...{ sentAt: NOW - 60_000, nextRetryAt: NOW + 1000, orphan: false, folder: null, ...more },
});

const file = (...acks: PendingAck[]): AcksFile => ({
  folder: null,
  path: '/r/PENDING_ACKS.json',
  acks,
  version: 7,
  fault: null,
});

function listed(files: AcksFile[], people: string[] = []) {
  return listedAcks(files, {
    agents: ['agent-0', 'agent-1'].map((id) => ({ ...agent, id, life_began_at: null })),
    departed: [],
    sources: { registry: { ...examples.sources.registry, state: 'ok' } },
    people,
    unresolved: {
      epoch: 'e',
      awaiting: [
        ['m-1', 12, []],
        ['m-2', 13, ['agent-1']],
      ],
    },
    limits: { ackOverdueMs: 5000 },
    time: new DeadlineClock(NOW),
  });
}

const stateOf = (more: Partial<PendingAck>, people?: string[]) => listed([file(ack(more))], people).acks[0]?.state;

test('listedAcks(): the state of each entry, with its evidence', () => {
  assert.equal(stateOf({}), 'waiting');
  assert.equal(stateOf({ nextRetryAt: NOW - 5000 }), 'waiting');
  assert.equal(stateOf({ nextRetryAt: NOW - 5001 }), 'overdue');
  assert.equal(stateOf({ retryCount: 3 }), 'overdue');
  assert.equal(stateOf({ msgId: 'm-2' }), 'answered');
  assert.equal(stateOf({ recipient: 'agent-9' }), 'absent');
  assert.equal(stateOf({ orphan: true, msgId: 'temp-1' }), 'broken');
});

test('listedAcks(): a person who sends is not in the registry, and still waits', () => {
  assert.equal(stateOf({ sender: 'operator' }), 'absent');
  assert.equal(stateOf({ sender: 'operator' }, ['operator']), 'waiting');
});

test('listedAcks(): every entry of every file, with the version for its removal, and the faults', () => {
  const other = {
    ...file(ack({ msgId: 'm-9', nextRetryAt: null })),
    folder: '/w',
    path: '/w/PENDING_ACKS.json',
    version: null,
  };
  const { acks, faults } = listed([file(ack({})), { ...other, fault: 'Broken.' }]);
  assert.deepEqual(
    acks.map(({ msg_id, folder, version, message, next_retry_at }) => [
      msg_id,
      folder,
      version,
      message,
      next_retry_at,
    ]),
    [
      ['m-1', null, 7, 'e.12', '2026-02-03T09:12:01.000+00:00'],
      ['m-9', '/w', null, null, null],
    ],
  );
  assert.deepEqual(faults, [{ path: '/w/PENDING_ACKS.json', reason: 'Broken.' }]);
});
