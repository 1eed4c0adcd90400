import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Beat } from './beat';

test('a beat comes with the work of each second, and without it where that takes longer', () => {
  const beat = new Beat();
  let beats = 0;
  const after = (what: 'begin' | 'done') => {
    beat[what]();
    return beats;
  };
  const stop = beat.follow(() => {
    beats += 1;
  });
  assert.deepEqual([after('begin'), after('done')], [0, 1]);
  assert.deepEqual([after('begin'), after('begin'), after('begin')], [1, 2, 3], 'the work goes on');
  assert.deepEqual([after('done'), after('begin'), after('done')], [4, 4, 5]);
  stop();
  assert.deepEqual([after('begin'), after('begin'), after('done')], [5, 5, 5]);
});
