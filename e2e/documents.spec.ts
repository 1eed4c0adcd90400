import { busy } from './busy';
import { expect, openLive, pageWidth, test } from './fixtures';

test.describe('with credentials', () => {
  test.use({
    settings: { DASHBOARD_USERNAME: 'ann', DASHBOARD_PASSWORD: 'secret words' },
    httpCredentials: { username: 'ann', password: 'secret words' },
  });

  test('Swagger UI shows the document, and requests can be tried out', async ({ page, swarm, server }) => {
    busy(swarm);
    await server.start();
    await page.goto(`${server.url}/docs`);
    await expect(page).toHaveTitle('API · Claude Swarm');
    await page.getByText('/api/agents', { exact: true }).click();
    const agents = page.locator('#operations-Now-getAgents');
    await agents.getByRole('button', { name: 'Try it out' }).click();
    await agents.getByRole('button', { name: 'Execute' }).click();
    const answer = agents.locator('.live-responses-table');
    await expect(answer.locator('.response-col_status').filter({ hasText: '200' })).toBeVisible();
    await expect(answer).toContainText('"agent-0"');

    // A stream never ends: there is nothing to wait for.
    await page.getByText('/api/stream', { exact: true }).click();
    const stream = page.locator('#operations-Stream-followSwarm');
    await expect(stream.getByText('Last-Event-ID').first()).toBeVisible();
    await expect(stream.getByRole('button', { name: 'Try it out' })).toBeHidden();
    expect(await pageWidth(page)).toBe(1440);
  });
});

test('ReDoc shows the document, finds in it, and asks nobody else', async ({ page, server }) => {
  await server.start();
  await page.goto(`${server.url}/redoc`);
  await expect(page).toHaveTitle('API reference · Claude Swarm');
  await expect(page.getByRole('heading', { name: 'Agents with their health' })).toBeVisible();
  await page.getByPlaceholder('Search').fill('deadlock');
  await expect(page.locator('[data-role="search:results"]')).toContainText('Who waits for whom');
});

test('both follow the theme, and a narrow screen holds them', async ({ page, server }) => {
  await server.start();
  await page.setViewportSize({ width: 390, height: 844 });
  await page.emulateMedia({ colorScheme: 'dark' });
  for (const [path, sign] of [
    ['docs', page.getByText('/api/agents', { exact: true })],
    ['redoc', page.getByRole('heading', { name: 'Agents with their health' })],
  ] as const) {
    await page.goto(`${server.url}/${path}`);
    await expect(sign).toBeVisible();
    expect(await pageWidth(page)).toBe(390);
    const light = await sign.evaluate((element) => {
      const [red = 0, green = 0, blue = 0] = getComputedStyle(element).color.match(/\d+/g)?.map(Number) ?? [];
      return red + green + blue > 3 * 128;
    });
    expect(light, `${path}: the text is light on dark`).toBe(true);
  }
});

test('the help leads to them', async ({ page, server }) => {
  await server.start();
  await openLive(page, server);
  await page.keyboard.press('?');
  await page.getByRole('link', { name: 'try it out' }).click();
  await expect(page).toHaveTitle('API · Claude Swarm');
});
