import assert from 'node:assert/strict';
import { appendFileSync, existsSync, mkdirSync, mkdtempSync, readdirSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { recorderTests } from '../../test/support/recorder-fixtures';
import { LOG_NAME } from '../sources/claudeswarm/message-log';
import type { RecorderOptions } from './events';
import { ownerOf } from './root-identity';

const { folder, start, stop } = recorderTests('root-identity-');

function newRoot(name: string): { root: string; say: (...texts: string[]) => void } {
  const root = join(mkdtempSync(join(folder, 'at-')), name);
  mkdirSync(root);
  const say = (...texts: string[]) =>
    appendFileSync(join(root, LOG_NAME), texts.map((content) => `${JSON.stringify({ content })}\n`).join(''));
  return { root, say };
}

/** Starts a recorder, reads the log and stops: what it shows, and what it says of its history. */
async function record(root: string, place: Pick<RecorderOptions, 'file' | 'inFolder' | 'adopt'>) {
  const watched = start({ root, ...place });
  const { recorder } = watched;
  await recorder.refresh();
  const shown = recorder.history.newestRows(100).map(({ line }) => (JSON.parse(line) as { content: string }).content);
  const { file } = recorder.history;
  const owner = ownerOf(recorder.history);
  await stop(watched);
  const { reason, state } = watched.condition.history;
  return { shown, file, owner, reason, state };
}

test('Recorder: the history of another root is refused with both names, and neither sees the messages of the other', async () => {
  const [a, b] = [newRoot('a'), newRoot('b')];
  const file = join(folder, 'one', 'history.sqlite');
  a.say('of a');
  b.say('of b');
  const first = await record(a.root, { file });
  assert.equal(first.owner?.path, a.root);
  assert.match(first.owner?.first_generation ?? '', /^\S{20,}$/);
  const refused = await record(b.root, { file });
  assert.deepEqual([refused.shown, refused.file, refused.state], [['of b'], ':memory:', 'degraded']);
  for (const name of [a.root, b.root, file, 'SWARM_HISTORY', '--adopt-history']) {
    assert.ok(refused.reason?.includes(name), `${refused.reason} names ${name}`);
  }
  a.say('of a, later');
  assert.deepEqual((await record(a.root, { file })).shown, ['of a', 'of a, later']);
});

test('Recorder: another project at the same path is another root; a folder that was copied back with its log is not', async () => {
  const { root, say } = newRoot('project');
  const file = join(folder, 'two', 'history.sqlite');
  say('one', 'two');
  await record(root, { file });
  renameSync(root, `${root}.away`);
  mkdirSync(root);
  renameSync(join(`${root}.away`, LOG_NAME), join(root, LOG_NAME));
  assert.deepEqual((await record(root, { file })).file, file, 'the same log under another inode');
  renameSync(root, `${root}.first`);
  mkdirSync(root);
  say('of the second');
  const refused = await record(root, { file });
  assert.deepEqual([refused.shown, refused.file], [['of the second'], ':memory:']);
  assert.match(refused.reason ?? '', /another project that was at/);
});

test('Recorder: in a folder of histories the other project at the same path gets a file of its own', async () => {
  const { root, say } = newRoot('project');
  const file = join(folder, 'three', 'project-1.sqlite');
  say('first');
  await record(root, { file, inFolder: true });
  renameSync(root, `${root}.first`);
  mkdirSync(root);
  say('second');
  const other = await record(root, { file, inFolder: true });
  assert.deepEqual(
    [other.shown, other.file, other.state],
    [['second'], join(folder, 'three', 'project-1-2.sqlite'), 'ok'],
  );
  say('third');
  assert.deepEqual((await record(root, { file, inFolder: true })).shown, ['second', 'third']);
});

test('Recorder: a moved project continues its history once it is adopted', async () => {
  const { root, say } = newRoot('here');
  const file = join(folder, 'four', 'history.sqlite');
  say('before');
  await record(root, { file });
  const moved = `${root}-there`;
  mkdirSync(moved);
  renameSync(join(root, LOG_NAME), join(moved, LOG_NAME));
  assert.equal((await record(moved, { file })).file, ':memory:');
  assert.deepEqual((await record(moved, { file, adopt: true })).owner?.path, moved);
  appendFileSync(join(moved, LOG_NAME), '{"content": "after"}\n');
  assert.deepEqual((await record(moved, { file })).shown, ['before', 'after']);
});

test('Recorder: in a folder of histories that of the moved project is found, and the file at its new place is kept', async () => {
  const { root, say } = newRoot('here');
  const at = (name: string) => join(folder, 'five', `${name}.sqlite`);
  say('before');
  await record(root, { file: at('here'), inFolder: true });
  const unrelated = newRoot('unrelated');
  unrelated.say('else');
  await record(unrelated.root, { file: at('unrelated'), inFolder: true });
  const moved = `${root}-there`;
  renameSync(root, moved);
  assert.equal((await record(moved, { file: at('there'), inFolder: true })).file, at('there'));
  const adopted = await record(moved, { file: at('there'), inFolder: true, adopt: true });
  assert.deepEqual([adopted.shown, adopted.file, adopted.state], [['before'], at('there'), 'ok']);
  assert.equal(existsSync(at('here')), false);
  assert.ok(readdirSync(join(folder, 'five')).some((name) => name.startsWith('there.sqlite.replaced-')));
});
