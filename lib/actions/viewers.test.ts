import assert from 'node:assert/strict';
import { mock, test } from 'node:test';
import { MAX_VIEWERS, PRESENCE_TIMEOUT_MS, Viewers } from './viewers';

test('Viewers: a viewer counts until it leaves or is not heard for 45 s, and the last one is noticed', (context) => {
  mock.timers.enable({ apis: ['setTimeout', 'Date'], now: 1_770_000_000_000 });
  context.after(() => mock.timers.reset());
  let left = 0;
  const viewers = new Viewers(() => {
    left += 1;
  });
  assert.equal(viewers.present, false);
  assert.equal(viewers.note('a', true), Date.now() + PRESENCE_TIMEOUT_MS);
  viewers.note('b', true);
  assert.equal(viewers.note('b', false), null);
  assert.deepEqual([viewers.present, left], [true, 0]);
  mock.timers.tick(20_000);
  viewers.note('a', true);
  mock.timers.tick(PRESENCE_TIMEOUT_MS - 1);
  assert.deepEqual([viewers.present, left], [true, 0]);
  mock.timers.tick(1);
  assert.deepEqual([viewers.present, left], [false, 1]);
  viewers.note('c', true);
  viewers.note('c', false);
  viewers.note('unknown', false);
  assert.equal(left, 2);
});

test('Viewers: a client that gives itself many names takes bounded memory', () => {
  const viewers = new Viewers(() => {});
  for (let index = 0; index < MAX_VIEWERS + 500; index += 1) viewers.note(String(index), true);
  for (let index = 0; index < MAX_VIEWERS + 500; index += 1) viewers.note(String(index), false);
  assert.equal(viewers.present, false);
  viewers.stop();
});
