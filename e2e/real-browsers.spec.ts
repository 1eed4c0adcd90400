import type { Page } from '@playwright/test';
import { connection, expect, panel, test } from './fixtures';

test.describe('an address with credentials in it', () => {
  test.use({ settings: { DASHBOARD_USERNAME: 'ann', DASHBOARD_PASSWORD: 'secret words' } });

  test('every request of the page works', async ({ page, swarm, server }) => {
    swarm.register([{ id: 'agent-0' }, { id: 'agent-1' }]);
    for (let count = 0; count < 80; count++) swarm.send({});
    await server.start();
    const url = server.url.replace('http://', 'http://ann:secret%20words@');
    await page.goto(`${url}/?agent=agent-0`);
    expect(await page.evaluate(() => document.baseURI), 'requests by relative addresses fail here').toContain('ann');
    await expect(connection(page)).toHaveText(/Live/);
    swarm.send({ content: 'said while it is open' });
    await expect(panel(page, 'Messages')).toContainText('said while it is open');
    await page.getByRole('searchbox', { name: 'Search messages' }).fill('"message 7."');
    await expect(panel(page, 'Messages').locator('li[data-seq]')).toHaveCount(1);
    await expect(page.getByText('the server does not answer')).toHaveCount(0);
    await page.goto(`${url}/docs`);
    await expect(page.getByText('/api/agents', { exact: true })).toBeVisible({ timeout: 45_000 });
  });
});

for (const [name, offset] of [
  ['7 min ahead', 7 * 60_000],
  ['3 h behind', -3 * 3_600_000],
] as const) {
  test(`ages follow the server’s time before the stream is open, with a clock ${name}`, async ({
    page,
    swarm,
    server,
  }) => {
    swarm.register([{ id: 'agent-0' }]);
    swarm.send({ content: 'said just now' });
    await server.start();
    await setClock(page, offset);
    await page.route('**/api/stream*', () => {});
    await page.goto(server.url);
    await expect(connection(page)).toHaveText(/Connecting/);
    const row = panel(page, 'Messages').locator('li[data-seq]');
    // Only after a tick of the page's own clock is it what the age is counted from.
    await expect(row).toContainText(/[1-9]\d? s ago/);
    await expect(row).not.toContainText(/min|h ago|in \d/);
  });
}

/** Sets the browser's clock, as the page sees it, before its first script. */
async function setClock(page: Page, offset: number): Promise<void> {
  await page.addInitScript((milliseconds) => {
    const now = Date.now.bind(Date);
    Date.now = () => now() + milliseconds;
  }, offset);
}
