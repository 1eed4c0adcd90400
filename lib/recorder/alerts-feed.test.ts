import assert from 'node:assert/strict';
import { test } from 'node:test';
import { UNKNOWN_ATTENTION_FACTS } from '../contract/defaults';
import type { AttentionEntry } from '../contract/schemas';
import { History } from '../history/history';
import { AlertsFeed } from './alerts-feed';
import type { RecorderEvent } from './events';

const RULE = {
  name: 'ops',
  kinds: null,
  severity: 'notice' as const,
  minimumAgeMs: 0,
  resolved: true,
  limitPerMinute: 9,
};

function entry(id: string): AttentionEntry {
  const evidence = { agents: [], locks: [], messages: [], sources: [] };
  return {
    ...UNKNOWN_ATTENTION_FACTS,
    id,
    kind: 'agent_dead',
    severity: 'critical',
    since: 'then',
    subject: id,
    reason: id,
    evidence,
  };
}

function newFeed(alerts = [RULE]) {
  const options = { root: '/root', file: null, retention: { days: 1, messages: 1 }, zone: null };
  const events: Extract<RecorderEvent, { type: 'alerts' }>[] = [];
  const take = (event: RecorderEvent) => event.type === 'alerts' && events.push(event);
  const openFor = { questionsMs: 1, failuresMs: 1 };
  const feed = new AlertsFeed({ ...options, openFor, alerts }, take, () => 1_770_000_000_000);
  const key = () => events.at(-1)?.posts[0]?.key;
  const deliver = () => feed.posted({ receiver: 'ops', key: `${key()}`, outcome: { kind: 'delivered' } });
  return { feed, events, key, deliver };
}

test('when the history moves, what is known moves with it, and the post under way is given out again', () => {
  const { feed, events, key, deliver } = newFeed();
  const [file, memory] = [new History(':memory:'), new History(':memory:')];
  feed.begin(file, true);
  feed.attend({ entries: [entry('a'), entry('b')], complete: true });
  deliver();
  const under = key();
  assert.ok(under);
  feed.begin(memory, true, file);
  assert.equal(key(), under);
  deliver();
  assert.deepEqual(events.at(-1)?.posts, []);
  assert.equal(events.at(-1)?.receivers[0]?.delivered, 2);
  // The same history again: whoever posts may have missed the last word.
  const published = events.length;
  feed.begin(memory, true);
  assert.equal(events.length, published + 1);
});

test('a process that follows posts nothing and shows how it goes; when it takes over, it knows what stands', () => {
  const history = new History(':memory:');
  const recorder = newFeed();
  const follower = newFeed();
  recorder.feed.begin(history, true);
  follower.feed.begin(history, false);
  const update = { entries: [entry('a')], complete: true };
  recorder.feed.attend(update);
  recorder.deliver();
  follower.feed.attend({ entries: [entry('a'), entry('b')], complete: true });
  follower.feed.follow();
  assert.deepEqual(follower.events.at(-1)?.posts, []);
  assert.equal(follower.events.at(-1)?.receivers[0]?.delivered, 1);
  follower.feed.begin(history, true);
  assert.equal(follower.events.at(-1)?.posts[0]?.alerts[0]?.entry.id, 'b');
  // Nobody is told: nothing is kept.
  const { feed, events } = newFeed([]);
  feed.begin(history, true);
  feed.attend(update);
  assert.equal(events.length, 0);
});

test('others are told from now on, in a history that comes after too; a process that follows posts nothing for it', () => {
  const [file, memory] = [new History(':memory:'), new History(':memory:')];
  const follower = newFeed([]);
  follower.feed.begin(file, false);
  const { feed, events, key, deliver } = newFeed([]);
  feed.begin(file, true);
  const standing = { entries: [entry('a'), entry('b')], complete: true };
  feed.attend(standing);
  feed.setReceivers([RULE]);
  deliver();
  assert.equal(events.at(-1)?.posts[0]?.alerts[0]?.entry.id, 'b');
  follower.feed.setReceivers([RULE]);
  assert.deepEqual(follower.events.at(-1)?.posts, []);
  assert.equal(follower.events.at(-1)?.receivers[0]?.delivered, 1);

  const under = key();
  feed.setReceivers([
    { ...RULE, limitPerMinute: 5 },
    { ...RULE, name: 'later' },
  ]);
  assert.equal(key(), under, 'the post under way is given out again');
  feed.begin(memory, true, file);
  assert.deepEqual(
    events.at(-1)?.posts.map(({ receiver }) => receiver),
    ['ops', 'later'],
  );
  feed.setReceivers([]);
  assert.deepEqual(events.at(-1), { type: 'alerts', posts: [], receivers: [] });
});
