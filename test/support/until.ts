import assert from 'node:assert/strict';
import { setTimeout as delay } from 'node:timers/promises';

const RETRY_INTERVAL_MS = 20;
const DEADLINE_MS = 120_000;

/**
 * Asks again until an answer fits.
 *
 * @returns that answer
 * @throws with the last answer if none fits within two minutes
 */
export async function until<Answer>(ask: () => Promise<Answer>, fits: (answer: Answer) => boolean): Promise<Answer> {
  const deadline = performance.now() + DEADLINE_MS;
  for (let answer = await ask(); ; answer = await ask()) {
    if (fits(answer)) return answer;
    if (performance.now() > deadline)
      assert.fail(`No answer fits; the last one: ${JSON.stringify(answer)?.slice(0, 500)}`);
    await delay(RETRY_INTERVAL_MS);
  }
}
