import type { Page } from '@playwright/test';
import { replaceOperatorKey } from '../lib/config/operator-key';
import type { ProductionServer } from '../test/support/production-server';
import { connection, expect, expectFaultless, openLive, pasted, test } from './fixtures';

const menu = (page: Page, name: RegExp) => page.getByRole('banner').getByRole('button', { name });
const dialog = (page: Page) => page.getByRole('dialog');
const CAN = /^You can act as operator$/;
const CANNOT = /^Read only$/;

const link = (server: ProductionServer, more = '') => `${server.url}/${more}#key=${server.operatorKey}`;
const stored = (page: Page) => page.evaluate(() => JSON.stringify({ ...localStorage }));

/** What the browser asked for and the page's address at each change, to be searched for the key. */
function watchAddresses(page: Page): string[] {
  const seen: string[] = [];
  page.on('request', (request) => seen.push(request.url(), JSON.stringify(request.headers().referer ?? '')));
  page.on('console', (message) => seen.push(message.text()));
  return seen;
}

test('operator: the key of the link is gone from the address at once, is kept, and can be forgotten in all tabs', async ({
  page,
  context,
  swarm,
  server,
  complaints,
}) => {
  swarm.register([{ id: 'agent-0' }]);
  await context.grantPermissions(['clipboard-read', 'clipboard-write']);
  await server.start();
  const key = server.operatorKey;
  const seen = watchAddresses(page);
  // The address, whenever a script of the page could see it first.
  await page.addInitScript(() => {
    const addresses: string[] = [];
    Object.assign(window, { addresses });
    document.addEventListener('readystatechange', () => addresses.push(location.href));
    for (const name of ['pushState', 'replaceState'] as const) {
      const original = history[name].bind(history);
      history[name] = (...given: Parameters<History['pushState']>) => {
        original(...given);
        addresses.push(location.href, JSON.stringify(history.state) ?? '');
      };
    }
  });
  await page.goto(link(server, '?agent=agent-0'));
  await expect(connection(page)).toHaveText(/Live/);
  await expect(menu(page, CAN)).toBeVisible();
  expect(page.url()).toBe(`${server.url}/?agent=agent-0`);
  const addresses = await page.evaluate(() => (window as unknown as { addresses: string[] }).addresses);
  expect(addresses.length).toBeGreaterThan(1);
  for (const address of [...addresses, ...seen]) expect(address).not.toContain(key);
  expect((await context.cookies()).map(({ value }) => value).join()).not.toContain(key);

  await page.keyboard.press('Control+k');
  await expect(page.getByRole('combobox', { name: 'Command' })).toBeFocused();
  await page.keyboard.type('copy the link to this view');
  await page.keyboard.press('Enter');
  expect(await pasted(page)).toBe(`${server.url}/?agent=agent-0`);
  await page.getByRole('searchbox', { name: 'Search messages' }).fill('');

  await page.reload();
  await expect(menu(page, CAN)).toBeVisible();
  const other = await context.newPage();
  complaints.listen(other, server);
  await openLive(other, server);
  await expect(menu(other, CAN)).toBeVisible();

  await menu(page, CAN).click();
  await expect(dialog(page)).toContainText('locks, messages, terminal, permissions');
  await page.getByRole('button', { name: 'Forget this key' }).click();
  await expect(page.getByRole('dialog', { name: 'Read only' })).toBeVisible();
  await expect(dialog(page)).toContainText('open the link that it printed when it started');
  await expect(menu(other, CANNOT)).toBeVisible();
  expect(await stored(page)).not.toContain(key);
  await page.reload();
  await expect(menu(page, CANNOT)).toBeVisible();
});

test('operator: the link may be opened in a page that is there already, and keeps the rest of the fragment', async ({
  page,
  swarm,
  server,
}) => {
  swarm.register([{ id: 'agent-0' }]);
  await server.start();
  await openLive(page, server);
  await expect(menu(page, CANNOT)).toBeVisible();
  const loaded = await page.evaluate(() => performance.timeOrigin);
  await page.goto(`${link(server)}&more=1`);
  await expect(menu(page, CAN)).toBeVisible();
  expect(page.url()).toBe(`${server.url}/#more=1`);
  expect(await page.evaluate(() => performance.timeOrigin)).toBe(loaded);
  await page.goto(`${server.url}/#key=damaged`);
  await expect.poll(() => page.url()).toBe(`${server.url}/`);
  await expect(menu(page, CAN)).toBeVisible();
});

test('operator: the key can be pasted, by keyboard alone; a wrong one is said, and a new one replaces it', async ({
  page,
  swarm,
  server,
}) => {
  swarm.register([{ id: 'agent-0' }]);
  await server.start();
  await openLive(page, server);
  await menu(page, CANNOT).focus();
  await page.keyboard.press('Enter');
  const field = page.getByLabel('Operator key, or the link with it');
  await field.fill('nothing');
  await page.keyboard.press('Enter');
  await expect(dialog(page).getByRole('alert')).toContainText('This text has no operator key');
  await field.fill('w'.repeat(43));
  await page.keyboard.press('Enter');
  await expect(dialog(page)).toContainText('is not the one of this dashboard');
  await expect(dialog(page)).toContainText('which has no effect now');
  await field.fill(link(server));
  await page.keyboard.press('Enter');
  await expect(page.getByRole('dialog', { name: 'You can act as operator' })).toBeVisible();
  await page.keyboard.press('Escape');
  await expect(menu(page, CAN)).toBeFocused();
});

test('operator: after a restart with another key the page says that it can only read', async ({
  page,
  swarm,
  server,
  complaints,
}) => {
  swarm.register([{ id: 'agent-0' }]);
  await server.start();
  await page.goto(link(server));
  await expect(menu(page, CAN)).toBeVisible();
  // While the server is gone, and until the new one has read the swarm.
  complaints.allow(/ERR_|status of 503/);
  await server.stop();
  await expect(connection(page)).toHaveText(/Disconnected/);
  await expect(menu(page, CAN)).toBeVisible();
  replaceOperatorKey(server.operatorKeyFile);
  await server.start();
  await expect(menu(page, CANNOT)).toBeVisible({ timeout: 60_000 });
});

test('operator: what explains it has no fault in both themes, on a wide and a narrow screen', async ({
  page,
  swarm,
  server,
}) => {
  swarm.register([{ id: 'agent-0' }]);
  await server.start();
  await openLive(page, server);
  await expectFaultless(page, async () => {
    if (!(await dialog(page).isVisible())) await menu(page, CANNOT).click();
    await expect(dialog(page)).toBeVisible();
  });
  await page.goto(link(server));
  await expect(page.getByRole('banner').getByRole('button', { name: CAN })).toBeVisible();
});

test.describe('with commands switched off', () => {
  test.use({ settings: { ACTIONS: 'off' } });

  test('operator: the page says that nobody can act, and why', async ({ page, swarm, server }) => {
    swarm.register([{ id: 'agent-0' }]);
    await server.start();
    await openLive(page, server);
    await menu(page, CANNOT).click();
    await expect(dialog(page)).toContainText('restart the dashboard without --read-only');
    await expect(dialog(page).getByRole('textbox')).toHaveCount(0);
    await expect(dialog(page).getByLabel('Operator key')).toHaveCount(0);
  });
});

test.describe('with credentials', () => {
  test.use({
    settings: { DASHBOARD_USERNAME: 'anna', DASHBOARD_PASSWORD: 'secret' },
    httpCredentials: { username: 'anna', password: 'secret' },
  });

  test('operator: who has signed in can act; a key left from earlier is never sent', async ({
    page,
    swarm,
    server,
  }) => {
    swarm.register([{ id: 'agent-0' }]);
    await server.start();
    const sent: string[] = [];
    page.on('request', (request) => sent.push(request.headers().authorization ?? ''));
    await page.goto(`${server.url}/#key=${'k'.repeat(43)}`);
    await expect(menu(page, /^You can act as anna$/)).toBeVisible();
    await menu(page, /^You can act as anna$/).click();
    await expect(dialog(page)).toContainText('You signed in with a user name and a password.');
    await expect(dialog(page)).toContainText('which has no effect now');
    expect(sent.join()).not.toContain('Bearer');
  });
});

test('operator: at a past moment nobody acts', async ({ page, swarm, server }) => {
  swarm.register([{ id: 'agent-0' }]);
  await server.start();
  await page.goto(link(server, `?at=${encodeURIComponent(new Date().toISOString())}`));
  await expect(menu(page, CANNOT)).toBeVisible();
  await menu(page, CANNOT).click();
  await expect(dialog(page)).toContainText('go back to live to act');
});
