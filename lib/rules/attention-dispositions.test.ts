import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { isHidden } from '../contract/attention-marks';
import { UNKNOWN_ATTENTION_FACTS } from '../contract/defaults';
import { type AttentionEntry, attentionKind, attentionSeverity } from '../contract/schemas';
import type { Disposition } from '../history/dispositions';
import { applyDispositions, changeFrom, fingerprintOf } from './attention-dispositions';
import { DeadlineClock } from './deadline-clock';

const NOW = Date.parse('2026-02-03T09:30:00Z');
const MINUTE = 60_000;

const item: AttentionEntry = {
  ...UNKNOWN_ATTENTION_FACTS,
  ...{ id: 'agent_dead:agent-4', kind: 'agent_dead', severity: 'critical', subject: 'agent-4' },
  ...{ since: '2026-02-03T09:00:00.000+00:00', reason: 'agent-4 is dead.' },
  evidence: { agents: ['agent-4'], locks: ['a.lock', 'b.lock'], messages: [], sources: [] },
};

function decided(entry: AttentionEntry, more: Partial<Disposition>): Disposition {
  return { id: entry.id, fingerprint: fingerprintOf(entry), acknowledged: null, snoozed: null, ...more };
}

const acknowledged = { acknowledged: { by: 'ann', at: NOW } };

test('applyDispositions(): an acknowledged item stays on the list, marked with who and when', () => {
  const { entries, present, ended } = applyDispositions([item], [decided(item, acknowledged)], new DeadlineClock(NOW));
  assert.deepEqual(entries, [{ ...item, acknowledged: { by: 'ann', at: '2026-02-03T09:30:00.000+00:00' } }]);
  assert.deepEqual([present, ended], [[item.id], []]);
});

test('applyDispositions(): a snooze ends at its time, and the answer is outdated then', () => {
  const snoozed = decided(item, { snoozed: { by: null, at: NOW, until: NOW + 15 * MINUTE } });
  const before = new DeadlineClock(NOW + 15 * MINUTE - 1);
  const marked = applyDispositions([item], [snoozed], before);
  assert.equal(marked.entries[0]?.snoozed?.until, '2026-02-03T09:45:00.000+00:00');
  assert.equal(before.nextAt, NOW + 15 * MINUTE);
  const after = applyDispositions([item], [snoozed], new DeadlineClock(NOW + 15 * MINUTE));
  assert.deepEqual(after.entries, [item]);
  assert.deepEqual(after.ended, [snoozed]);
});

test('applyDispositions(): a snooze without an end lasts, and an item that is gone ends nothing', () => {
  const snoozed = decided(item, { snoozed: { by: null, at: NOW, until: null } });
  const year = new DeadlineClock(NOW + 365 * 24 * 60 * MINUTE);
  assert.equal(applyDispositions([item], [snoozed], year).entries[0]?.snoozed?.until, null);
  assert.deepEqual(applyDispositions([], [snoozed], year), { entries: [], present: [], ended: [] });
});

test('fingerprintOf(): its age, its marks and the order of its evidence are no facts of an item', () => {
  const later = { ...item, since: '2026-02-03T10:00:00.000+00:00', group: 'other', acknowledged: { by: null, at: '' } };
  const turned = { ...later, evidence: { ...item.evidence, locks: ['b.lock', 'a.lock'] } };
  assert.equal(fingerprintOf(turned), fingerprintOf(item));
});

test('changeFrom(): writes the end of a snooze by the clock it is given', () => {
  const of = { id: item.id, fingerprint: 'f' };
  const snooze = changeFrom(of, { action: 'snooze', minutes: 60 }, 'ann', NOW);
  assert.deepEqual(snooze, { ...of, action: 'snooze', by: 'ann', at: NOW, until: NOW + 60 * MINUTE });
  const open = changeFrom(of, { action: 'snooze', minutes: null }, null, NOW);
  assert.deepEqual(open, { ...of, action: 'snooze', by: null, at: NOW, until: null });
});

const names = fc.uniqueArray(fc.string({ maxLength: 4 }), { maxLength: 3 });
const anyItem: fc.Arbitrary<AttentionEntry> = fc.record({
  ...{ id: fc.constant('one'), kind: fc.constantFrom(...attentionKind.options), since: fc.constant(item.since) },
  ...{ severity: fc.constantFrom(...attentionSeverity.options), subject: fc.string({ maxLength: 4 }) },
  reason: fc.string({ maxLength: 6 }),
  evidence: fc.record({ agents: names, locks: names, messages: names, sources: names }),
  ...{
    why: fc.constant(item.why),
    group: fc.constant(''),
    acknowledged: fc.constant(null),
    snoozed: fc.constant(null),
  },
});

/** What an item says, whatever the order of its evidence. */
function facts({ kind, severity, subject, reason, evidence }: AttentionEntry): string {
  const sorted = Object.entries(evidence).map(([name, list]) => [name, [...list].sort()]);
  return JSON.stringify([kind, severity, subject, reason, sorted]);
}

test('applyDispositions(): never hides an item whose facts have changed, and loses none', () => {
  fc.assert(
    fc.property(anyItem, anyItem, fc.boolean(), (before, now, snooze) => {
      const marks = snooze ? { snoozed: { by: null, at: NOW, until: null } } : acknowledged;
      const { entries, ended } = applyDispositions([now], [decided(before, marks)], new DeadlineClock(NOW));
      const same = facts(before) === facts(now);
      assert.equal(entries.length, 1);
      assert.equal(entries.some(isHidden), same);
      assert.equal(ended.length, same ? 0 : 1);
    }),
  );
  fc.assert(
    fc.property(anyItem, fc.constantFrom('kind', 'severity', 'subject', 'reason'), anyItem, (before, field, other) => {
      fc.pre(before[field] !== other[field]);
      const now = { ...before, [field]: other[field] };
      const { entries } = applyDispositions([now], [decided(before, acknowledged)], new DeadlineClock(NOW));
      assert.equal(entries.some(isHidden), false, field);
    }),
  );
});
