import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connection, expect, openLive, panel, test } from './fixtures';

test.describe('with a history', () => {
  test.use({
    // biome-ignore lint/correctness/noEmptyPattern: Playwright reads what a fixture needs from this pattern
    settings: async ({}, use) => {
      const folder = mkdtempSync(join(tmpdir(), 'swarm-history-'));
      await use({ SWARM_HISTORY: join(folder, 'history.sqlite') });
      rmSync(folder, { recursive: true, force: true });
    },
  });

  test('a restart of the server loses nothing and shows nothing twice', async ({ page, swarm, server, complaints }) => {
    complaints.allow(/^Failed to load resource/);
    swarm.send({}, {}, {});
    await server.start();
    await openLive(page, server);
    await server.stop();
    await expect(connection(page)).toHaveText(/Reconnecting, data from \d\d:\d\d:\d\d/);
    await expect(panel(page, 'Messages')).toContainText('message 3.');
    swarm.send(...Array.from({ length: 50 }, () => ({})));
    await server.start();
    await expect(connection(page)).toHaveText(/Live/);
    const rows = panel(page, 'Messages').locator('li[data-seq]');
    await expect(rows).toHaveCount(53);
    const numbers = (await rows.allTextContents()).map((text) => Number(/message (\d+)\./.exec(text)?.[1]));
    expect(numbers).toEqual(Array.from({ length: 53 }, (_, index) => index + 1));
    await expect(page.getByText('Messages may be missing')).toHaveCount(0);
  });
});

test('without a history the page says that messages may be missing', async ({ page, swarm, server, complaints }) => {
  complaints.allow(/^Failed to load resource/);
  swarm.send({});
  await server.start();
  await openLive(page, server);
  await expect(panel(page, 'Messages')).toContainText('message 1.');
  await server.stop();
  await expect(connection(page)).toHaveText(/Reconnecting/);
  await server.start();
  await expect(page.getByText(/Messages may be missing between \d\d:\d\d:\d\d and \d\d:\d\d:\d\d/)).toBeVisible();
  await page.getByRole('button', { name: 'Dismiss' }).click();
  await expect(page.getByText('Messages may be missing')).toHaveCount(0);
});
