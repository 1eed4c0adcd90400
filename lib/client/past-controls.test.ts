import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { bundlePath, fieldValue, keyStep, readField, sliderRange, unknownSentence } from './past-controls';

const NOW = Date.parse('2026-03-01T12:00:00Z');

describe('sliderRange', () => {
  const known = { since: NOW - 3 * 86_400_000, until: NOW };

  it('covers the known time, and the moment if it is earlier', () => {
    assert.deepEqual(sliderRange(NOW - 5000, known, 'all'), known);
    assert.equal(sliderRange(known.since - 60_000, known, 'all').since, known.since - 60_000);
  });

  it('stays the same while the moment moves within the hour', () => {
    const hour = sliderRange(NOW - 7_000_000, known, 'hour');
    assert.equal(hour.until - hour.since, 3_600_000);
    for (const moment of [hour.since, hour.until - 1]) assert.deepEqual(sliderRange(moment, known, 'hour'), hour);
  });

  it('ends with the known time', () => {
    assert.equal(sliderRange(NOW - 1, known, 'day').until, NOW);
    assert.equal(sliderRange(known.since + 1, known, 'day').since, known.since);
  });

  it('is never empty', () => {
    const point = { since: NOW, until: NOW };
    for (const scale of ['all', 'day', 'hour'] as const) {
      const { since, until } = sliderRange(NOW, point, scale);
      assert.ok(since <= NOW && NOW <= until && since < until, scale);
    }
  });
});

describe('keyStep', () => {
  it('moves by a second, ten with shift, a minute with the page keys', () => {
    assert.equal(keyStep('ArrowRight', false), 1000);
    assert.equal(keyStep('ArrowLeft', true), -10_000);
    assert.equal(keyStep('PageUp', false), 60_000);
    assert.equal(keyStep('PageDown', true), -60_000);
    assert.equal(keyStep('x', false), null);
    assert.equal(keyStep('toString', false), null);
  });
});

describe('a date-time field', () => {
  it('shows the moment in the zone of the viewer', () => {
    assert.equal(readField(fieldValue(NOW)), NOW);
    assert.equal(fieldValue(NOW, 'UTC'), '2026-03-01T12:00:00');
    assert.equal(readField(''), null);
  });
});

describe('bundlePath', () => {
  it('names the time range, and the omission of texts', () => {
    const span = { since: NOW - 1000, until: NOW };
    const address = '/api/bundle?since=2026-03-01T11%3A59%3A59Z&until=2026-03-01T12%3A00%3A00Z';
    assert.equal(bundlePath({ ...span, blank: false }), address);
    assert.equal(bundlePath({ ...span, blank: true }), `${address}&text=blank`);
  });
});

describe('unknownSentence', () => {
  const span = {
    about: 'everything',
    reason: '',
    since: '2026-03-01T02:10:00Z',
    until: '2026-03-01T02:14:00Z',
  } as const;

  it('states what was not recorded, from when to when, and what that means', () => {
    assert.equal(
      unknownSentence(span),
      'Not recorded between 2026-03-01T02:10:00Z and 2026-03-01T02:14:00Z: agents and locks are as last known before.',
    );
    assert.match(unknownSentence({ ...span, until: null }), /^Not recorded since 2026-03-01T02:10:00Z: /);
    assert.match(
      unknownSentence({ ...span, since: null }),
      /^Not recorded before 2026-03-01T02:14:00Z: nothing earlier is known/,
    );
    assert.match(unknownSentence({ ...span, about: 'log' }), /^The message log .*messages may be missing\.$/);
  });
});
