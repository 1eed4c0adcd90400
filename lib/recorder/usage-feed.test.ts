import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { answered, bundledPricesOf, capturedUsage } from '../../test/support/claude-usage';
import { recorderTests, until } from '../../test/support/recorder-fixtures';
import type { UsageSum } from '../contract/claude-schemas';
import { History } from '../history/history';
import { Usage } from '../history/usage';
import type { OwnPrice } from '../sources/claude-code/model-prices';
import { parsePriceFile } from '../sources/claude-code/price-file';
import type { RecorderEvent, UsageEvent } from './events';
import { type LookUpPrices, UsageFeed } from './usage-feed';

const { folder, newSwarm, start, stop } = recorderTests('usage-feed-');

const NOON = Date.parse('2026-02-03T12:00:00Z');
const MILLION = 1_000_000;

/** A feed with a clock of its own; each call of `later` maintains it, `ms` later. */
function feedOn(
  history: History,
  { lookUpPrices = bundledPricesOf, zone = 'UTC' }: { lookUpPrices?: LookUpPrices; zone?: string } = {},
) {
  const events: RecorderEvent[] = [];
  const clock = { now: NOON };
  const feed = new UsageFeed({
    ...{ zone, lookUpPrices, now: () => clock.now, publish: (event) => events.push(event) },
    guard: (step) => step(),
  });
  feed.begin(history, true);
  const published = () => events.filter((event): event is UsageEvent => event.type === 'usage');
  const later = async (ms = 1000) => {
    clock.now += ms;
    feed.maintain();
    // The look-up of prices has ended.
    await new Promise(setImmediate);
  };
  return { feed, events, published, clock, later, last: () => published().at(-1)?.usage };
}

const own = (text: string): OwnPrice[] => {
  const read = parsePriceFile(text, 'file');
  assert.ok('prices' in read);
  return read.prices;
};

const costs = (sum: UsageSum | undefined) => [sum?.messages, sum?.cost_usd, sum?.unpriced_tokens];

test('take(): an answer is recorded once its model was looked up, with its cost, by agent', async () => {
  const { feed, last, later } = feedOn(new History(':memory:'));
  feed.take([answered({ at: NOON, output: MILLION }), answered({ at: NOON, agentId: 'agent-2', input: MILLION })], []);
  await later();
  await later();
  const usage = last();
  assert.deepEqual(costs(usage?.today), [2, 24, 0]);
  assert.deepEqual(
    usage?.agents.map(({ id, today }) => [id, today.cost_usd]),
    [
      ['agent-1', 20],
      ['agent-2', 4],
    ],
  );
  assert.equal(usage?.agents[0]?.today.tokens.output, MILLION);
});

test('take(): the tokens of an unknown model are named and never priced as zero', async () => {
  const { feed, last, later } = feedOn(new History(':memory:'));
  feed.take([answered({ at: NOON, model: 'in-house-7b', agentId: 'a', output: 70 })], []);
  await later();
  await later();
  assert.deepEqual(costs(last()?.today), [1, null, 70]);
  feed.take([answered({ at: NOON, agentId: 'a', output: MILLION })], []);
  await later();
  await later();
  const usage = last();
  assert.deepEqual(costs(usage?.today), [2, 20, 70]);
  assert.deepEqual(usage?.unknown_models, ['in-house-7b']);
});

test('take(): a fork and a resumed session repeat answers, which count once', async () => {
  const sessions = capturedUsage('session-life');
  const history = new History(':memory:');
  const { feed, last, later } = feedOn(history);
  for (const { all } of sessions) feed.take(all, []);
  await later();
  await later();
  const all = sessions.flatMap((session) => session.all);
  const once = new Set(all.map(({ messageId }) => messageId));
  assert.ok(once.size < all.length);
  assert.deepEqual(costs(last()?.since_start).slice(0, 1), [once.size]);
  assert.ok(Math.abs((last()?.since_start.cost_usd ?? 0) - once.size * 0.003788) < 1e-9);
  assert.deepEqual(costs(last()?.today), [0, 0, 0], 'they are of another day');
});

test('setOwnPrices(): they come before bundled ones, and give a price to what had none; a cost stays', async () => {
  const { feed, last, later } = feedOn(new History(':memory:'));
  feed.take([answered({ at: NOON, output: MILLION }), answered({ at: NOON, model: 'x-1', output: MILLION })], []);
  await later();
  await later();
  assert.deepEqual(costs(last()?.today), [2, 20, MILLION]);
  feed.setOwnPrices(own('models: [{ model: "x-*", input: 1, output: 7 }, { model: "claude-*", input: 0, output: 1 }]'));
  await later();
  await later();
  assert.deepEqual([costs(last()?.today), last()?.unknown_models], [[2, 27, 0], []]);
  feed.take([answered({ at: NOON, output: MILLION })], []);
  await later();
  assert.deepEqual(costs(last()?.today), [3, 28, 0]);
});

test('take(): a failed look-up is a fault; answers are recorded and get their price when it works again', async () => {
  let works = false;
  const lookUpPrices: LookUpPrices = async (models) => {
    if (!works) throw new Error('no memory');
    return bundledPricesOf(models);
  };
  const { feed, events, last, later } = feedOn(new History(':memory:'), { lookUpPrices });
  feed.take([answered({ at: NOON, output: MILLION })], []);
  await later();
  await later();
  const faults = () => events.flatMap((event) => (event.type === 'prices' ? [event.fault] : []));
  assert.match(String(faults()[0]), /could not be loaded: Error: no memory$/);
  assert.deepEqual([costs(last()?.today), last()?.unknown_models], [[1, null, MILLION], []]);
  works = true;
  await later(60_000);
  await later();
  await later();
  assert.equal(faults().at(-1), null);
  assert.deepEqual(costs(last()?.today), [1, 20, 0]);
});

test('maintain(): publishes at most once in 0.9 s, only changes, and the next day begins at midnight of the zone', async () => {
  // Noon in UTC is 23:00 in Noumea.
  const { feed, published, last, later } = feedOn(new History(':memory:'), { zone: 'Pacific/Noumea' });
  feed.take([answered({ at: NOON, output: 1 })], []);
  await later();
  await later();
  const before = published().length;
  for (let count = 0; count < 5; count += 1) {
    feed.take([answered({ at: NOON, output: 1 })], []);
    await later(100);
  }
  assert.equal(published().length, before);
  await later();
  assert.equal(published().length, before + 1);
  await later();
  await later();
  assert.equal(published().length, before + 1);
  assert.equal(last()?.today.messages, 6);
  await later(3_600_000);
  assert.deepEqual([last()?.today.messages, last()?.since_start.messages], [0, 6]);
});

test('recordUsage(): sums and marks are there after a restart, and nothing counts twice', async () => {
  const { root, file } = newSwarm();
  const options = { lookUpPrices: bundledPricesOf, now: () => NOON };
  const rows = [answered({ at: NOON, output: MILLION })];
  const marks = [{ file: '/t.jsonl', head: 'h', offset: 100 }];
  const usageOf = ({ events }: { events: RecorderEvent[] }) =>
    events.findLast((event) => event.type === 'usage') as UsageEvent | undefined;
  const first = start({ root, file }, options);
  first.recorder.recordUsage(rows, marks);
  await until(() => usageOf(first)?.usage.today.messages === 1, 'it is recorded');
  await stop(first);
  const second = start({ root, file }, options);
  const opened = second.events.find((event) => event.type === 'opened');
  assert.deepEqual(opened?.type === 'opened' && opened.marks, marks);
  second.recorder.recordUsage(rows, marks);
  await second.recorder.heartbeat(null);
  await until(() => usageOf(second)?.usage.today.cost_usd === 20, 'it is published');
  assert.equal(usageOf(second)?.usage.today.messages, 1);
});

test('recordUsage(): of two processes on a history each records what it reads, and both publish the same sums', () => {
  const file = join(folder, 'both.sqlite');
  const [one, two] = [new History(file), new History(file)];
  const prices = own('models: [{ model: "*", input: 1, output: 1 }]');
  const [recording, following] = [feedOn(one), feedOn(two)];
  following.feed.begin(two, false);
  for (const { feed } of [recording, following]) feed.setOwnPrices(prices);
  const [both, late] = [answered({ at: NOON, output: MILLION }), answered({ at: NOON, output: MILLION })];
  recording.feed.take([both], [{ file: 'f', head: 'h', offset: 10 }]);
  following.feed.take([both], [{ file: 'f', head: 'h', offset: 10 }]);
  // The recording process dies before it reads the next answer.
  following.feed.take([late], [{ file: 'f', head: 'h', offset: 20 }]);
  for (const { clock, feed } of [recording, following]) {
    clock.now += 1000;
    feed.maintain();
  }
  assert.deepEqual(costs(recording.last()?.today), [2, 2, 0]);
  assert.deepEqual(following.last(), recording.last());
  assert.deepEqual(new Usage(one.db).marks(), [{ file: 'f', head: 'h', offset: 20 }]);
  one.close();
  two.close();
});
