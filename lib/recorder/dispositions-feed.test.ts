import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import type { DispositionChange } from '../history/dispositions';
import { History } from '../history/history';
import { DispositionsFeed } from './dispositions-feed';

const folder = mkdtempSync(join(tmpdir(), 'dispositions-feed-'));
after(() => rmSync(folder, { recursive: true, force: true }));

const NOW = Date.parse('2026-02-03T09:30:00Z');
const acknowledge = (id: string): DispositionChange => ({
  ...{ id, fingerprint: 'f', action: 'acknowledge', by: null, at: NOW },
});

/** A feed, and the ids that it has reported last. */
function feedOn(history: History, records: boolean) {
  const published: string[][] = [];
  const feed = new DispositionsFeed(
    (event) => event.type === 'dispositions' && published.push(event.dispositions.map(({ id }) => id)),
    () => NOW,
  );
  feed.begin(history, records);
  feed.follow();
  return { feed, published };
}

test('change(): a process that follows decides too, and the one that records reports it', () => {
  const file = join(folder, 'both.sqlite');
  const [one, two] = [new History(file), new History(file)];
  const [recording, following] = [feedOn(one, true), feedOn(two, false)];
  assert.deepEqual(following.feed.change(acknowledge('a'))[0]?.id, 'a');
  recording.feed.follow();
  recording.feed.follow();
  assert.deepEqual(recording.published, [[], ['a']]);
  following.feed.review({ present: [], ended: [{ id: 'a', fingerprint: 'f' }] });
  recording.feed.follow();
  assert.deepEqual(recording.published.at(-1), ['a'], 'only the one that records drops anything');
  recording.feed.review({ present: [], ended: [{ id: 'a', fingerprint: 'f' }] });
  following.feed.follow();
  assert.deepEqual([recording.published.at(-1), following.published.at(-1)], [[], []]);
  one.close();
  two.close();
});

test('begin(): memory takes over what is known, and the file gets what was decided meanwhile', () => {
  const file = join(folder, 'outage.sqlite');
  const first = new History(file);
  const { feed, published } = feedOn(first, true);
  feed.change(acknowledge('before'));
  feed.begin(new History(':memory:'), true);
  first.close();
  feed.follow();
  assert.deepEqual(published.at(-1), ['before']);
  feed.change(acknowledge('meanwhile'));
  feed.change({ id: 'before', fingerprint: 'f', action: 'withdraw', at: NOW });
  const again = new History(file);
  feed.begin(again, true);
  feed.follow();
  assert.deepEqual(published.at(-1), ['meanwhile']);
  again.close();
});
