import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, statSync, symlinkSync, unlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, beforeEach, test } from 'node:test';
import fc from 'fast-check';
import { SettledFile } from './settled-file';

const folder = mkdtempSync(join(tmpdir(), 'settled-'));
after(() => rmSync(folder, { recursive: true, force: true }));

const path = join(folder, 'file.json');
beforeEach(() => rmSync(path, { force: true, recursive: true }));

const LIMIT = 4096;

function parse(bytes: Buffer): { content: string } | { fault: string } {
  try {
    return { content: JSON.stringify(JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes))) };
  } catch {
    return { fault: 'is no JSON' };
  }
}

/** A file that was changed at this very moment, however long the test takes. */
const justChanged = () => Number(statSync(path, { bigint: true }).ctimeNs) / 1e6;
/** A file that was changed long ago. */
const longAgo = () => Date.now() + 60_000;

function fileWith(options: ConstructorParameters<typeof SettledFile>[3]) {
  return new SettledFile(path, LIMIT, parse, { now: longAgo, wait: async () => undefined, ...options });
}

/** What a file contains while its writer replaces one content with another in place. */
function steps(old: Buffer, next: Buffer, copied: readonly number[]): { bytes: Buffer; isCopying: boolean }[] {
  const mixed = [...copied]
    .sort((a, b) => a - b)
    .map((share) => Math.floor(share * next.length))
    .map((at) => ({ bytes: Buffer.concat([next.subarray(0, at), old.subarray(at)]), isCopying: true }))
    .filter(({ bytes }, index, all) => !all[index - 1]?.bytes.equals(bytes));
  const written = { bytes: Buffer.concat([next, old.subarray(next.length)]), isCopying: false };
  return [{ bytes: old, isCopying: false }, ...mixed, written, { bytes: next, isCopying: false }];
}

const state = fc.record({
  pid: fc.constant(7),
  name: fc.string({ unit: 'grapheme', maxLength: 12 }),
  status: fc.constantFrom('idle', 'busy', 'waiting', 'shell'),
  updatedAt: fc.integer({ min: 1_795_918_000_000, max: 1_795_919_000_000 }),
});
const content = state.map((value) => Buffer.from(JSON.stringify(value)));
/** An empty file: what there is before the first write. */
const oldContent = fc.oneof(content, content, fc.constant(Buffer.alloc(0)));

test('refresh(): no mixture of two contents, nor a part of one, is ever taken for a state', async () => {
  const share = fc.double({ min: 0, max: 1, noNaN: true });
  const property = fc.asyncProperty(
    oldContent,
    content,
    fc.array(share, { minLength: 1, maxLength: 4 }),
    fc.infiniteStream(fc.nat(2)),
    async (old, next, copied, pace) => {
      const writer = steps(old, next, copied);
      let at = 0;
      const put = () => writeFileSync(path, writer[at]?.bytes ?? next);
      // No content is the same at two readings while it is being copied; the writer may stop at any other moment.
      const advance = async () => {
        at += Math.max(pace.next().value ?? 0, writer[at]?.isCopying ? 1 : 0);
        put();
      };
      put();
      const file = fileWith({ now: justChanged, wait: advance });
      const allowed = new Set([null, ...[old, next].map((bytes) => (bytes.length === 0 ? null : bytes.toString()))]);
      while (at < writer.length) {
        await file.refresh();
        assert.ok(allowed.has(file.content), `was never a state: ${file.content}`);
        await advance();
      }
      at = writer.length;
      put();
      await file.refresh();
      assert.deepEqual([file.content, file.fault], [next.toString(), null]);
    },
  );
  await fc.assert(property, { numRuns: 300 });
});

test('refresh(): a content with the end of the former one keeps the last good content, and counts as a fault if it stays', async () => {
  writeFileSync(path, '{"a":1}');
  const waited: number[] = [];
  const file = fileWith({ now: justChanged, wait: async (ms) => waited.push(ms) });
  assert.equal(await file.refresh(), 'changed');
  assert.deepEqual(waited, [4]);
  writeFileSync(path, '{"a":2}21,"b":3}');
  assert.equal(await file.refresh(), 'changed');
  assert.deepEqual([file.content, file.fault], ['{"a":1}', 'is no JSON']);
  assert.deepEqual(waited, [4, 4, 20, 50], 'a bounded number of readings');
  writeFileSync(path, '{"a":2}');
  assert.equal(await file.refresh(), 'changed');
  assert.deepEqual([file.content, file.fault], ['{"a":2}', null]);
});

test('refresh(): the former content after a fault is good again', async () => {
  writeFileSync(path, '{"a":1}');
  const file = fileWith({});
  await file.refresh();
  writeFileSync(path, '');
  await file.refresh();
  assert.equal(file.fault, 'is no JSON');
  writeFileSync(path, '{"a":1}');
  assert.equal(await file.refresh(), 'changed');
  assert.equal(file.fault, null);
});

test('refresh(): an unchanged file is not read again, and a file that changed long ago is read once', async () => {
  writeFileSync(path, '{"a":1}');
  let parsed = 0;
  const counting = (bytes: Buffer) => {
    parsed += 1;
    return parse(bytes);
  };
  const file = new SettledFile(path, LIMIT, counting, { now: longAgo, wait: () => assert.fail('waited') });
  assert.deepEqual([await file.refresh(), await file.refresh(), await file.refresh()], ['changed', 'same', 'same']);
  assert.equal(parsed, 1);
});

test('refresh(): a broken file that does not change is not waited for again', async () => {
  writeFileSync(path, '{');
  let waits = 0;
  const wait = async () => {
    waits += 1;
  };
  const file = fileWith({ wait });
  await file.refresh();
  assert.equal(waits, 3);
  assert.equal(await file.refresh(), 'same');
  assert.equal(waits, 3);
});

test('refresh(): a clock that was set changes nothing', async () => {
  let now = Date.now();
  const file = fileWith({ now: () => now });
  for (const [round, jump] of [0, -86_400_000, 86_400_000, -1, 1].entries()) {
    now += jump;
    writeFileSync(path, `{"a":${round}}`);
    await file.refresh();
    assert.equal(file.content, `{"a":${round}}`);
  }
});

test('refresh(): a content that changes at every reading waits for the next refresh', async () => {
  let round = 0;
  const change = async () => writeFileSync(path, `{"a":${++round}}`);
  await change();
  const file = fileWith({ now: justChanged, wait: change });
  assert.equal(await file.refresh(), 'same');
  assert.deepEqual([file.content, file.fault], [null, null]);
});

test('refresh(): a link, a folder, a pipe and a large file are faults, and a file that is gone is gone', async () => {
  const faultOf = async () => {
    const file = fileWith({});
    await file.refresh();
    rmSync(path, { recursive: true });
    return [file.content, file.fault];
  };
  const target = join(folder, 'target.json');
  writeFileSync(target, '{}');
  symlinkSync(target, path);
  assert.deepEqual(await faultOf(), [null, 'is a symbolic link, not a file']);
  execFileSync('mkfifo', [path]);
  assert.deepEqual(await faultOf(), [null, 'is a pipe, not a file']);
  writeFileSync(path, ' '.repeat(LIMIT + 1));
  assert.deepEqual(await faultOf(), [null, `is larger than ${LIMIT} bytes`]);
  writeFileSync(path, '{}');
  const file = fileWith({});
  await file.refresh();
  unlinkSync(path);
  assert.equal(await file.refresh(), 'gone');
});
