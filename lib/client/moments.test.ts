import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { earlierInstant, formatMoment, isKnown, readMoment } from './moments';

const NOW = Date.parse('2026-03-01T12:00:00Z');

describe('readMoment', () => {
  it('accepts instants with an offset, also one whose plus sign was not encoded', () => {
    assert.equal(readMoment('2026-03-01T03:12:07Z', NOW), Date.parse('2026-03-01T03:12:07Z'));
    assert.equal(readMoment('2026-03-01T03:12:07.250 01:00', NOW), Date.parse('2026-03-01T02:12:07.250Z'));
    assert.equal(readMoment(null, NOW), null);
  });

  it('distinguishes invalid times from future ones', () => {
    for (const text of [
      'yesterday',
      '2026-03-01',
      '2026-03-01T03:12:07',
      '2026-13-41T03:12:07Z',
      '2026-03-01T99:00:00Z',
    ]) {
      assert.equal(readMoment(text, NOW), 'malformed', text);
    }
    assert.equal(readMoment('2026-03-01T12:00:01Z', NOW), 'future');
    assert.equal(readMoment('2026-03-01T12:00:00Z', NOW), NOW);
  });

  it('reads the output of formatMoment', () => {
    for (const moment of [0, NOW, NOW - 1, NOW - 250]) assert.equal(readMoment(formatMoment(moment), NOW), moment);
  });
});

describe('earlierInstant', () => {
  it('limits a filter to the moment on the page', () => {
    const [early, late] = ['2026-03-01T01:00:00Z', '2026-03-01T02:00:00Z'];
    assert.equal(earlierInstant(null, null), null);
    assert.equal(earlierInstant(late, null), late);
    assert.equal(earlierInstant(null, early), early);
    assert.equal(earlierInstant(late, early), early);
    assert.equal(earlierInstant(early, late), early);
    assert.equal(earlierInstant('no time', late), late);
  });
});

it('isKnown(): false for a moment before the known time', () => {
  const at = '2026-01-30T12:00:00Z';
  assert.ok(!isKnown({ at, known_since: null }));
  assert.ok(!isKnown({ at, known_since: '2026-01-30T12:00:01Z' }));
  assert.ok(isKnown({ at, known_since: at }));
});
