import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { TargetClaims } from './target-claims';

const folder = mkdtempSync(join(tmpdir(), 'claims-'));
after(() => rmSync(folder, { recursive: true }));
const signal = new AbortController().signal;

test('TargetClaims: one at a time has an agent, others have others', async () => {
  const [one, other] = [new TargetClaims(folder), new TargetClaims(folder)];
  const claim = await one.claim('a');
  assert.ok(claim);
  let isTaken = false;
  const second = other.claim('a').then((found) => {
    isTaken = true;
    return found;
  });
  const different = await other.claim('b');
  assert.ok(different);
  assert.equal(isTaken, false);
  await claim.release();
  await (await second)?.release();
  await different.release();
  assert.equal(isTaken, true);
});

test('TargetClaims: the time of the last message is known to the next one', async (context) => {
  const claims = new TargetClaims(folder);
  const first = await claims.claim('c');
  await first?.spaced(3_600_000, signal);
  await first?.note();
  await first?.release();
  const second = await claims.claim('c');
  const stop = new AbortController();
  let isOver = false;
  const wait = second?.spaced(3_600_000, stop.signal).then(() => {
    isOver = true;
  });
  await new Promise((resolve) => setTimeout(resolve, 20));
  assert.equal(isOver, false);
  stop.abort();
  await wait;
  // A clock that was set back does not make it wait for an hour.
  const past = Date.now() - 7_200_000;
  context.mock.method(Date, 'now', () => past);
  await second?.spaced(3_600_000, signal);
  await second?.release();
});

test('TargetClaims: the number of files is bounded', async () => {
  const claims = new TargetClaims(folder);
  await (await claims.claim('session 1 2'))?.release();
  for (const name of readdirSync(folder)) assert.match(name, /^[0-9a-f]{3}\.claim$/);
});
