import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { parseStatus } from './status-text';

const parse = (...records: string[]) => parseStatus(Buffer.from(records.map((record) => `${record}\0`).join('')));
const HASHES = '45b983be36b73c0788dc9cbcb76cbb80fc7bb057 45b983be36b73c0788dc9cbcb76cbb80fc7bb057';

test('parseStatus(): the headers, with and without a branch and an upstream', () => {
  const status = parse('# branch.oid 4fc4', '# branch.head a b', '# branch.upstream origin/a', '# branch.ab +2 -1');
  assert.deepEqual([status.head, status.branch, status.upstream], ['4fc4', 'a b', 'origin/a']);
  assert.deepEqual([status.ahead, status.behind], [2, 1]);
  const bare = parse('# branch.oid (initial)', '# branch.head (detached)', '# stash 3');
  assert.deepEqual([bare.head, bare.branch, bare.upstream, bare.ahead, bare.count], [null, null, null, null, 0]);
});

test('parseStatus(): changed, renamed, unmerged and untracked files, with any characters in their paths', () => {
  const { changes, count } = parse(
    `1 .M N... 100644 100644 100644 ${HASHES} a b\nc.txt`,
    `2 RM N... 100644 100644 100644 ${HASHES} R100 new name`,
    '1 old name',
    `u UU N... 100644 100644 100644 100644 ${HASHES} 45b983be both`,
    '? folder/',
    '! ignored',
    '',
  );
  assert.deepEqual(changes, [
    { path: 'a b\nc.txt', from: null, kind: 'changed', staged: null, unstaged: 'M' },
    { path: 'new name', from: '1 old name', kind: 'renamed', staged: 'R', unstaged: 'M' },
    { path: 'both', from: null, kind: 'unmerged', staged: 'U', unstaged: 'U' },
    { path: 'folder/', from: null, kind: 'untracked', staged: null, unstaged: null },
  ]);
  assert.equal(count, 4);
});

test('parseStatus(): lists 300 changes and 100 untracked files, and counts all', () => {
  const untracked = Array.from({ length: 150 }, (_, index) => `? u${index}`);
  const changed = Array.from({ length: 250 }, (_, index) => `1 .M N... 1 1 1 ${HASHES} c${index}`);
  const { changes, count } = parse(...untracked, ...changed);
  assert.deepEqual([changes.length, count], [300, 400]);
  assert.equal(changes.filter(({ kind }) => kind === 'untracked').length, 100);
});

test('parseStatus(): any bytes are read', () => {
  fc.assert(fc.property(fc.uint8Array(), (bytes) => void parseStatus(Buffer.from(bytes))));
  fc.assert(
    fc.property(fc.array(fc.constantFrom('# ', 'branch.ab', '1 ', '2 ', 'u ', '? ', '\0', 'x', ' ', '.M')), (parts) => {
      const { changes, count } = parseStatus(Buffer.from(parts.join('')));
      assert.ok(changes.length <= count && changes.every(({ path }) => path !== ''));
    }),
  );
});
