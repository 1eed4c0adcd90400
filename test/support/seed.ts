/**
 * Loaded before every unit test: random cases are the same in every run, so that a failure is caused by the change at
 * hand. Another number tries other cases: `SEED=2 npm run test:unit`.
 */
import fc from 'fast-check';

fc.configureGlobal({ seed: Number(process.env.SEED ?? 1) });
