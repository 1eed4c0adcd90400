import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { withMarkup } from './inline-markup';

const written = (text: string) =>
  withMarkup(text)
    .map(({ kind, text: piece }) => (kind === 'text' ? piece : `<${kind}>${piece}</${kind}>`))
    .join('');

test('withMarkup(): code in backticks and bold are shown without their marks', () => {
  assert.equal(written('run `npm test` now'), 'run <code>npm test</code> now');
  assert.equal(written('"I need `a.ts` and `b.ts`."'), '"I need <code>a.ts</code> and <code>b.ts</code>."');
  assert.equal(written('``a ` b`` and ```ts let x = 1;```'), '<code>a ` b</code> and <code>ts let x = 1;</code>');
  assert.equal(written('**done**: `` `x` ``'), '<strong>done</strong>: <code>`x`</code>');
  assert.equal(written('**[2026-02-03]** Amounts'), '<strong>[2026-02-03]</strong> Amounts');
});

test('withMarkup(): marks without a partner, and stars of patterns, stay as written', () => {
  for (const text of ['a ` b', 'it`s', '``a`', 'src/**/*.ts and lib/**/*.ts', '** a **', 'a ** b', '2**3**4/**', '']) {
    assert.equal(written(text), text);
  }
});

test('withMarkup(): code whose end was cut off is code up to the cut', () => {
  assert.equal(written('"see `src/a…"'), '"see <code>src/a…</code>"');
  assert.equal(written('`a` and `b c…'), '<code>a</code> and <code>b c…</code>');
  assert.equal(written('a ` b and more'), 'a ` b and more');
});

test('withMarkup(): for any text, only marks and the spaces beside them are left out', () => {
  fc.assert(
    fc.property(fc.string({ unit: fc.constantFrom('`', '*', ' ', 'a', '…', '"', '/'), maxLength: 60 }), (text) => {
      const kept = withMarkup(text)
        .map((piece) => piece.text)
        .join('');
      const bare = (value: string) => value.replace(/[`* ]/g, '');
      assert.equal(bare(kept), bare(text));
    }),
  );
});
