import assert from 'node:assert/strict';
import { test } from 'node:test';
import { MESSAGES_PATH } from '../../contract/paths';
import { readRequest, requestsIn } from './parameters';
import type { ProblemError } from './problem';

const requests = requestsIn({ zone: 'Europe/Berlin' });
const headers = new Headers();
const parse = (search: string) =>
  readRequest(requests.messages, MESSAGES_PATH, { url: `${MESSAGES_PATH}?${search}`, headers });

function refusal(search: string): ProblemError {
  try {
    parse(search);
  } catch (error) {
    return error as ProblemError;
  }
  assert.fail(`"${search}" was accepted`);
}

const faulty = (search: string) => refusal(search).extras.errors?.map(({ parameter }) => parameter);

test('limit: default, bounds, and the last of several values', () => {
  const limits = { '': 50, 'limit=7': 7, 'limit=0': 50, 'limit=-3': 50, 'limit=1000': 1000, 'limit=1001': 1000 };
  for (const [search, limit] of Object.entries(limits)) assert.equal(parse(search).limit, limit, search);
  assert.equal(parse(`limit=${'9'.repeat(400)}`).limit, 1000);
  assert.equal(parse('limit=3&limit=4').limit, 4);
});

test('limit: a value that is not an integer is refused', () => {
  for (const limit of ['', 'ten', '1.5', '1e3', '0x10', 'NaN', ' ']) {
    assert.deepEqual(faulty(`limit=${limit}`), ['limit'], limit);
    assert.equal(refusal(`limit=${limit}`).code, 'invalid_parameter');
  }
});

test('cursors: are read into their parts', () => {
  assert.deepEqual(parse('before=abc.12').before, { epoch: 'abc', seq: 12 });
  assert.deepEqual(parse('after=abc.0').after, { epoch: 'abc', seq: 0 });
  assert.deepEqual(parse('around=abc.5').around, { epoch: 'abc', seq: 5 });
});

test('cursors: another format is malformed', () => {
  for (const cursor of ['', '12', 'abc.', 'abc.-1', 'abc.1.2', 'abc.01', 'a b.1']) {
    const error = refusal(`after=${encodeURIComponent(cursor)}`);
    assert.equal(error.code, 'malformed_cursor', cursor);
    assert.match(error.message, /after must be a cursor/);
  }
});

test('cursors: only one place may be given', () => {
  assert.deepEqual(faulty('before=a.1&after=a.2'), ['after']);
  assert.deepEqual(faulty('before=a.1&after=a.2&around=a.3'), ['after', 'around']);
});

test('filters: combine; blank ones count as absent; unknown parameters are ignored', () => {
  const { filter } = parse(
    'agent=agent-1&sender=&recipient=agent-2&msg_id=+a-1&type=INFO&type=ACK&type=INFO&q=+C%2B%2B+&x=1',
  );
  assert.deepEqual(
    { ...filter },
    {
      agent: 'agent-1',
      sender: undefined,
      recipient: 'agent-2',
      msg_id: 'a-1',
      type: ['INFO', 'ACK'],
      not_type: undefined,
      only: undefined,
      q: 'C++',
      since: undefined,
      until: undefined,
    },
  );
});

test('filters: names of agents are taken exactly, including spaces', () => {
  const { filter } = parse('agent=%20&sender=+a&recipient=..');
  assert.deepEqual([filter.agent, filter.sender, filter.recipient], [' ', ' a', '..']);
});

test('instants: with an offset, in UTC, and naive in the zone of the swarm', () => {
  const noon = Date.UTC(2026, 0, 30, 12);
  for (const since of [
    '2026-01-30T12:00:00Z',
    '2026-01-30T12:00:00+00:00',
    '2026-01-30T14:00:00+02:00',
    '2026-01-30T13:00:00',
  ]) {
    assert.equal(parse(`since=${encodeURIComponent(since)}`).filter.since, noon, since);
  }
  assert.equal(parse('until=2026-01-30T14:00:00+02:00').filter.until, noon, 'a plus sign that was not encoded');
});

test('instants: an invalid one is refused', () => {
  for (const time of ['yesterday', '2026-02-30T00:00:00Z', '1769774400'])
    assert.deepEqual(faulty(`until=${time}`), ['until']);
});

test('filters: the length of texts is limited', () => {
  assert.equal(parse(`q=${'x'.repeat(1000)}`).filter.q?.length, 1000);
  assert.deepEqual(faulty(`q=${'x'.repeat(1001)}`), ['q']);
  assert.deepEqual(faulty(`msg_id=${'x'.repeat(1001)}`), ['msg_id']);
  assert.deepEqual(faulty(Array.from({ length: 101 }, (_, index) => `type=T${index}`).join('&')), ['type']);
});

test('readRequest(): names all faults at once', () => {
  const error = refusal('limit=x&after=y&since=z');
  assert.equal(error.code, 'invalid_parameter');
  assert.deepEqual(
    new Set(error.extras.errors?.map(({ parameter }) => parameter)),
    new Set(['limit', 'after', 'since']),
  );
  assert.match(error.message, /limit .*since .*after /);
});

test('q: may contain eight words or phrases, each counted once', () => {
  const eight = 'a b c d e f g "h i"';
  assert.equal(parse(`q=${encodeURIComponent(`${eight} a b`)}`).filter.q, `${eight} a b`);
  assert.throws(() => parse(`q=${encodeURIComponent(`${eight} j`)}`), {
    name: 'ProblemError',
    code: 'invalid_parameter',
  });
});
