import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FailureLimit, RateLimit } from './limits';

test('RateLimit: the quota may be used at once, then it refills evenly, for each client separately', () => {
  const limit = new RateLimit();
  const take = (now: number, client = 'a') => limit.take(client, 60, now);
  for (let asked = 0; asked < 60; asked++) assert.equal(take(0), 0);
  assert.equal(take(0), 1, 'a second until the next one');
  assert.equal(take(0, 'b'), 0);
  assert.equal(take(999), 1);
  assert.equal(take(1000), 0);
  assert.equal(take(1000), 1);
  for (let second = 2; second < 100; second++) assert.equal(take(second * 1000), 0, `at ${second} s`);
  for (let asked = 0; asked < 60; asked++) assert.equal(take(1_000_000), 0, 'all of it is there again');
  assert.equal(take(1_000_000), 1);
});

test('RateLimit: a quota of one, and no limit', () => {
  const limit = new RateLimit();
  assert.equal(limit.take('a', 1, 0), 0);
  assert.equal(limit.take('a', 1, 1), 60);
  assert.equal(limit.take('a', 1, 60_000), 0);
  for (let asked = 0; asked < 1000; asked++) assert.equal(limit.take('a', 0, 0), 0);
});

test('FailureLimit: no minute has more failures than the maximum', () => {
  const limit = new FailureLimit();
  const tried: number[] = [];
  for (let now = 0; now < 600_000; now += 500) {
    if (limit.wait('a', 10, now) > 0) continue;
    limit.failed('a', now);
    tried.push(now);
  }
  for (const begin of tried) {
    const within = tried.filter((at) => at >= begin && at < begin + 60_000).length;
    assert.ok(within <= 10, `${within} from ${begin} on`);
  }
  assert.ok(tried.length >= 80, `${tried.length}: after a minute it goes on`);
  assert.equal(limit.wait('b', 10, 0), 0);
});

test('RateLimit: the memory is bounded for any number of addresses, and a shared entry grants nothing extra', () => {
  const limit = new FailureLimit();
  for (let client = 0; client < 20_000; client++) limit.failed(`client ${client}`, 0);
  let tried = 0;
  for (let client = 20_000; client < 21_000; client++) {
    if (limit.wait(`client ${client}`, 10, 1) > 0) continue;
    limit.failed(`client ${client}`, 1);
    tried++;
  }
  assert.equal(tried, 10, 'those for whom there is no room share one place');
  assert.equal(limit.wait('client 0', 1, 1), 60, 'those who were there keep theirs');
  assert.equal(limit.wait('client 30000', 10, 60_000), 0, 'a minute later there is room');
});
