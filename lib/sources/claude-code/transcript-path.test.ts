import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { appendTo, claudeFolder, PROJECT } from '../../../test/support/transcripts';
import { findTranscript, projectSlug, subagentTranscripts, transcriptOwner } from './transcript-path';

test('projectSlug(): each UTF-16 unit outside letters and digits becomes a hyphen', () => {
  assert.equal(projectSlug('/home/u/proj'), '-home-u-proj');
  assert.equal(projectSlug('/a_b.c/ä😀'), '-a-b-c----');
});

test('findTranscript(): a long path is cut and found by the session', () => {
  const { folder, remove } = claudeFolder();
  const cwd = `/home/${'x'.repeat(300)}`;
  const slug = projectSlug(cwd).slice(0, 200);
  appendTo(join(folder, 'projects', `${slug}-abc123`, 'other.jsonl'), '');
  const path = join(folder, 'projects', `${slug}-k2m9xz`, 'one.jsonl');
  appendTo(path, '');
  assert.equal(findTranscript(folder, { sessionId: 'one', cwd }, false), path);
  assert.equal(findTranscript(folder, { sessionId: 'two', cwd }, false), null);
  remove();
});

test('findTranscript(): another folder only if asked for, and no id that is a path', () => {
  const { folder, remove } = claudeFolder();
  const path = join(folder, 'projects', '-other', 'one.jsonl');
  appendTo(path, '');
  appendTo(join(folder, 'secret.jsonl'), '');
  assert.equal(findTranscript(folder, { sessionId: 'one', cwd: '/home/u/proj' }, false), null);
  assert.equal(findTranscript(folder, { sessionId: 'one', cwd: '/home/u/proj' }, true), path);
  assert.equal(findTranscript(folder, { sessionId: 'one', cwd: null }, true), path);
  assert.equal(findTranscript(folder, { sessionId: '../../secret', cwd: '/home/u/proj' }, true), null);
  assert.equal(findTranscript(join(folder, 'missing'), { sessionId: 'one', cwd: null }, true), null);
  remove();
});

test('subagentTranscripts(), transcriptOwner(): files of subagents belong to their session', () => {
  const { projects, remove } = claudeFolder('subagent');
  const session = 'c3b7beab-aec5-48ee-aaeb-8e06d9a97805';
  const found = subagentTranscripts(join(projects, `${session}.jsonl`));
  assert.deepEqual([...found.keys()].sort(), ['a18c0a764199bf917', 'a4119d83504bbbd4a']);
  for (const [id, path] of found) assert.deepEqual(transcriptOwner(path), { sessionId: session, subagentId: id });
  assert.deepEqual(transcriptOwner(`/x/projects/${PROJECT}/one.jsonl`), { sessionId: 'one', subagentId: null });
  assert.equal(subagentTranscripts('/missing/one.jsonl').size, 0);
  remove();
});
