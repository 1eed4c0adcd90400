import assert from 'node:assert/strict';
import { test } from 'node:test';
import { cutOf } from './paint-screen';

const ROOM = { width: 300, height: 140 };
const CHARACTER = { advance: 0.6, lastRow: 23 };

test('cutOf(): a screen that fits is shown whole, not larger than the page writes', () => {
  assert.deepEqual(cutOf(ROOM, { columns: 40, rows: 8 }, { ...CHARACTER, lastRow: 7 }), {
    ...{ fontSize: 12, top: 0, rows: 8, columns: 40 },
  });
});

test('cutOf(): a larger screen is cut to its lower left part at a size that can be read', () => {
  const cut = cutOf(ROOM, { columns: 200, rows: 50 }, { ...CHARACTER, lastRow: 49 });
  assert.deepEqual(cut, { fontSize: 7, top: 34, rows: 16, columns: 72 });
});

test('cutOf(): empty rows at the end do not hide the text above them', () => {
  assert.equal(cutOf(ROOM, { columns: 200, rows: 50 }, { ...CHARACTER, lastRow: 20 }).top, 5);
  assert.equal(cutOf(ROOM, { columns: 200, rows: 50 }, { ...CHARACTER, lastRow: 3 }).top, 0);
});
