import { readFileSync } from 'node:fs';
import type { Page } from '@playwright/test';
import { ProductionServer } from '../test/support/production-server';
import { connection, expect, faults, openLive, pageWidth, panel, test } from './fixtures';

const bar = (page: Page) => page.getByRole('region', { name: 'Time', exact: true });

test('export: the dialog saves a time range, and opening it shows the same data, read-only', async ({
  page,
  swarm,
  server,
  browser,
}) => {
  swarm.register([{ id: 'agent-0' }]);
  swarm.lock('src/a.ts', 'agent-0', 'why it is locked');
  swarm.send({ content: 'Said in time.' });
  await server.start();
  await openLive(page, server);
  await expect(panel(page, 'Locks')).toContainText('src/a.ts');
  await page.keyboard.press('Control+k');
  await expect(page.getByRole('combobox', { name: 'Command' })).toBeFocused();
  await page.keyboard.type('export this');
  await page.keyboard.press('Enter');
  const dialog = page.getByRole('dialog', { name: 'Export this time range' });
  await expect(dialog).toBeVisible();
  expect(await faults(page)).toEqual([]);
  await dialog.getByRole('button', { name: '15 min' }).click();
  // The current second has not ended.
  const until = await page.evaluate(() => {
    const soon = new Date(Date.now() + 2000);
    return new Date(soon.getTime() - soon.getTimezoneOffset() * 60_000).toISOString().slice(0, 19);
  });
  const zone = new Date().getTimezoneOffset() * 60_000;
  await dialog.getByLabel('Until').fill(until);
  const saved = page.waitForEvent('download');
  await dialog.getByRole('button', { name: 'Save the file' }).click();
  const download = await saved;
  expect(download.suggestedFilename()).toMatch(/^swarm-swarm-e2e-.*\.json$/);
  const file = await download.path();
  expect(readFileSync(file, 'utf8')).toContain('Said in time.');

  const recorded = await ProductionServer.started({ SWARM_BUNDLE: file });
  const context = await browser.newContext();
  const other = await context.newPage();
  const complaints: string[] = [];
  other.on('console', (message) => /error|warning/.test(message.type()) && complaints.push(message.text()));
  other.on('pageerror', (error) => complaints.push(error.message));
  try {
    await other.goto(recorded.url);
    await expect(connection(other)).toHaveText(/Connected/);
    await expect(other.locator('.page[data-past]')).toBeVisible();
    await expect(bar(other)).toContainText(
      /Exported time range: .* – .*, opened from a file\. Read-only: nothing here is live\./,
    );
    await expect(bar(other).getByRole('link', { name: 'Back to live' })).toHaveCount(0);
    await expect(panel(other, 'Agents')).toContainText('agent-0');
    await expect(panel(other, 'Locks')).toContainText('why it is locked');
    await expect(panel(other, 'Messages')).toContainText('Said in time.');
    expect(await faults(other)).toEqual([]);
    await other.setViewportSize({ width: 390, height: 844 });
    expect(await pageWidth(other)).toBe(390);
    const [words, slider] = [bar(other).getByText('Recorded', { exact: true }), other.getByRole('slider')];
    const [above, below] = await Promise.all([words.boundingBox(), slider.boundingBox()]);
    expect(below?.y).toBeGreaterThanOrEqual((above?.y ?? 0) + (above?.height ?? 0));
    await other.setViewportSize({ width: 1440, height: 900 });
    for (let step = 0; step < 15; step++) await other.getByRole('slider', { name: 'Moment' }).press('PageDown');
    await expect(panel(other, 'Messages')).toContainText('No messages yet at this moment.');
    await expect(panel(other, 'Locks')).not.toContainText('src/a.ts');
    await other.keyboard.press('l');
    await expect(panel(other, 'Messages')).toContainText('Said in time.');
    // An exported time range has an end and no present: nothing after its end is shown.
    await expect.poll(() => Date.now()).toBeGreaterThan(Date.parse(`${until}Z`) + 1000 + zone);
    const asked = other.waitForRequest(/api\/timeline\?/);
    await other.keyboard.press('5');
    const shownUntil = new URL((await asked).url()).searchParams.get('until') ?? '';
    expect(Date.parse(shownUntil)).toBeLessThanOrEqual(Date.parse(`${until}Z`) + zone);
    expect(complaints).toEqual([]);
  } finally {
    await context.close();
    await recorded.stop();
  }
});

test('export: a time range that cannot be exported is refused with a reason', async ({ page, server, complaints }) => {
  complaints.allow(/status of 422/);
  await server.start();
  await openLive(page, server);
  await page.keyboard.press('Control+k');
  await expect(page.getByRole('combobox', { name: 'Command' })).toBeFocused();
  await page.keyboard.type('export this');
  await page.keyboard.press('Enter');
  const dialog = page.getByRole('dialog', { name: 'Export this time range' });
  await dialog.getByLabel('From').fill('2036-01-01T00:00:00');
  await page.route('**/api/bundle?*', (route) =>
    route.fulfill({
      status: 422,
      contentType: 'application/problem+json',
      json: { detail: 'The span holds too much. Take a shorter span.' },
    }),
  );
  await dialog.getByRole('button', { name: 'Save the file' }).click();
  await expect(dialog.getByRole('status')).toHaveText('The span holds too much. Take a shorter span.');
});
