import assert from 'node:assert/strict';
import { join } from 'node:path';
import { afterEach, test } from 'node:test';
import { sourceWorker } from '../../test/support/source-worker';
import { appendTo, CWD, claudeFolder, fixtureTranscripts } from '../../test/support/transcripts';
import type { ClaudeUsage, TranscriptFacts, TranscriptMark } from '../sources/claude-code/claude-session';
import { TranscriptsHandle, type TranscriptsHandleOptions } from './transcripts';

const SESSION = 'c3b7beab-aec5-48ee-aaeb-8e06d9a97805';

const cleanups: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

/** A handle whose answers are kept, and a way to wait until they fulfil a condition. */
function started(folder: string, options: Partial<TranscriptsHandleOptions> = {}) {
  const facts = new Map<string, TranscriptFacts>();
  const rows: ClaudeUsage[] = [];
  const marks: TranscriptMark[] = [];
  const faults: (string | null)[] = [];
  const waiting = new Set<() => void>();
  const check = () => {
    for (const one of waiting) one();
  };
  const handle = new TranscriptsHandle({
    folder,
    marks: [],
    onFacts: (list) => {
      for (const one of list) facts.set(one.sessionId, one);
      check();
    },
    onMessages: () => {},
    onUsage: (more, newMarks) => {
      rows.push(...more);
      marks.push(...newMarks);
      check();
    },
    onProgress: () => {},
    onStatus: () => {},
    onFault: (_thread, detail) => {
      faults.push(detail);
      check();
    },
    startWorker: (workerOptions) => sourceWorker(new URL('./transcripts-thread.ts', import.meta.url), workerOptions),
    ...options,
  });
  cleanups.push(() => handle.stop());
  const until = (holds: () => boolean) =>
    new Promise<void>((resolve) => {
      const one = () => {
        if (!holds()) return;
        waiting.delete(one);
        resolve();
      };
      waiting.add(one);
      one();
    });
  return { handle, facts, rows, marks, faults, until };
}

function folderWith(scenario?: string) {
  const folder = claudeFolder(scenario);
  cleanups.push(folder.remove);
  return folder;
}

test('TranscriptsHandle: the thread gives facts and usage of the followed session and its subagents', async () => {
  const { handle, facts, rows, until } = started(folderWith('subagent').folder);
  handle.follow([{ sessionId: SESSION, cwd: CWD }]);
  await until(() => rows.length === 10 && facts.get(SESSION)?.subagents.length === 2);
  assert.equal(facts.get(SESSION)?.lastAnswer?.text, 'The play is over.');
  assert.deepEqual(
    facts
      .get(SESSION)
      ?.subagents.map(({ type, description, teammate, finished }) => [type, description, teammate, finished]),
    [
      ['general-purpose', 'Look around', null, true],
      ['general-purpose', 'Look around', null, true],
    ],
  );
});

test('TranscriptsHandle: what is appended follows, and another handle continues from the marks', async () => {
  const { folder, projects } = folderWith();
  const [, bytes] = [...fixtureTranscripts('subagent')].find(([path]) => path.endsWith(`${SESSION}.jsonl`)) ?? [];
  assert.ok(bytes);
  const path = join(projects, `${SESSION}.jsonl`);
  const half = bytes.indexOf('\n', bytes.length / 2) + 100;
  appendTo(path, bytes.subarray(0, half));
  const first = started(folder);
  first.handle.follow([{ sessionId: SESSION, cwd: CWD }]);
  await first.until(() => first.rows.length > 0);
  await first.handle.stop();
  appendTo(path, bytes.subarray(half));
  const second = started(folder, { marks: first.marks });
  second.handle.follow([{ sessionId: SESSION, cwd: CWD }]);
  await second.until(() => first.rows.length + second.rows.length === 6);
  const ids = [...first.rows, ...second.rows].map(({ messageId }) => messageId);
  assert.equal(new Set(ids).size, 6);
});

test('TranscriptsHandle: no thread runs before a session is followed, and none is needed to stop', async () => {
  const { handle, faults } = started('/missing');
  handle.follow([]);
  handle.refresh();
  await handle.stop();
  handle.follow([{ sessionId: SESSION, cwd: CWD }]);
  assert.deepEqual(faults, []);
});
