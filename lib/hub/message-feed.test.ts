import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import {
  MessageFeed,
  type MessagePage,
  type MessageSource,
  PAGE_MESSAGES,
  type PublishedMessage,
} from './message-feed';

/** Everything is in memory; a read fails the test. */
const NOWHERE = { after: () => Promise.reject(new Error('nothing is to be read')) };

function feedOf(lengths: readonly number[]): MessageFeed {
  const feed = new MessageFeed(NOWHERE, 'epoch', [], 1);
  lengths.forEach((length, index) => {
    const message: PublishedMessage = { seq: index + 1, json: Buffer.from(JSON.stringify('x'.repeat(length))) };
    feed.append([message], message.seq);
  });
  return feed;
}

function pageAfter(feed: MessageFeed, seq: number): MessagePage {
  const page = feed.pageAfter(seq, PAGE_MESSAGES);
  assert.ok(!(page instanceof Promise));
  return page;
}

/** Where the pages of a client end that begins at a place. */
function endsFrom(feed: MessageFeed, seq: number): number[] {
  const ends: number[] = [];
  for (let place = seq; place < feed.head; place = ends.at(-1) as number) ends.push(pageAfter(feed, place).last);
  return ends;
}

test('pageAfter(): clients at different places get the same pages from the first common end on', () => {
  const lengths = fc.array(fc.integer({ min: 0, max: 100_000 }), { minLength: 30, maxLength: 70 });
  let compared = 0;
  fc.assert(
    fc.property(lengths, fc.nat({ max: 29 }), fc.nat({ max: 29 }), (all, one, other) => {
      const feed = feedOf(all);
      const [ends, others] = [endsFrom(feed, one), endsFrom(feed, other)];
      const common = Math.max(ends[0] as number, others[0] as number);
      const shared = ends.filter((end) => end > common);
      assert.deepEqual(
        shared,
        others.filter((end) => end > common),
      );
      compared += shared.length;
    }),
    { numRuns: 50 },
  );
  assert.ok(compared > 100, `${compared} pages were compared`);
});

test('pageAfter(): clients at places before the memory share all pages after their first', async () => {
  const all = Array.from({ length: 3_000 }, (_, index) => ({
    seq: index + 1,
    json: Buffer.from(`{"seq":${index + 1}}`),
  }));
  let reads = 0;
  const after: MessageSource['after'] = async (seq, { messages }) => {
    reads++;
    return all.slice(seq, seq + messages);
  };
  const feed = new MessageFeed({ after }, 'epoch', all.slice(2_500), 1);
  for (const from of [7, 31, 444]) {
    let place = from;
    while (place < 2_500) place = (await feed.pageAfter(place, PAGE_MESSAGES)).last;
    assert.equal(place, 2_500);
  }
  assert.equal(reads, 3 + 4);
});

test('pageAfter(): small pages are shared by clients at the same place; large ones are dropped for newer ones', () => {
  const small = feedOf(Array(10).fill(100));
  const first = pageAfter(small, 0);
  for (let place = 1; place < 10; place++) pageAfter(small, place);
  assert.equal(pageAfter(small, 0), first);

  const large = feedOf(Array(11).fill(1_000_000));
  const before = pageAfter(large, 0);
  assert.equal(pageAfter(large, 0), before);
  for (let place = 1; place < 10; place++) pageAfter(large, place);
  assert.notEqual(pageAfter(large, 0), before);
});
