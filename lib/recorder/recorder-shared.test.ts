import assert from 'node:assert/strict';
import { rmSync } from 'node:fs';
import { test } from 'node:test';
import { numberOf, recorderTests, until } from '../../test/support/recorder-fixtures';
import { History } from '../history/history';

const { newSwarm, start, stop } = recorderTests('recorder-shared-');

test('Recorder: of two processes one records; both give the same numbers; the other takes over', async () => {
  const { root, file, say } = newSwarm();
  const [one, two] = [start({ root, file }), start({ root, file })];
  assert.deepEqual([one.condition.history.role, two.condition.history.role], ['recorder', 'follower']);
  say(1, 2, 3);
  await one.recorder.refresh();
  await until(() => two.now.length === 3, 'the follower publishes');
  assert.deepEqual(two.now, one.now);
  await stop(one);
  await until(() => two.condition.history.role === 'recorder', 'the follower takes over');
  say(4);
  await until(() => two.now.length === 4, 'the new recorder records');
  assert.deepEqual(two.now, ['1:1', '2:2', '3:3', '4:4']);
});

test('Recorder: a follower loses nothing that is committed while it opens the history', async (context) => {
  const { root, file, say } = newSwarm();
  const one = start({ root, file });
  say(1);
  await one.recorder.refresh();
  const { newest } = History.prototype;
  const opening = context.mock.method(History.prototype, 'newest', function (this: History, limit: number) {
    const read = newest.call(this, limit);
    opening.mock.restore();
    say(2);
    void one.recorder.refresh();
    return read;
  });
  const two = start({ root, file });
  assert.equal(one.recorder.history.head(), 2, 'control: it was committed meanwhile');
  await until(() => two.now.length === 2, 'the follower has both');
  assert.deepEqual(two.now, one.now);
});

test('Recorder: a follower gets a large commit whole, without another commit after it', async () => {
  const { root, file, say } = newSwarm();
  const one = start({ root, file });
  const two = start({ root, file });
  say(...Array.from({ length: 5000 }, (_, n) => n + 1));
  await one.recorder.refresh();
  await until(() => two.events.some((event) => event.type === 'committed' && event.head === 5000), 'all have come');
});

test('Recorder: a follower learns what the recording process has dropped', async () => {
  const { root, file, say } = newSwarm();
  const retention = { days: 30, messages: 100 };
  const one = start({ root, file, retention });
  const two = start({ root, file, retention });
  say(...Array.from({ length: 3000 }, (_, n) => n + 1));
  await one.recorder.refresh();
  const pruned = () => one.recorder.history.summary(Date.now()).count === 100;
  await until(pruned, 'the recorder has pruned');
  const oldest = one.recorder.history.oldest();
  await until(() => {
    const published = two.events.findLast((event) => event.type === 'committed');
    const summary = two.events.findLast((event) => event.type === 'summary');
    return (
      published?.type === 'committed' &&
      published.oldest === oldest &&
      summary?.type === 'summary' &&
      summary.summary.count === 100
    );
  }, 'the follower knows the oldest and the figures');
});

test('Recorder: with the lock file removed by hand two may begin to record; one steps down, nothing is kept twice', async () => {
  const { root, file, say } = newSwarm();
  const one = start({ root, file });
  say(1);
  await one.recorder.refresh();
  rmSync(`${file}.lock`);
  const two = start({ root, file });
  assert.equal(two.condition.history.role, 'recorder', 'it could not know');
  for (let n = 2; n <= 6; n++) {
    say(n);
    await Promise.all([one.recorder.refresh(), two.recorder.refresh()]);
  }
  await until(() => one.condition.history.role !== two.condition.history.role, 'one has stepped down');
  await until(() => one.now.length === 6 && two.now.length === 6, 'both have published everything');
  for (const { recorder } of [one, two]) {
    assert.deepEqual(recorder.history.after(0, 20).map(numberOf), ['1:1', '2:2', '3:3', '4:4', '5:5', '6:6']);
  }
});
