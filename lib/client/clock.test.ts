import assert from 'node:assert/strict';
import { mock, test } from 'node:test';
import { adjust, exactNow, startFrom } from './clock';

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
