import assert from 'node:assert/strict';
import { test } from 'node:test';
import { TALK_PATH, TIMELINE_PATH } from '../../contract/paths';
import { readRequest, requestsIn } from './parameters';
import type { ProblemError } from './problem';

const NOW = Date.parse('2026-02-03T09:30:00Z');
const HOUR = 3_600_000;
const requests = requestsIn({ zone: 'Europe/Berlin', now: () => NOW });
const headers = new Headers();
const timeline = (search: string) =>
  readRequest(requests.timeline, TIMELINE_PATH, { url: `${TIMELINE_PATH}?${search}`, headers });
const span = (search: string) => readRequest(requests.talk, TALK_PATH, { url: `${TALK_PATH}?${search}`, headers });

function faulty(parse: () => unknown): (string | undefined)[] | undefined {
  try {
    parse();
  } catch (error) {
    return (error as ProblemError).extras.errors?.map(({ parameter }) => parameter);
  }
  assert.fail('it was accepted');
}

test('without times it is the last hour, without since the hour before until', () => {
  assert.deepEqual(span(''), { since: NOW - HOUR, until: NOW });
  const until = Date.parse('2026-02-01T12:00:00Z');
  assert.deepEqual(span('until=2026-02-01T12:00:00Z'), { since: until - HOUR, until });
  assert.deepEqual(span('since=2026-02-01T13:00:00&until=2026-02-01T12:00:00Z'), { since: until, until });
  // Nothing before it can be written with a year of four digits.
  const first = Date.parse('0000-01-01T00:00:00Z');
  assert.deepEqual(span('until=0000-01-01T00:30:00Z'), { since: first, until: first + HOUR / 2 });
});

test('points stay within their bounds', () => {
  const points = { '': 600, 'points=50': 50, 'points=1': 50, 'points=-5': 50, 'points=2001': 2000, 'points=': 600 };
  for (const [search, steps] of Object.entries(points)) assert.equal(timeline(search).steps, steps, search);
});

test('an agent and the lane to go on from are taken as they are', () => {
  const { agent, after } = timeline('agent=agent%201&after_agent=agent-9');
  assert.deepEqual([agent, after], ['agent 1', 'agent-9']);
});

test('every faulty parameter is named', () => {
  assert.deepEqual(
    faulty(() => timeline('since=now&until=then&points=many')),
    ['until', 'since', 'points'],
  );
  assert.deepEqual(
    faulty(() => span('since=2026-02-02T00:00:00Z&until=2026-02-01T00:00:00Z')),
    ['since'],
  );
  assert.deepEqual(
    faulty(() => timeline('since=2026-02-04T00:00:00Z')),
    ['since'],
  );
});
