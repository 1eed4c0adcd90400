import assert from 'node:assert/strict';
import { test } from 'node:test';
import { OutputRing } from './output-ring';

test('after(): everything since a number, in parts of bounded length', () => {
  const ring = new OutputRing();
  const numbers = ['a', 'b', 'c'].map((text) => ring.push(text));
  assert.deepEqual(numbers, [1, 2, 3]);
  assert.deepEqual(ring.after(0), { text: 'abc', seq: 3 });
  assert.deepEqual(ring.after(2), { text: 'c', seq: 3 });
  assert.equal(ring.after(3), null);
  for (let index = 0; index < 10; index += 1) ring.push('x'.repeat(40_000));
  const part = ring.after(3);
  assert.deepEqual([part?.text.length, part?.seq], [80_000, 5]);
});

test('push(): keeps no more than its bound, and says what it still reaches', () => {
  const ring = new OutputRing(1000);
  for (let index = 1; index <= 500; index += 1) ring.push(String(index).padStart(10, '0'));
  assert.deepEqual(
    [ring.reaches(500), ring.reaches(499), ring.reaches(100), ring.reaches(501)],
    [true, true, false, false],
  );
  const kept = Array.from({ length: 501 }, (_, seq) => seq).filter((seq) => ring.reaches(seq));
  assert.ok(kept.length <= 101 && kept.length > 50, String(kept.length));
  assert.ok(ring.after(kept[0] ?? 0)?.text.startsWith(String((kept[0] ?? 0) + 1).padStart(10, '0')));
});

test('clear(): the number of a new screen is one that nothing before it has', () => {
  const ring = new OutputRing();
  ring.push('a');
  const seq = ring.clear();
  assert.deepEqual([seq, ring.reaches(1), ring.reaches(seq), ring.after(seq)], [2, false, true, null]);
  assert.equal(ring.push('b'), 3);
});
