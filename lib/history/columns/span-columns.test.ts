import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import fc from 'fast-check';
import type { TimeSpan } from '../../contract/time-span';
import { History } from '../history';
import { type SpanKind, Spans } from '../spans';
import type { SpanCell } from './span-cells';

const NOW = Date.parse('2026-02-03T09:30:00Z');
const SPAN = { since: NOW, until: NOW + 10_000 };
const HOUR = 3_600_000;

const folder = mkdtempSync(join(tmpdir(), 'span-columns-'));
after(() => rmSync(folder, { recursive: true }));

interface Lasted {
  kind: SpanKind;
  agent: string;
  /** Of a health span; '' for a lock. */
  life: string;
  value: string;
  since: number;
  until: number | null;
}

const lives = fc.constantFrom('', '1@%1', '2@%1');

const lasted: fc.Arbitrary<Lasted> = fc
  .record({
    kind: fc.constantFrom<SpanKind>('lock', 'health', 'activity', 'unknown'),
    agent: fc.constantFrom('agent-1', 'agent-2', '__proto__'),
    life: lives,
    value: fc.constantFrom('one', 'two'),
    since: fc.integer({ min: NOW - 3000, max: NOW + 13_000 }),
    length: fc.oneof(fc.integer({ min: 0, max: 400 }), fc.integer({ min: 0, max: 9000 }), fc.constant(null)),
  })
  .map(({ length, life, ...rest }) => ({
    ...rest,
    life: rest.kind === 'health' ? life : '',
    until: length === null ? null : rest.since + length,
  }));

/** The value of the column that the path of a lock and the life of a health span share. */
function pathOf({ kind, life }: { kind: SpanKind; life: string }, path: string): string {
  return kind === 'health' ? life : path;
}

function write(history: History, all: readonly Lasted[]): void {
  const spans = new Spans(history.db);
  for (const [index, { kind, agent, life, value, since, until }] of all.entries()) {
    const subject = `${index}.lock`;
    spans.become(kind, subject, { agent, path: pathOf({ kind, life }, `src/${index}.ts`), value, detail: null }, since);
    if (until !== null) spans.end(kind, subject, until, 'released');
  }
}

/** Joins spans by comparing each with each. */
function naively(all: readonly (Lasted & { id: number })[], kind: SpanKind, step: number, span: TimeSpan): SpanCell[] {
  const touching = all.filter(
    (one) => one.kind === kind && one.since <= span.until && (one.until ?? span.since) >= span.since,
  );
  const stepOf = (at: number) => Math.floor(at / step);
  const isShort = ({ since, until }: Lasted) => until !== null && stepOf(since) === stepOf(until);
  const together = (one: Lasted, other: Lasted) =>
    one === other ||
    (isShort(one) &&
      isShort(other) &&
      stepOf(one.since) === stepOf(other.since) &&
      one.agent === other.agent &&
      one.life === other.life &&
      (kind !== 'lock' || one.value === other.value));
  const length = ({ since, until }: Lasted) => (until ?? Number.POSITIVE_INFINITY) - since;
  return touching
    .flatMap((one): SpanCell[] => {
      const group = touching.filter((other) => together(one, other));
      const first = [...group].sort((a, b) =>
        kind !== 'lock' ? length(b) - length(a) || a.id - b.id : a.since - b.since || a.id - b.id,
      )[0];
      const { kind: _, ...fields } = one;
      return first === one ? [{ ...fields, count: group.length }] : [];
    })
    .sort((a, b) => a.since - b.since || a.id - b.id);
}

test('touching(), subjectOf(): equal a comparison of all spans, and each lock span has its subject', () => {
  const steps = fc.constantFrom(1, 100, 500, 3000, 20_000);
  fc.assert(
    fc.property(fc.array(lasted, { maxLength: 60 }), steps, (all, step) => {
      const history = new History(':memory:');
      write(history, all);
      // Spans are numbered in the order of writing.
      const numbered = all.map((one, index) => ({ ...one, id: index + 1 }));
      const { health, activity, locks } = history.spans.touching(SPAN, step);
      assert.deepEqual(locks.list(), naively(numbered, 'lock', step, SPAN));
      assert.deepEqual(health.list(), naively(numbered, 'health', step, SPAN));
      assert.deepEqual(activity.list(), naively(numbered, 'activity', step, SPAN));
      for (const { id } of locks.list()) {
        const index = id - 1;
        assert.deepEqual(history.spans.subjectFor(id), { subject: `${index}.lock`, path: `src/${index}.ts` });
      }
      history.close();
    }),
    { numRuns: 200 },
  );
});

const time = fc.integer({ min: NOW - 6 * HOUR, max: NOW + 2 * HOUR });
const length = fc.oneof(fc.integer({ min: 0, max: 600_000 }), fc.integer({ min: 0, max: 5 * HOUR }));
const begun = fc.record({
  kind: fc.constantFrom<SpanKind>('lock', 'health', 'activity', 'unknown'),
  subject: fc.constantFrom('1', '2', '3', '4', '5', '6', '7', '8'),
  agent: fc.constantFrom('agent-1', 'agent-2'),
  life: lives,
  value: fc.constantFrom('one', 'two'),
  since: time,
});
const deed = fc.oneof(
  { weight: 6, arbitrary: fc.record({ begin: fc.array(begun, { minLength: 1, maxLength: 8 }) }) },
  { weight: 6, arbitrary: fc.record({ end: fc.array(fc.tuple(begun, length), { minLength: 1, maxLength: 8 }) }) },
  { weight: 6, arbitrary: fc.record({ since: time, length: fc.integer({ min: 0, max: 5 * HOUR }) }) },
  { weight: 1, arbitrary: fc.record({ knownSince: time, most: fc.constantFrom(1, 1000) }) },
  { weight: 1, arbitrary: fc.constantFrom('restart' as const, 'replaced' as const) },
);

/** All spans except those due to be pruned, which ended in a whole second before the oldest snapshot. */
function kept({ db }: History): (Lasted & { id: number })[] {
  const { known } = db.prepare('SELECT min(at) AS known FROM snapshots').get() as { known: number | null };
  const all = db.prepare('SELECT id, kind, agent, path AS life, value, since, until FROM spans').all() as (Lasted & {
    id: number;
  })[];
  return all.filter(
    ({ until }) => until === null || known === null || Math.ceil(until / 1000) >= Math.floor(known / 1000),
  );
}

test('touching(): equals a comparison of all spans while another connection begins, ends and prunes spans between the questions', () => {
  let runs = 0;
  fc.assert(
    fc.property(fc.array(deed, { maxLength: 40 }), fc.constantFrom(1, 90_000, HOUR), (deeds, step) => {
      const file = join(folder, `${++runs}.sqlite`);
      const writer = new History(file);
      let spans = new Spans(writer.db);
      const reader = new History(file, { readonly: true });
      const check = (span: TimeSpan) => {
        const { health, locks } = reader.db.transaction(() => reader.spans.touching(span, step))();
        assert.deepEqual(locks.list(), naively(kept(writer), 'lock', step, span));
        assert.deepEqual(health.list(), naively(kept(writer), 'health', step, span));
      };
      for (const one of deeds) {
        if (one === 'restart') {
          spans = new Spans(writer.db);
        } else if (one === 'replaced') {
          writer.db.exec('UPDATE spans SET since = since - 3600000, until = until - 3600000');
          writer.db.exec('UPDATE span_times SET since = since - 3600, until = until - 3600');
          writer.takeOver(`another-${runs}-${Math.random()}`);
          spans = new Spans(writer.db);
        } else if ('begin' in one) {
          for (const { kind, subject, agent, life, value, since } of one.begin) {
            spans.become(kind, subject, { agent, path: pathOf({ kind, life }, ''), value, detail: null }, since);
          }
        } else if ('end' in one) {
          for (const [{ kind, subject, since }, lasting] of one.end)
            spans.end(kind, subject, since + lasting, 'released');
        } else if ('knownSince' in one) {
          writer.db.exec('DELETE FROM snapshots');
          writer.db.prepare("INSERT INTO snapshots VALUES (1, ?, '{}')").run(one.knownSince);
          spans.prune(one.knownSince, one.most);
        } else {
          check({ since: one.since, until: one.since + one.length });
        }
      }
      check({ since: NOW - 8 * HOUR, until: NOW + 9 * HOUR });
      reader.close();
      writer.close();
    }),
    { numRuns: 100 },
  );
});

/** A history with one ended lock among others; its spans were asked for once. */
function askedOnce(): { history: History; spans: Spans; ids: () => number[] } {
  const history = new History(':memory:');
  const lock = { kind: 'lock', agent: 'agent-1', life: '', value: 'one' } as const;
  write(history, [
    { ...lock, since: NOW - HOUR, until: null },
    { ...lock, since: NOW, until: NOW + 1000 },
    { ...lock, since: NOW + HOUR, until: null },
  ]);
  const { spans } = history;
  const ids = () =>
    spans
      .touching(SPAN, 1)
      .locks.list()
      .map(({ id }) => id);
  assert.deepEqual(ids(), [1, 2]);
  return { history, spans: new Spans(history.db), ids };
}

test('touching(): a history that replaced another one with the same numbers is not mixed with it', () => {
  const { history, ids } = askedOnce();
  history.db.exec('DELETE FROM spans WHERE id = 2');
  history.takeOver('another');
  assert.deepEqual(ids(), [1]);
});

test('touching(): pruned spans do not come back after a clock rewind made an earlier time the oldest known', () => {
  const { history, spans, ids } = askedOnce();
  const know = history.db.prepare("INSERT INTO snapshots VALUES (?, ?, '{}')");
  know.run(1, NOW + 5000);
  assert.deepEqual(ids(), [1], 'it is due to be pruned');
  spans.prune(NOW + 5000, 10);
  know.run(2, NOW - 5000);
  assert.deepEqual(ids(), [1]);
});
