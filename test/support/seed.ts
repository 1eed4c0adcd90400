/**
 * Loaded before every unit test: random cases are the same ones in every run, so that a failure is one of the change at
 * hand. Other ones are tried with another number: `SEED=2 npm run test:unit`.
 */
import fc from 'fast-check';

fc.configureGlobal({ seed: Number(process.env.SEED ?? 1) });
