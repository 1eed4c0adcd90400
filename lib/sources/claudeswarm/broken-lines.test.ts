import assert from 'node:assert/strict';
import { appendFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { LOG_NAME, type LogCheckpoint, MessageLog } from './message-log';

const folder = mkdtempSync(join(tmpdir(), 'broken-'));
after(() => rmSync(folder, { recursive: true, force: true }));

/** Reads as a history does. */
function follow() {
  const root = mkdtempSync(join(folder, 'root-'));
  const kept: string[] = [];
  let checkpoint: LogCheckpoint | null = null;
  const open = () =>
    new MessageLog({ root, checkpoint, recorded: ({ text }) => kept.filter((one) => one === text).length });
  let log = open();
  return {
    path: join(root, LOG_NAME),
    kept,
    refresh() {
      for (let more = true; more; ) {
        const batch = log.read();
        kept.push(...batch.lines.map(({ text }) => text));
        checkpoint = structuredClone(batch.checkpoint);
        more = batch.more;
      }
      return Object.fromEntries(Object.entries(checkpoint?.skipped ?? {}).map(([why, { count }]) => [why, count]));
    },
    restart() {
      log.close();
      log = open();
    },
  };
}

test('MessageLog: a broken line in new content of a log that was cut or replaced is counted with its reason', () => {
  const { path, kept, refresh } = follow();
  writeFileSync(path, '{"n":1}\n{"n":2}\n{"n":3}\n');
  assert.deepEqual(refresh(), {});
  writeFileSync(path, '{"n":4}\nnonsense\n');
  assert.deepEqual(refresh(), { 'invalid JSON': 1 });
  writeFileSync(path, '[]\n');
  assert.deepEqual(refresh(), { 'invalid JSON': 1, 'not a JSON object': 1 });
  assert.deepEqual(kept, ['{"n":1}', '{"n":2}', '{"n":3}', '{"n":4}']);
});

test('MessageLog: a trimmed log repeats broken lines that were counted; each is counted once, more copies are more lines', () => {
  const { path, refresh, restart } = follow();
  writeFileSync(path, '{"n":1}\nnonsense\n{"n":2}\nnonsense\n');
  assert.deepEqual(refresh(), { 'invalid JSON': 2 });
  writeFileSync(path, 'nonsense\n{"n":2}\nnonsense\n');
  assert.deepEqual(refresh(), { 'invalid JSON': 2 });
  restart();
  writeFileSync(path, 'nonsense\nnonsense\nnonsense\n');
  assert.deepEqual(refresh(), { 'invalid JSON': 3 });
  appendFileSync(path, 'other nonsense\n');
  assert.deepEqual(refresh(), { 'invalid JSON': 4 });
});

test('MessageLog: a line that is cut off while it is written is counted, unless the new content has it whole', () => {
  for (const [content, counted, lines] of [
    ['{"n":9}\n', 1, ['{"n":1}', '{"n":9}']],
    ['{"n":9}\n{"n":2, "text": "whole"}\n', undefined, ['{"n":1}', '{"n":9}', '{"n":2, "text": "whole"}']],
  ] as const) {
    const { path, kept, refresh } = follow();
    writeFileSync(path, '{"n":1}\n{"n":2, "text": "wh');
    assert.deepEqual(refresh(), {});
    writeFileSync(path, content);
    assert.equal(refresh()['unfinished last line'], counted);
    refresh();
    assert.deepEqual(kept, lines);
  }
});

test('MessageLog: a complete line without its line feed that is cut off before it settled is kept, once', () => {
  for (const content of ['', '{"n":9}\n', '{"n":2}\n', '{"n":2}']) {
    const { path, kept, refresh } = follow();
    writeFileSync(path, '{"n":1}\n{"n":2}');
    const before = refresh();
    assert.deepEqual([before, kept], [{}, ['{"n":1}']], 'it may go on');
    writeFileSync(path, content);
    refresh();
    assert.deepEqual(kept, ['{"n":1}', '{"n":2}', ...(content.includes('9') ? ['{"n":9}'] : [])]);
  }
});
