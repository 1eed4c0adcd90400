/**
 * `npm run torture:terminals [-- --screens N --seed N]`: compares random screens with those of a real tmux, with
 * reconnects, floods, other sizes and clients that are cut off. Ends with exit code 1 at the first difference that stays.
 */
import { parseArgs } from 'node:util';
import { missingTmux } from '../test/support/fake-agents';
import { checkScreens } from '../test/support/screen-exactness';

/** With one tmux server each: after a difference, fewer screens have to be repeated. */
const SCREENS_OF_A_SEED = 500;

const { values } = parseArgs({
  options: {
    screens: { type: 'string', default: '10000' },
    seed: { type: 'string', default: String(Math.floor(Math.random() * 2 ** 31)) },
  },
});
const missing = missingTmux();
if (missing !== null) {
  console.error(missing);
  process.exit(2);
}
const begun = performance.now();
const sums = { screens: 0, sent: 0, mended: 0 };
for (let seed = Number(values.seed); sums.screens < Number(values.screens); seed += 1) {
  const count = Math.min(SCREENS_OF_A_SEED, Number(values.screens) - sums.screens);
  const { screens, sent, mended } = await checkScreens(count, seed).catch((error: unknown) => {
    console.error(error instanceof Error ? error.message : error);
    process.exit(1);
  });
  sums.screens += screens;
  sums.sent += sent;
  sums.mended += mended;
  const seconds = Math.round((performance.now() - begun) / 1000);
  console.log(`seed ${seed}: ${sums.screens} screens in ${seconds} s, ${sums.mended} of them mended by a comparison`);
}
