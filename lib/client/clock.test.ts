import assert from 'node:assert/strict';
import { mock, test } from 'node:test';
import { adjust, exactNow, freezeAges, now, runningNow, startFrom, subscribe } from './clock';

test('freezeAges(): ages stop at the given time while the clock goes on, and follow it again afterwards', () => {
  mock.timers.enable({ apis: ['setInterval', 'Date'], now: 10_000 });
  let ticks = 0;
  const end = subscribe(() => {
    ticks += 1;
  });
  assert.equal(now(), 10_000);
  freezeAges(9000);
  assert.equal(now(), 9000);
  assert.equal(ticks, 1);
  mock.timers.tick(3000);
  assert.equal(now(), 9000);
  assert.equal(exactNow(), 13_000);
  assert.equal(runningNow(), 13_000);
  freezeAges(null);
  assert.equal(now(), 13_000);
  end();
  mock.timers.reset();
});

test('startFrom(): until the server is heard the clock goes from when the page was made, whatever the browser’s says', () => {
  const [rendered, came, now] = [Date.parse('2026-03-01T12:00:00Z'), 300, 2800];
  const wrong = rendered + 7 * 60_000;
  mock.method(Date, 'now', () => wrong);
  mock.method(performance, 'now', () => now);
  mock.method(performance, 'getEntriesByType', () => [{ responseStart: came }]);
  startFrom(rendered);
  assert.equal(exactNow(), rendered + 2500);
  adjust(rendered + 9000);
  startFrom(rendered);
  assert.equal(exactNow(), rendered + 9000, 'what the server says counts');
  mock.restoreAll();
});
