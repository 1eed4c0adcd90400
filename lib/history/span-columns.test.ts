import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { History } from './history';
import type { SpanCell } from './span-cells';
import { type SpanKind, Spans } from './spans';

const NOW = Date.parse('2026-02-03T09:30:00Z');
const SPAN = { since: NOW, until: NOW + 10_000 };

interface Lasted {
  kind: SpanKind;
  agent: string;
  value: string;
  since: number;
  until: number | null;
}

const lasted: fc.Arbitrary<Lasted> = fc
  .record({
    kind: fc.constantFrom<SpanKind>('lock', 'health', 'unknown'),
    agent: fc.constantFrom('agent-1', 'agent-2', '__proto__'),
    value: fc.constantFrom('one', 'two'),
    since: fc.integer({ min: NOW - 3000, max: NOW + 13_000 }),
    length: fc.oneof(fc.integer({ min: 0, max: 400 }), fc.integer({ min: 0, max: 9000 }), fc.constant(null)),
  })
  .map(({ length, ...rest }) => ({ ...rest, until: length === null ? null : rest.since + length }));

function write(history: History, all: readonly Lasted[]): void {
  const spans = new Spans(history.db);
  for (const [index, { kind, agent, value, since, until }] of all.entries()) {
    const subject = `${index}.lock`;
    spans.become(kind, subject, { agent, path: `src/${index}.ts`, value, detail: null }, since);
    if (until !== null) spans.end(kind, subject, until, 'released');
  }
}

/** Which spans belong together, found by comparing each with each; the numbers of spans are those of their writing. */
function naively(all: readonly Lasted[], kind: SpanKind, step: number): SpanCell[] {
  const touching = all
    .map((one, index) => ({ ...one, id: index + 1 }))
    .filter((one) => one.kind === kind && one.since <= SPAN.until && (one.until ?? SPAN.since) >= SPAN.since);
  const stepOf = (at: number) => Math.floor(at / step);
  const isShort = ({ since, until }: Lasted) => until !== null && stepOf(since) === stepOf(until);
  const together = (one: Lasted, other: Lasted) =>
    one === other ||
    (isShort(one) &&
      isShort(other) &&
      stepOf(one.since) === stepOf(other.since) &&
      one.agent === other.agent &&
      (kind === 'health' || one.value === other.value));
  const length = ({ since, until }: Lasted) => (until ?? Number.POSITIVE_INFINITY) - since;
  return touching
    .flatMap((one): SpanCell[] => {
      const group = touching.filter((other) => together(one, other));
      const first = [...group].sort((a, b) =>
        kind === 'health' ? length(b) - length(a) || a.id - b.id : a.since - b.since || a.id - b.id,
      )[0];
      const { kind: _, ...fields } = one;
      return first === one ? [{ ...fields, count: group.length }] : [];
    })
    .sort((a, b) => a.since - b.since || a.id - b.id);
}

test('what lasted in a span of time is counted as a look at every span gives, and leads to what it was of', () => {
  const steps = fc.constantFrom(1, 100, 500, 3000, 20_000);
  fc.assert(
    fc.property(fc.array(lasted, { maxLength: 60 }), steps, (all, step) => {
      const history = new History(':memory:');
      write(history, all);
      const { health, locks } = history.spans.touching(SPAN, step);
      assert.deepEqual(locks.list(), naively(all, 'lock', step));
      assert.deepEqual(health.list(), naively(all, 'health', step));
      for (const { id } of locks.list()) {
        const index = id - 1;
        assert.deepEqual(history.spans.subjectOf(id), { subject: `${index}.lock`, path: `src/${index}.ts` });
      }
      history.close();
    }),
    { numRuns: 200 },
  );
});
