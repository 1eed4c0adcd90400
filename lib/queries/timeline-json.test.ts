import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { formatInstant } from '../contract/instant';
import { ByteWriter } from './timeline-json';

const moment = fc.integer({ min: -62_167_219_200_000, max: 253_402_300_799_999 });
/** Most consecutive moments are in the same second, minute or day. */
const moments = fc.array(fc.oneof(moment, fc.integer({ min: -2000, max: 90_000_000 })));

test('ByteWriter.addInstant(): many instants are written like single ones, in any order', () => {
  fc.assert(
    fc.property(moments, (list) => {
      const writer = new ByteWriter();
      for (const at of [...list, -1]) writer.addInstant(at);
      assert.equal(writer.toString(), [...list, -1].map(formatInstant).join(''));
    }),
  );
});

test('ByteWriter: any number of texts and integers are written in order', () => {
  const piece = fc.oneof(fc.string({ unit: 'grapheme', maxLength: 3000 }), fc.maxSafeNat());
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 200, size: 'max' }), (pieces) => {
      const writer = new ByteWriter();
      for (const one of pieces) {
        if (typeof one === 'number') writer.addInteger(one);
        else writer.add(new TextEncoder().encode(one));
      }
      assert.equal(writer.toString(), pieces.join(''));
    }),
    { numRuns: 50 },
  );
});
