import assert from 'node:assert/strict';
import { test } from 'node:test';
import { HeartbeatTimer } from './heartbeat';

function counting() {
  const timer = new HeartbeatTimer();
  let heartbeats = 0;
  const stop = timer.follow(() => {
    heartbeats += 1;
  });
  const after = (what: () => void) => {
    what();
    return heartbeats;
  };
  return {
    begin: () => after(() => timer.begin()),
    done: () => after(() => timer.done()),
    stop,
    count: () => heartbeats,
  };
}

test('a beat comes with the work of each second, and without it where that takes longer', () => {
  const { begin, done, stop } = counting();
  assert.deepEqual([begin(), done()], [0, 1]);
  assert.deepEqual([begin(), begin(), begin()], [1, 2, 3], 'the work goes on');
  assert.deepEqual([done(), begin(), done()], [4, 4, 5]);
  stop();
  assert.deepEqual([begin(), begin(), done()], [5, 5, 5]);
});

test('HeartbeatTimer: work that takes long holds its beat back no longer than 150 ms, and brings no second one', ({
  mock,
}) => {
  mock.timers.enable({ apis: ['setTimeout'] });
  const { begin, done, count } = counting();
  begin();
  mock.timers.tick(149);
  assert.equal(count(), 0);
  mock.timers.tick(1);
  assert.equal(count(), 1);
  assert.equal(done(), 1);
  assert.deepEqual([begin(), done()], [1, 2]);
});
