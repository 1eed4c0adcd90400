import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { PendingAck } from '@/lib/contract/acks-schemas';
import { examples } from '@/lib/contract/examples';
import { ackKey, ackRows } from './acks';

const [example] = examples.acks.acks as [PendingAck];

test('ackRows(): what needs a person first; entries of one state keep their order', () => {
  const states = ['answered', 'waiting', 'overdue', 'absent', 'broken', 'waiting'] as const;
  const acks = states.map((state, number) => ({ ...example, msg_id: `m-${number}`, state }));
  assert.deepEqual(
    ackRows({ acks, faults: [] }).map(({ msg_id }) => msg_id),
    ['m-2', 'm-1', 'm-5', 'm-4', 'm-0', 'm-3'],
  );
});

test('ackRows(): an entry that a file lists twice is one row; one of another folder is another', () => {
  const other = { ...example, folder: '/work' };
  assert.equal(ackRows({ acks: [example, example, other], faults: [] }).length, 2);
  assert.notEqual(ackKey(example), ackKey(other));
});
