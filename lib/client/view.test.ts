import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  NO_AGENTS,
  NO_ATTENTION,
  NO_OUTGOING,
  NO_PERMISSIONS,
  NO_TASKS,
  NO_USAGE,
  NO_WORK,
} from '../contract/defaults';
import type { SwarmState } from '../contract/events';
import { wholeLocks } from '../contract/locks-answer';
import type { Message, Sources, Stats } from '../contract/schemas';
import { applyAll, gapAround, type View } from './view';

const message = (seq: number): Message => ({ seq, sent_at: null });
const swarm: SwarmState = {
  agents: NO_AGENTS,
  locks: wholeLocks([]),
  stats: {} as Stats,
  attention: NO_ATTENTION,
  usage: NO_USAGE,
  permissions: NO_PERMISSIONS,
  outgoing: NO_OUTGOING,
  tasks: NO_TASKS,
  work: NO_WORK,
  sources: {} as Sources,
  messages: [message(1), message(2)],
  lastEventId: 'e.2',
  gap: false,
  replacing: false,
  heardAt: null,
};
const view: View = { swarm, gap: null };
const connected = (gap: boolean) =>
  ({
    event: 'connected',
    data: { status: 'connected', timestamp: '2026-03-01T12:00:00+00:00', epoch: 'f', resumed: !gap, gap },
  }) as const;
const messages = (...seqs: number[]) =>
  ({ event: 'messages', data: { messages: seqs.map(message), count: seqs.length }, id: `f.${seqs.at(-1)}` }) as const;

test('applyAll(): a resumed stream leaves no gap', () => {
  const after = applyAll(view, [connected(false), messages(3)]);
  assert.equal(after.gap, null);
  assert.deepEqual(
    after.swarm.messages.map(({ seq }) => seq),
    [1, 2, 3],
  );
});

test('applyAll(): a gap names the last message before and the first after it, and stays', () => {
  const after = applyAll(view, [connected(true), messages(7, 8), messages(9), connected(false), messages(10)]);
  assert.equal(after.gap?.after?.seq, 2);
  assert.equal(after.gap?.before?.seq, 7);
});

test('applyAll(): a second gap widens the first', () => {
  const after = applyAll(view, [connected(true), messages(7), connected(true), messages(20)]);
  assert.deepEqual([after.gap?.after?.seq, after.gap?.before?.seq], [2, 20]);
});

test('applyAll(): without changes the same view is returned', () => {
  assert.equal(applyAll(view, []), view);
});

test('gapAround(): a gap that would end before it starts has one time around it', () => {
  const at = (sent_at: string | null): Message => ({ seq: 1, sent_at });
  const [early, late] = ['2026-02-03T01:59:55.000+00:00', '2026-02-03T01:59:56.000+00:00'];
  assert.equal(gapAround({ after: at(late), before: at(early) }), late);
  assert.equal(gapAround({ after: at(early), before: at(late) }), null);
  assert.equal(gapAround({ after: at(early), before: at(early) }), null);
  for (const gap of [
    { after: null, before: at(early) },
    { after: at(late), before: null },
    { after: at(null), before: at(early) },
  ])
    assert.equal(gapAround(gap), null);
});
