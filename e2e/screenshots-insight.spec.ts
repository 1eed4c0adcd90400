import { mkdirSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import type { AttentionAnswer } from '../lib/contract/schemas';
import { test } from './claude-swarm';
import { expect, openLive, SCREENS } from './fixtures';
import { INSIGHT_KINDS, INSIGHT_QUESTIONS, insight } from './insight-swarm';

const FOLDER = resolve('screenshots/insight');

test('insight: pictures of a swarm with known truth', async ({ page, swarm, claude, server }) => {
  insight(swarm, claude);
  await server.start();
  await openLive(page, server);
  const kinds = async () => {
    const { attention } = await server.get<AttentionAnswer>('/api/attention');
    return INSIGHT_KINDS.filter((kind) => attention.some((entry) => entry.kind === kind));
  };
  await expect.poll(kinds).toEqual([...INSIGHT_KINDS]);
  mkdirSync(FOLDER, { recursive: true });
  for (const size of SCREENS) {
    await page.setViewportSize(size);
    for (const colorScheme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme });
      // A narrow screen opens on the tab that a new visitor sees first.
      await page.reload();
      await expect(page.locator('[data-connection]')).toHaveText(/Live/);
      await page.screenshot({ path: `${FOLDER}/insight-${size.width}x${size.height}-${colorScheme}.png` });
    }
  }
  const numbered = INSIGHT_QUESTIONS.map(([question], index) => `${index + 1}. ${question}`).join('\n');
  const answered = INSIGHT_QUESTIONS.map(([question, answer], index) => `${index + 1}. ${question} ${answer}`).join(
    '\n',
  );
  writeFileSync(`${FOLDER}/questions.txt`, `${numbered}\n`);
  writeFileSync(`${FOLDER}/answers.txt`, `${answered}\n`);
  process.stdout.write(`Pictures, questions.txt and answers.txt: ${FOLDER}\n`);
});
