import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { GitChange, GitFolder } from '@/lib/contract/git-schemas';
import type { WorkState } from '@/lib/contract/work-schemas';
import {
  branchWords,
  changeWords,
  distinct,
  figureWords,
  partCount,
  partNamed,
  rateWords,
  spoken,
  successWords,
  unreadWords,
  upstreamWords,
  versionOf,
} from './work';

const unread = { more: false, oldest_at: null, read_until: null };
const state: WorkState = {
  files: [{ name: 'contexts', count: 3, changed_at: null, version: 'a.1' }],
  unread: [
    { agent_id: 'agent-1', count: 2, ...unread },
    { agent_id: 'agent-2', count: 0, ...unread },
  ],
};

test('partNamed(): the part of an address; the first one for anything else', () => {
  assert.equal(partNamed('git'), 'git');
  assert.equal(partNamed(null), 'contexts');
  assert.equal(partNamed('other'), 'contexts');
});

test('partCount(): entries of files, agents with unread messages; not known of git', () => {
  assert.equal(partCount('contexts', state), 3);
  assert.equal(partCount('conflicts', state), 0);
  assert.equal(partCount('unread', state), 1);
  assert.equal(partCount('git', state), null);
});

test('versionOf(): the version of a file; null while there is none', () => {
  assert.equal(versionOf('contexts', state), 'a.1');
  assert.equal(versionOf('memory', state), null);
});

test('distinct(): what a file lists twice is shown once, in its first place', () => {
  assert.deepEqual(distinct(['b', 'a', 'b']), ['b', 'a']);
});

test('rateWords(), figureWords(): what is missing is a dash, never a zero', () => {
  assert.equal(rateWords(0.554), '55 %');
  assert.equal(rateWords(0), '0 %');
  assert.equal(rateWords(null), '–');
  assert.equal(rateWords(Number.NaN), '–');
  assert.equal(figureWords(61.504), '61.5');
  assert.equal(figureWords(null), '–');
});

test('unreadWords(): says when there are more than were counted', () => {
  assert.equal(unreadWords({ count: 1, more: false }), '1 unread message');
  assert.equal(unreadWords({ count: 100, more: true }), 'more than 100 unread messages');
});

test('changeWords(): the change of a file in one word', () => {
  const change: GitChange = { path: 'a', from: null, kind: 'changed', staged: null, unstaged: 'M', changed_at: null };
  assert.equal(changeWords(change), 'changed');
  assert.equal(changeWords({ ...change, staged: 'A' }), 'added');
  assert.equal(changeWords({ ...change, unstaged: 'D' }), 'deleted');
  assert.equal(changeWords({ ...change, kind: 'renamed', staged: 'R' }), 'renamed');
  assert.equal(changeWords({ ...change, kind: 'untracked' }), 'new');
  assert.equal(changeWords({ ...change, kind: 'unmerged' }), 'conflict');
});

test('branchWords(), upstreamWords(): what is checked out, and how it differs', () => {
  const commit = { hash: '4fc44b7c98a864dfe151', subject: '', author: '', at: null };
  assert.equal(branchWords({ branch: 'main', commit }), 'main');
  assert.equal(branchWords({ branch: null, commit }), 'no branch, at 4fc44b7c9');
  assert.equal(branchWords({ branch: null, commit: null }), 'no branch');
  const folder = { upstream: 'origin/main', ahead: 2, behind: 1 } as GitFolder;
  assert.equal(upstreamWords(folder), '2 ahead of and 1 behind origin/main');
  assert.equal(upstreamWords({ ...folder, ahead: 0, behind: 0 }), 'even with origin/main');
  assert.equal(upstreamWords({ ...folder, ahead: null }), 'compared with origin/main');
  assert.equal(upstreamWords({ ...folder, upstream: null }), null);
});

test('spoken(): leaves out what says nothing', () => {
  assert.deepEqual(spoken(['a', null, ' ', undefined, 'b']), ['a', 'b']);
});

test('successWords(): no rate where nothing ended yet, whatever the tool begins with', () => {
  assert.equal(successWords(0.5, 0, 0), '–');
  assert.equal(successWords(0.55, 1, 0), '55 %');
  assert.equal(successWords(0.4, null, null), '40 %');
});
