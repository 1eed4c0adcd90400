import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readableColour } from './readable-colour';

test('readableColour(): a colour that can be read stays as it is, in both notations', () => {
  assert.equal(readableColour('#18181b', 'rgb(255, 255, 255)'), '#18181b');
  assert.equal(readableColour('rgb(255,215,0)', '#0e0e10'), 'rgb(255,215,0)');
});

test('readableColour(): gold on white is darkened, dark blue on black is lightened, as far as needed', () => {
  assert.equal(readableColour('#ffd700', '#ffffff'), 'rgb(128,108,0)');
  assert.equal(readableColour('#0000aa', '#000000'), 'rgb(128,128,213)');
});

test('readableColour(): a colour in another notation is given back', () => {
  assert.equal(readableColour('gold', '#ffffff'), 'gold');
});
