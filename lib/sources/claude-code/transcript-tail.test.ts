import assert from 'node:assert/strict';
import { appendFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, test } from 'node:test';
import { ClaudeTestFolder } from '../../../test/support/claude-folder';
import { TranscriptTail } from './transcript-tail';

const PLACE = { sessionId: 'one', cwd: '/home/u/proj' };
const path = (id: string) => `projects/-home-u-proj/${id}.jsonl`;
const user = (content: string) => `${JSON.stringify({ type: 'user', message: { content } })}\n`;
let folder: ClaudeTestFolder;
let tail: TranscriptTail;

beforeEach(() => {
  folder = new ClaudeTestFolder();
  tail = new TranscriptTail(folder.path);
});
afterEach(() => folder.remove());

const read = async (place = PLACE) =>
  (await tail.read(place)).map(({ message }) => (message as { content: string }).content);
const append = (id: string, text: string) => appendFileSync(join(folder.path, path(id)), text);

test('TranscriptTail: gives each complete line that was written since it began, once', async () => {
  folder.write(path('one'), user('before'));
  await tail.begin(PLACE);
  assert.deepEqual(await read(), []);
  const [half, rest] = [user('second').slice(0, 20), user('second').slice(20)];
  append('one', `${user('first')}{"type":"assistant"}\nno json "type":"user"\n${half}`);
  assert.deepEqual(await read(), ['first']);
  append('one', `${rest}${user('x'.repeat(300_000))}${user('third')}`);
  assert.deepEqual(
    (await read()).map((text) => text.slice(0, 6)),
    ['second', 'xxxxxx', 'third'],
  );
  assert.deepEqual(await read(), []);
});

test('TranscriptTail: a transcript that did not exist is read whole, and so is the one after /clear', async () => {
  await tail.begin(PLACE);
  assert.deepEqual(await read(), []);
  folder.write(path('one'), user('first'));
  assert.deepEqual(await read(), ['first']);
  folder.write(path('two'), user('after /clear'));
  assert.deepEqual(await read({ ...PLACE, sessionId: 'two' }), ['after /clear']);
});
