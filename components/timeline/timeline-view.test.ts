import assert from 'node:assert/strict';
import { mock, test } from 'node:test';
import { formatSpan } from '@/lib/client/spans';
import { TimelineView } from './timeline-view';

const MINUTE = 60_000;

function setUp() {
  const state = { now: Date.parse('2026-01-30T12:00:00Z') };
  const written: string[] = [];
  const view = new TimelineView({ now: () => state.now, write: (span) => written.push(span) });
  view.take('15m', null);
  return { state, written, view };
}

test('a preset follows the present', () => {
  const { state, view } = setUp();
  assert.ok(view.follows);
  state.now += 5000;
  assert.equal(view.read().until, state.now);
  assert.equal(view.preset, '15m');
});

test('a move shows at once and is written once, when it has come to rest', () => {
  mock.timers.enable({ apis: ['setTimeout'] });
  const { state, written, view } = setUp();
  let notified = 0;
  view.subscribe(() => notified++);
  for (let step = 1; step <= 30; step++) {
    view.move({ since: state.now - (20 + step) * MINUTE, until: state.now - (10 + step) * MINUTE });
    mock.timers.tick(16);
  }
  assert.equal(notified, 30);
  assert.deepEqual(written, []);
  mock.timers.tick(1000);
  const span = { since: state.now - 50 * MINUTE, until: state.now - 40 * MINUTE };
  assert.deepEqual(written, [formatSpan(span)]);
  // The address that comes back is what is shown already.
  view.take(written[0] ?? null, null);
  assert.deepEqual(view.read(), span);
  assert.ok(!view.follows);
  assert.equal(view.preset, null);
  mock.timers.reset();
});

test('a view moved to the present follows it, with its own length', () => {
  mock.timers.enable({ apis: ['setTimeout'] });
  const { state, written, view } = setUp();
  view.move({ since: state.now - 7 * MINUTE, until: state.now + 10 });
  mock.timers.tick(1000);
  view.take(written[0] ?? null, null);
  state.now += 9000;
  assert.ok(view.follows);
  assert.deepEqual(view.read(), { since: state.now - 7 * MINUTE - 10, until: state.now });
  mock.timers.reset();
});

test('a preset dragged against the present stays the preset, and nothing is written', () => {
  mock.timers.enable({ apis: ['setTimeout'] });
  const { state, written, view } = setUp();
  view.choose('15m');
  const before = written.length;
  view.move({ since: state.now - 10 * MINUTE, until: state.now + 5 * MINUTE });
  mock.timers.tick(1000);
  assert.equal(view.preset, '15m');
  assert.equal(written.length, before);
  mock.timers.reset();
});

test('another address, as the back button brings it, counts more than a move', () => {
  mock.timers.enable({ apis: ['setTimeout'] });
  const { state, written, view } = setUp();
  view.move({ since: state.now - 9 * MINUTE, until: state.now - 5 * MINUTE });
  const span = { since: state.now - 100 * MINUTE, until: state.now - 90 * MINUTE };
  view.take(formatSpan(span), null);
  mock.timers.tick(1000);
  assert.deepEqual(view.read(), span);
  assert.deepEqual(written, []);
  mock.timers.reset();
});

test('keys go to the first moment known and back to the present', () => {
  mock.timers.enable({ apis: ['setTimeout'] });
  const { state, view } = setUp();
  view.learnFirst(state.now - 300 * MINUTE);
  view.goToFirst();
  assert.deepEqual(view.read(), { since: state.now - 300 * MINUTE, until: state.now - 285 * MINUTE });
  view.goToNow();
  assert.ok(view.follows);
  assert.equal(view.read().since, state.now - 15 * MINUTE);
  mock.timers.reset();
});
