import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { RandomScreens, seededRandom } from '../../../test/support/random-screens';
import { newTerminal, parse } from './emulator';
import { ParseQueue } from './parse-queue';
import { findDifference } from './screen-cells';
import { type FirstScreen, ScreenModel } from './screen-model';

const SIZE = { columns: 40, rows: 10 };
const EMPTY: FirstScreen = {
  ...SIZE,
  ...{ title: '', alternate: false, earlier: [], lines: Array<string>(SIZE.rows).fill(''), cursor: { x: 0, y: 0 } },
  ...{ top: 0, modes: '', carried: null },
};

/** @returns a model with some output on it; null if the emulator failed */
function modelWith(text: string, first = EMPTY): Promise<ScreenModel | null> {
  return new Promise((resolve) => {
    const model: ScreenModel = new ScreenModel(first, new ParseQueue(), {
      onReady: () => model.write(text, () => resolve(model)),
      onFault: () => resolve(null),
    });
  });
}

test('content(): a terminal that gets it goes on like the one that it is of', async () => {
  await fc.assert(
    fc.asyncProperty(fc.nat(2 ** 31), async (seed) => {
      const screens = new RandomScreens(seededRandom(seed), SIZE);
      // The other screen is captured again when it is left or entered.
      const [before, after] = [screens.next(60), screens.next(30).replaceAll('?1049', '?1')];
      const model = await modelWith(before);
      if (model === null) return;
      const terminal = newTerminal(SIZE.columns, SIZE.rows, 1000);
      assert.ok(parse(terminal, model.content(true)));
      const there = () => {
        const { active } = terminal.buffer;
        return { place: findDifference(active, model.buffer, SIZE), x: active.cursorX, y: active.cursorY };
      };
      const here = () => ({ place: null, x: model.buffer.cursorX, y: model.buffer.cursorY });
      assert.deepEqual(there(), here());
      const isParsed = await new Promise((resolve) => {
        model.write(after, () => resolve(true));
        setTimeout(() => resolve(false), 1000).unref();
      });
      if (!isParsed || !parse(terminal, after)) return;
      assert.deepEqual(there(), here());
      model.dispose();
    }),
    { numRuns: 200 },
  );
});

test('ScreenModel: lines above the screen are kept, in colours, without filling the lines below', async () => {
  const earlier = Array.from({ length: 30 }, (_, line) => `\u001b[4${line % 8}mline ${line}`);
  const lines = EMPTY.lines.map((_, line) => `\u001b[m${line}`);
  const model = await modelWith('', { ...EMPTY, earlier, lines, cursor: { x: 1, y: 9 } });
  assert.deepEqual(model?.plainLines(), ['0', '1', '2', '3', '4', '5', '6', '7', '8', '9']);
  assert.equal(model?.buffer.baseY, 30);
  assert.equal(model?.buffer.getLine(1)?.getCell(30)?.isBgDefault(), true);
});

test('ScreenModel: the alternate screen keeps no earlier lines', async () => {
  const earlier = Array.from({ length: 5 }, (_, line) => `line ${line}`);
  const model = await modelWith('\r\n'.repeat(30), { ...EMPTY, earlier, alternate: true });
  assert.deepEqual([model?.isAlternate, model?.buffer.baseY, model?.buffer.length], [true, 0, SIZE.rows]);
});

test('ScreenModel: output on which the emulator fails ends the model, not the process', async () => {
  // Erases from the beginning to the last place of the screen.
  assert.equal(await modelWith('\u001b[10;40H\u001b[1J'), null);
});
