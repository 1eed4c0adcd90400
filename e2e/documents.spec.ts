import type { Locator, Page } from '@playwright/test';
import { busy } from './busy';
import { expect, openLive, pageWidth, test } from './fixtures';

/** A viewer is a megabyte of script that renders the whole document at once. */
const DRAWN = { timeout: 45_000 };
test.slow();
test.use({ colorScheme: 'dark' });

/** The theme applies, and the page fits a narrow screen. */
async function suits(page: Page, text: Locator): Promise<void> {
  const brightness = await text.evaluate((element) => {
    const parts = getComputedStyle(element).color.match(/\d+/g)?.map(Number) ?? [];
    return parts.slice(0, 3).reduce((sum, part) => sum + part, 0) / 3;
  });
  expect(brightness, 'light text on dark').toBeGreaterThan(128);
  expect(await pageWidth(page)).toBe(1440);
  await page.setViewportSize({ width: 390, height: 844 });
  expect(await pageWidth(page)).toBe(390);
}

test.describe('with credentials', () => {
  test.use({
    settings: { DASHBOARD_USERNAME: 'ann', DASHBOARD_PASSWORD: 'secret words' },
    httpCredentials: { username: 'ann', password: 'secret words' },
  });

  test('Swagger UI: shows the document, and requests can be tried out', async ({ page, swarm, server }) => {
    busy(swarm);
    await server.start();
    await page.goto(`${server.url}/docs`);
    await expect(page).toHaveTitle('API · Claude Swarm');
    const path = page.getByText('/api/agents', { exact: true });
    await expect(path).toBeVisible(DRAWN);
    await path.click();
    const agents = page.locator('#operations-Now-getAgents');
    await agents.getByRole('button', { name: 'Try it out' }).click();
    await agents.getByRole('button', { name: 'Execute' }).click();
    const answer = agents.locator('.live-responses-table');
    await expect(answer.locator('.response-col_status').filter({ hasText: '200' })).toBeVisible(DRAWN);
    await expect(answer).toContainText('"agent-0"');

    // A stream never ends, so its answer is not awaited.
    await page.getByText('/api/stream', { exact: true }).click();
    const stream = page.locator('#operations-Stream-followSwarm');
    await expect(stream.getByText('Last-Event-ID').first()).toBeVisible(DRAWN);
    await expect(stream.getByRole('button', { name: 'Try it out' })).toBeHidden();
    await suits(page, path);
  });
});

test('ReDoc: shows and searches the document without requests to other hosts', async ({ page, server }) => {
  await server.start();
  await page.goto(`${server.url}/redoc`);
  await expect(page).toHaveTitle('API reference · Claude Swarm');
  const heading = page.getByRole('heading', { name: 'Agents with their health' });
  await expect(heading).toBeVisible(DRAWN);
  await page.getByPlaceholder('Search').fill('deadlock');
  await expect(page.locator('[data-role="search:results"]')).toContainText('Wait relations', DRAWN);
  await suits(page, heading);
});

test('help: links to the API documents', async ({ page, server }) => {
  await server.start();
  await openLive(page, server);
  await page.keyboard.press('?');
  await expect(page.getByRole('link', { name: 'its reference' })).toHaveAttribute('href', '/redoc');
  await expect(page.getByRole('link', { name: 'try it out' })).toHaveAttribute('href', '/docs');
});
