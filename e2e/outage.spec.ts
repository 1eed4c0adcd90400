import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connection, dated, expect, openLive, panel, test } from './fixtures';

test.describe('with a history', () => {
  test.use({
    // biome-ignore lint/correctness/noEmptyPattern: Playwright reads what a fixture needs from this pattern
    settings: async ({}, use) => {
      const folder = mkdtempSync(join(tmpdir(), 'swarm-history-'));
      await use({ SWARM_HISTORY: join(folder, 'history.sqlite') });
      rmSync(folder, { recursive: true, force: true });
    },
  });

  test('restart of the server: loses nothing and shows nothing twice', async ({ page, swarm, server, complaints }) => {
    complaints.allow(/^Failed to load resource/);
    swarm.send({}, {}, {});
    await server.start();
    await openLive(page, server);
    await server.stop();
    await expect(connection(page)).toHaveText(/Disconnected/);
    await expect(page.getByText(dated(/Everything below is from \d\d:\d\d:\d\d/))).toBeVisible();
    await expect(panel(page, 'Messages')).toContainText('message 3.');
    swarm.send(...Array.from({ length: 50 }, () => ({})));
    await server.start();
    await expect(connection(page)).toHaveText(/Live/);
    const rows = panel(page, 'Messages').locator('li[data-seq]');
    await expect(rows.last()).toContainText('message 53.');
    // Only rows near the view are rendered, so each part is checked while scrolling up.
    const seen = new Set<number>();
    await page.getByRole('region', { name: 'List of messages' }).hover();
    await expect
      .poll(async () => {
        const numbers = (await rows.allTextContents()).map((text) => Number(/message (\d+)\./.exec(text)?.[1]));
        expect(numbers).toEqual(numbers.map((_, index) => (numbers[0] ?? 0) + index));
        for (const number of numbers) seen.add(number);
        await page.mouse.wheel(0, -300);
        return seen.size;
      })
      .toBe(53);
    await expect(page.getByText('Messages may be missing')).toHaveCount(0);
  });
});

test('restart of the server without a history: the page reports that messages may be missing', async ({
  page,
  swarm,
  server,
  complaints,
}) => {
  complaints.allow(/^Failed to load resource/);
  swarm.send({});
  await server.start();
  await openLive(page, server);
  await expect(panel(page, 'Messages')).toContainText('message 1.');
  await server.stop();
  await expect(connection(page)).toHaveText(/Disconnected/);
  await server.start();
  await expect(
    page.getByText(dated(/Messages may be missing between \d\d:\d\d:\d\d and \d\d:\d\d:\d\d/)),
  ).toBeVisible();
  await page.getByRole('button', { name: 'Dismiss: Messages' }).click();
  await expect(page.getByText('Messages may be missing')).toHaveCount(0);
});
