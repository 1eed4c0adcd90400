import type { Page } from '@playwright/test';
import { connection, expect, faults, openLive, panel, test } from './fixtures';

const setting = (page: Page) => page.getByRole('checkbox', { name: 'Calm page: show at most one update a second' });

test('calm page: set in the list of keys or by the palette, kept for the next visit, and no message is lost', async ({
  page,
  swarm,
  server,
}) => {
  swarm.register([{ id: 'agent-0' }, { id: 'agent-1' }]);
  await server.start();
  await openLive(page, server);
  await page.keyboard.press('?');
  await expect(setting(page)).not.toBeChecked();
  await setting(page).check();
  expect(await faults(page, { part: 'dialog' })).toEqual([]);
  await page.reload();
  await expect(connection(page)).toHaveText(/Live/);
  await page.keyboard.press('?');
  await expect(setting(page)).toBeChecked();
  await page.keyboard.press('Escape');

  for (let number = 1; number <= 4; number++) swarm.send({ content: `calm ${number}.` });
  const list = panel(page, 'Messages');
  await expect(list.getByText('calm 4.')).toBeVisible();
  for (let number = 1; number <= 4; number++) await expect(list.getByText(`calm ${number}.`)).toHaveCount(1);

  await page.keyboard.press('Control+k');
  await page.getByRole('combobox', { name: 'Command' }).fill('calm page off');
  await page.keyboard.press('Enter');
  await expect(page.getByRole('dialog')).toBeHidden();
  await page.keyboard.press('?');
  await expect(setting(page)).not.toBeChecked();
});
