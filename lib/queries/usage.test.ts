import assert from 'node:assert/strict';
import { test } from 'node:test';
import { answered } from '../../test/support/claude-usage';
import { type UsageAnswer, usageAnswer } from '../contract/claude-schemas';
import { History } from '../history/history';
import { Usage } from '../history/usage';
import type { Questions } from './questions';
import { usage } from './usage';

const at = (iso: string) => Date.parse(iso);
const history = new History(':memory:');
new Usage(history.db).record(
  [
    { ...answered({ at: at('2026-02-02T22:59:00Z'), output: 10 }), cost: 1 },
    { ...answered({ at: at('2026-02-02T23:01:00Z'), output: 20, agentId: 'agent-2' }), cost: 4 },
    { ...answered({ at: at('2026-02-03T08:20:00Z'), output: 30, agentId: null, model: 'x' }), cost: null },
    { ...answered({ at: at('2026-02-03T08:40:00Z'), output: 40 }), cost: 2 },
  ],
  [],
  0,
);

function ask(query: Partial<Questions['usage']['query']>): UsageAnswer {
  const span = { since: at('2026-02-02T00:00:00Z'), until: at('2026-02-04T00:00:00Z') };
  return usageAnswer.parse(
    JSON.parse(usage(history, { ...span, by: 'agent', zone: 'Europe/Berlin', unknownModels: ['x', 'y'], ...query })),
  );
}

const keys = ({ rows }: UsageAnswer) => rows.map(({ key, part, cost_usd }) => [key, part, cost_usd]);

test('usage(): by agent, the largest cost first; an agent that is not known has no key', () => {
  const answer = ask({});
  assert.deepEqual(keys(answer), [
    ['agent-2', undefined, 4],
    ['agent-1', undefined, 3],
    [null, undefined, null],
  ]);
  assert.deepEqual([answer.total.cost_usd, answer.total.unpriced_tokens, answer.count], [7, 30, 3]);
  assert.deepEqual(answer.unknown_models, ['x']);
});

test('usage(): days are those of the zone, in order', () => {
  const answer = ask({ by: 'day' });
  assert.deepEqual(keys(answer), [
    ['2026-02-02', undefined, 1],
    ['2026-02-03', undefined, 6],
  ]);
  assert.equal(answer.rows[1]?.since, '2026-02-02T23:00:00.000+00:00');
  assert.deepEqual(answer.periods, [
    '2026-02-01T23:00:00.000+00:00',
    '2026-02-02T23:00:00.000+00:00',
    '2026-02-03T23:00:00.000+00:00',
  ]);
  assert.equal(ask({ by: 'day', zone: 'UTC' }).rows[0]?.cost_usd, 5);
});

test('usage(): a second grouping has a row for each pair', () => {
  assert.deepEqual(keys(ask({ by: 'hour', part: 'agent', since: at('2026-02-03T08:00:00Z') })), [
    ['2026-02-03T08:00:00.000+00:00', 'agent-1', 2],
    ['2026-02-03T08:00:00.000+00:00', null, null],
  ]);
  const [first] = ask({ by: 'model', part: 'day' }).rows;
  assert.deepEqual(
    [first?.key, first?.part, first?.since],
    ['claude-opus-5-5', '2026-02-02', '2026-02-01T23:00:00.000+00:00'],
  );
});

test('usage(): only what is in the span counts, and a model is unknown only if it is in it', () => {
  const answer = ask({ since: at('2026-02-03T08:40:00Z'), until: at('2026-02-03T08:40:00Z') });
  assert.deepEqual([keys(answer), answer.unknown_models], [[['agent-1', undefined, 2]], []]);
  const nothing = ask({ since: at('2026-02-03T08:41:00Z'), until: at('2026-02-03T09:00:00Z') });
  assert.deepEqual([nothing.rows, nothing.total.cost_usd], [[], 0]);
});
