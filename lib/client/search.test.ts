import assert from 'node:assert/strict';
import { test } from 'node:test';
import { NO_CHOICE } from './message-filter';
import { hitPattern, withHits } from './search';
import { readTime, readTyped, searchNote } from './typed-search';

const NOW = Date.parse('2026-01-30T12:00:00Z');
const typed = (text: string, whole = true, types: string[] = []) =>
  readTyped(text, { ...NO_CHOICE, types }, whole, NOW);

test('readTyped(): finished words of the grammar leave the box', () => {
  assert.deepEqual(typed('type:blocked from:agent-1 to:"agent 2" "two words"'), {
    text: '"two words"',
    part: { types: ['BLOCKED'], from: 'agent-1', to: 'agent 2' },
    error: null,
  });
  assert.deepEqual(typed('type:INFO,ACK agent:a', true, ['INFO']).part, { types: ['INFO', 'ACK'], agent: 'a' });
  assert.deepEqual(typed('since:2h').part, { since: '2026-01-30T10:00:00.000Z' });
});

test('readTyped(): an unfinished word stays until it is finished', () => {
  assert.deepEqual(typed('type:BLO', false), { text: 'type:BLO', part: {}, error: null });
  assert.deepEqual(typed('type:BLOCKED x', false).part, { types: ['BLOCKED'] });
  assert.deepEqual(typed('from:').part, {});
});

test('readTyped(): any other word with a colon is text', () => {
  for (const text of ['http://a.example', 'error: x', 'foo:bar baz', ':', 'xtype:', '"type:A']) {
    assert.deepEqual(typed(text), { text, part: {}, error: null });
  }
});

test('readTyped(): an invalid time is reported and stays in the box', () => {
  const { text, error } = typed('since:soon x');
  assert.equal(text, 'since:soon x');
  assert.match(error ?? '', /“soon” is not a valid time/);
});

test('readTime(): a length, a time of day, a date, an instant', () => {
  assert.equal(readTime('90m', NOW), '2026-01-30T10:30:00.000Z');
  assert.equal(readTime('2026-01-30T10:00:00Z', NOW), '2026-01-30T10:00:00.000Z');
  assert.equal(readTime('2026-01-30', NOW), new Date(2026, 0, 30).toISOString());
  const clock = Date.parse(readTime('14:30', NOW) ?? '');
  assert.equal(new Date(clock).getHours() * 60 + new Date(clock).getMinutes(), 14 * 60 + 30);
  assert.ok(clock <= NOW && clock > NOW - 86_400_000);
  for (const text of ['', 'x', '25:00', '2026-13-45', '9'.repeat(400).concat('d')])
    assert.equal(readTime(text, NOW), null);
});

test('hitPattern(): hits are whole words in any case and with any accents; phrases and prefixes', () => {
  const hits = (text: string, q: string) => withHits(text, hitPattern(q)).filter((_, index) => index % 2 === 1);
  assert.deepEqual(hits('Lock, locks, LOCK', 'lock'), ['Lock', 'LOCK']);
  assert.deepEqual(hits('locks locker', 'lock*'), ['locks', 'locker']);
  assert.deepEqual(hits('Größe grosse große', 'große'), ['Größe', 'große']);
  assert.deepEqual(hits('Café cafe', 'cafe'), ['Café', 'cafe']);
  assert.deepEqual(hits('src/auth/session.ts', 'auth/session'), ['auth/session']);
  assert.deepEqual(hits('two  words, two-words, two', '"two words"'), ['two  words', 'two-words']);
  assert.deepEqual(hits('a(b', '('), []);
  assert.equal(hitPattern('  -- '), null);
  assert.equal(withHits('a lock b', hitPattern('lock')).join(''), 'a lock b');
});

test('readTyped(): the end of a span includes what it names: a date its day, a time its second', () => {
  const until = (text: string) =>
    readTyped(`until:${text}`, NO_CHOICE, true, Date.parse('2026-01-30T12:00:00Z')).part.until;
  const endOfDay = new Date('2026-01-29T23:59:59.999').toISOString();
  assert.equal(until('2026-01-29'), endOfDay);
  assert.equal(until('2026-01-29T10:00:05Z'), '2026-01-29T10:00:05.999Z');
  assert.equal(until('2026-01-29T10:00:05.250Z'), '2026-01-29T10:00:05.250Z');
  assert.equal(until('2h'), '2026-01-30T10:00:00.000Z');
  const since = readTyped('since:2026-01-29', NO_CHOICE, true, 0).part.since;
  assert.equal(since, new Date('2026-01-29T00:00:00').toISOString());
});

test('searchNote(): names what a search ignores, and what it cannot find at all', () => {
  assert.equal(searchNote(''), null);
  assert.equal(searchNote('login "two words" C++ 日本'), null);
  assert.equal(searchNote('👍'), 'Cannot search for “👍”: only letters and digits are searched. Add a word.');
  assert.equal(searchNote('done 👍 "!!!"'), 'Ignored: “👍”, “!!!”. Only letters and digits are searched.');
});

test('readTyped(): excludes types, and asks for failed, unanswered or untyped messages', () => {
  assert.deepEqual(typed('-type:info,ack deploy'), {
    text: 'deploy',
    part: { notTypes: ['INFO', 'ACK'] },
    error: null,
  });
  assert.deepEqual(typed('is:failed is:Unanswered').part, { only: ['failed', 'unanswered'] });
  const { text, part, error } = typed('is:odd');
  assert.deepEqual([text, part], ['is:odd', {}]);
  assert.equal(error, '“is:odd” is not known: write is:failed, is:unanswered, is:untyped.');
  assert.deepEqual(typed('a-type:INFO').part, {}, 'only at the start of a word');
});
