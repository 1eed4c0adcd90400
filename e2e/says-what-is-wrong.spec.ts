import { type ChildProcess, spawn } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import type { Page } from '@playwright/test';
import { PROJECT } from '../test/support/production-server';
import { connection, dated, expect, expectFaultless, faults, openLive, pageWidth, panel, test } from './fixtures';

const narrow = { width: 390, height: 844 };
const bar = (page: Page) => page.getByRole('status', { name: 'Connection to the server' });

test.describe('a folder without a swarm', () => {
  test('says what was looked for, and which folders nearby have a swarm', async ({ page, swarm, server }) => {
    const shop = join(swarm.root, 'shop');
    mkdirSync(shop);
    writeFileSync(join(shop, 'ACTIVE_AGENTS.json'), '');
    await server.start();
    await openLive(page, server);
    await expect(page.getByRole('heading', { name: `No swarm files in ${swarm.root}` })).toBeVisible();
    await expect(
      page.getByText(/Looked for ACTIVE_AGENTS\.json, agent_messages\.log and \.agent_locks\./),
    ).toBeVisible();
    await expect(page.getByText(`npm start -- ${shop}`, { exact: true })).toBeVisible();
    await expect(page.getByText('npm start -- --demo')).toBeVisible();
    await expect(connection(page)).toHaveText(/Live, no swarm files/);
    await expect(panel(page, 'Agents')).toHaveCount(0);
    await expectFaultless(page, async () => {});
  });

  test('shows the swarm as soon as its first file appears', async ({ page, swarm, server }) => {
    await server.start();
    await openLive(page, server);
    await expect(page.getByRole('heading', { name: /^No swarm files in/ })).toBeVisible();
    swarm.register([{ id: 'agent-0' }]);
    await expect(panel(page, 'Agents')).toContainText('agent-0');
    await expect(page.getByRole('heading', { name: /^No swarm files in/ })).toHaveCount(0);
    await expect(connection(page)).toHaveText('● Live');
  });
});

test('a lost connection is said over the whole width, ages freeze and colours fade', async ({
  page,
  swarm,
  server,
  complaints,
}) => {
  complaints.allow(/^Failed to load resource/);
  swarm.register([{ id: 'agent-0' }]);
  swarm.send({ content: 'said before' });
  await server.start();
  await openLive(page, server);
  await expect(bar(page)).toBeEmpty();
  await server.stop();
  await expect(bar(page)).toContainText(dated(/Disconnected\. Everything below is from \d\d:\d\d:\d\d/));
  expect((await bar(page).boundingBox())?.width).toBe(1440);
  const fade = (): Promise<string> =>
    page.locator('main').evaluate((main) => getComputedStyle(main, '::after').backdropFilter);
  expect(await fade()).toBe('grayscale(0.9)');
  const ages = () => page.locator('main time').allTextContents();
  const frozen = await ages();
  // Three ticks of the clock: the page's own timer is counted, since nothing arrives any more.
  await page.evaluate(
    () =>
      new Promise<void>((resolve) => {
        let ticks = 0;
        const timer = setInterval(() => {
          ticks += 1;
          if (ticks < 3) return;
          clearInterval(timer);
          resolve();
        }, 1000);
      }),
  );
  expect(await ages()).toEqual(frozen);
  await expectFaultless(page, async () => {
    await expect(bar(page)).toContainText('Disconnected');
  });
  await server.start();
  await expect(connection(page)).toHaveText(/Live/);
  await expect(bar(page)).toBeEmpty();
  expect(await fade()).toBe('none');
});

test('a notice is dismissed until it changes, also at the next visit', async ({ page, swarm, server }) => {
  swarm.register([{ id: 'agent-0' }]);
  swarm.lock('src/a.ts', 'agent-0');
  const spoil = (name: string) => writeFileSync(join(swarm.root, '.agent_locks', name), 'no JSON');
  spoil('one.lock');
  await server.start();
  await openLive(page, server);
  const notice = page
    .getByRole('list', { name: 'Problems with the data' })
    .getByRole('listitem')
    .filter({ hasText: 'skipped' });
  await expect(notice).toContainText('1 entry was skipped');
  await page.getByRole('button', { name: 'Dismiss: Locks' }).click();
  await expect(notice).toHaveCount(0);
  await expect(page.locator('#needs-you')).toBeFocused();

  await page.reload();
  await expect(connection(page)).toHaveText(/Live/);
  await expect(notice).toHaveCount(0);
  spoil('two.lock');
  await expect(notice).toContainText('2 entries were skipped');

  await page.getByRole('button', { name: 'Dismiss: Locks' }).click();
  await expect(notice).toHaveCount(0);
  await page.keyboard.press('ControlOrMeta+k');
  await page.getByRole('combobox', { name: 'Command' }).fill('dismissed');
  await page.keyboard.press('Enter');
  await expect(notice).toContainText('2 entries were skipped');
  expect(await faults(page)).toEqual([]);
});

test.describe('a simulated swarm', () => {
  test.use({ settings: { SWARM_SIMULATED: '1' } });
  let simulator: ChildProcess | undefined;
  test.afterEach(() => {
    simulator?.kill();
  });

  test('says that it is simulated, on every screen', async ({ page, swarm, server }) => {
    swarm.register([{ id: 'agent-0' }]);
    await server.start();
    await openLive(page, server);
    await expectFaultless(page, async () => {
      await expect(page.getByText('Simulated swarm. Your own: npm start -- /path')).toBeVisible();
    });
  });

  test('begins in the middle of an incident', async ({ page, swarm, server }) => {
    const words = ['--import', 'tsx', 'bin/simulate.ts', '--incident', '--root', swarm.root];
    const child = spawn(process.execPath, words, { cwd: PROJECT, stdio: ['pipe', 'pipe', 'inherit'] });
    simulator = child;
    await new Promise((resolve) => child.stdout.once('data', resolve));
    const begun = Date.now();
    await server.start();
    await openLive(page, server);
    const needsYou = page.locator('#needs-you');
    // One row for each, or one for the chain with its root first.
    await expect(needsYou).toContainText(/agent-\d+ (is dead and holds .*|\(dead, holds )ledger\.ts/);
    await expect(needsYou).toContainText(/block/);
    await expect(panel(page, 'Messages')).toContainText('CONFLICT');
    test.info().annotations.push({ type: 'seconds', description: String((Date.now() - begun) / 1000) });
  });
});

test.describe('behind a password', () => {
  const user = { username: 'ada', password: 'a long secret' };
  test.use({
    settings: { DASHBOARD_USERNAME: user.username, DASHBOARD_PASSWORD: user.password },
    httpCredentials: user,
  });

  test('the browser reads the manifest', async ({ page, swarm, server }) => {
    swarm.register([{ id: 'agent-0' }]);
    await server.start();
    await openLive(page, server);
    const client = await page.context().newCDPSession(page);
    const { errors, data } = await client.send('Page.getAppManifest');
    expect(errors).toEqual([]);
    expect(data).toContain('Claude Swarm');
  });
});

test.describe('on a phone', () => {
  test.use({ viewport: narrow });

  test('the detail of an agent opens over the part that it was opened from', async ({ page, swarm, server }) => {
    swarm.register([{ id: 'agent-0' }]);
    swarm.lock('src/a.ts', 'agent-0');
    await server.start();
    await openLive(page, server);
    const detail = page.getByRole('complementary', { name: 'agent-0' });
    const tab = (name: string) => page.getByRole('tab', { name });
    await tab('Locks').click();
    await panel(page, 'Locks').getByRole('link', { name: 'agent-0' }).click();
    await expect(detail).toBeVisible();
    await expect(tab('Locks')).toHaveAttribute('aria-selected', 'true');
    await expect(panel(page, 'Locks')).toBeHidden();
    expect(await faults(page)).toEqual([]);
    expect(await pageWidth(page)).toBe(390);
    await detail.getByRole('button', { name: 'Close' }).click();
    await expect(detail).toHaveCount(0);
    await expect(panel(page, 'Locks').getByRole('link', { name: 'agent-0' })).toBeFocused();

    await tab('Agents').click();
    await page.locator('#agent-agent-0 [data-row]').click();
    await expect(detail).toBeVisible();
    await tab('Messages').click();
    await expect(detail).toBeHidden();
    await expect(panel(page, 'Messages')).toBeVisible();
  });

  test("the swarm's name is readable in every state of the connection", async ({ page, swarm, server, complaints }) => {
    complaints.allow(/^Failed to load resource/);
    swarm.register([{ id: 'agent-0' }]);
    await server.start();
    await openLive(page, server);
    const name = page.getByRole('banner').getByText(basename(swarm.root));
    const readable = () =>
      name.evaluate((element) => {
        const line = element.closest('p')?.getBoundingClientRect();
        return element.getBoundingClientRect().right <= (line?.right ?? 0);
      });
    expect(await readable()).toBe(true);
    await server.stop();
    await expect(bar(page)).toContainText('Disconnected');
    expect(await readable()).toBe(true);
  });

  test('the page can be put on a home screen', async ({ page, swarm, server }) => {
    swarm.register([{ id: 'agent-0' }]);
    await server.start();
    await openLive(page, server);
    const link = page.locator('link[rel="manifest"]');
    await expect(link).toHaveAttribute('crossorigin', 'use-credentials');
    const client = await page.context().newCDPSession(page);
    // The browser's own reading of the manifest, under the page's policy.
    const { url, errors, data } = await client.send('Page.getAppManifest');
    expect(errors).toEqual([]);
    expect(url).toBe(`${server.url}/static/manifest.webmanifest`);
    const manifest = JSON.parse(data ?? '') as { start_url: string; icons: { src: string; sizes: string }[] };
    expect(manifest.start_url).toBe('/');
    expect(manifest.icons.map(({ sizes }) => sizes)).toContain('512x512');
    for (const { src } of manifest.icons) expect((await page.request.get(`${server.origin}${src}`)).status()).toBe(200);
    const { installabilityErrors } = await client.send('Page.getInstallabilityErrors');
    expect(installabilityErrors.map(({ errorId }) => errorId)).not.toContain('no-manifest');
  });
});
