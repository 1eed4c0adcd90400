import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import type { Page } from '@playwright/test';
import { formatInstant } from '../lib/contract/instant';
import { PROJECT } from '../test/support/production-server';
import { connection, expect, openLive, panel, test } from './fixtures';

const SETTINGS = { BASE_PATH: '/team/swarm', BUILD_FOLDER: '.next-base' };
const MINUTES = 60_000;

test.use({ settings: SETTINGS });

/** Starts the launcher, which creates a missing build, and returns the printed address. */
async function addressOfLauncher(): Promise<string> {
  const { PATH = '', HOME = '' } = process.env;
  const words = [join(PROJECT, 'bin/claude-swarm-dashboard.mjs'), '--demo', '--no-browser', '--port', '0'];
  const env = { PATH, HOME, ...SETTINGS } as unknown as NodeJS.ProcessEnv;
  const child = spawn(process.execPath, words, { env, stdio: ['ignore', 'pipe', 'inherit'] });
  const ended = once(child, 'exit');
  let output = '';
  for await (const chunk of child.stdout) {
    output += chunk;
    if (/The dashboard is at .*\n/.test(output)) break;
  }
  child.kill();
  await ended;
  return /The dashboard is at (\S+)\. /.exec(output)?.[1] ?? output;
}

const address = (page: Page) => new URL(page.url());

test('base path: everything works under a sub-path, without requests outside of it', async ({
  page,
  swarm,
  server,
  context,
  complaints,
}) => {
  // This test creates a second build.
  test.setTimeout(10 * MINUTES);
  expect(await addressOfLauncher()).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/team\/swarm$/);

  swarm.register([{ id: 'agent-0' }]);
  swarm.lock('src/then.ts', 'agent-0');
  swarm.send({ content: 'Said before the page was opened.' });
  await server.start();
  const foreign: string[] = [];
  context.on('request', (request) => {
    const { pathname, protocol } = new URL(request.url());
    // Resources that a page creates itself, such as ReDoc's worker (blob:), are not requests.
    if (protocol === 'http:' && !`${pathname}/`.startsWith(`${SETTINGS.BASE_PATH}/`)) foreign.push(pathname);
  });

  await openLive(page, server);
  swarm.send({ content: 'Said live.' });
  await expect(panel(page, 'Messages')).toContainText('Said live.');
  await expect(panel(page, 'Locks')).toContainText('src/then.ts');
  expect((await page.request.get(await icon(page))).status()).toBe(200);
  const link = await page.locator('link[rel=manifest]').getAttribute('href');
  const manifest = await (await page.request.get(`${server.origin}${link}`)).json();
  expect([manifest.start_url, manifest.scope]).toEqual([SETTINGS.BASE_PATH, SETTINGS.BASE_PATH]);
  for (const { src } of manifest.icons) {
    expect((await page.request.get(`${server.origin}${src}`)).status(), src).toBe(200);
  }
  await page.keyboard.press('t');
  const cookies = await context.cookies();
  expect(cookies.map(({ name, path }) => `${name} ${path}`)).toEqual([`swarm_theme ${SETTINGS.BASE_PATH}`]);

  await page.goto(`${server.url}#key=${server.operatorKey}`);
  await expect(page.getByRole('button', { name: 'You can act as operator' })).toBeVisible();
  expect(page.url()).toBe(server.url);

  await page.getByRole('searchbox', { name: 'Search messages' }).fill('before ');
  await expect(panel(page, 'Messages')).not.toContainText('Said live.');
  await expect(panel(page, 'Messages')).toContainText('Said before the page was opened.');
  expect(address(page).pathname).toBe(SETTINGS.BASE_PATH);
  await page.reload();
  await expect(connection(page)).toHaveText(/Live/);
  await expect(panel(page, 'Messages')).not.toContainText('Said live.');

  for (const view of ['timeline', 'talk', 'waits', 'usage']) {
    const asked = page.waitForResponse(/\/api\/(timeline|talk|waiting|usage)/);
    await page.goto(`${server.url}?view=${view}`);
    expect((await asked).status(), view).toBe(200);
  }

  const at = formatInstant(Date.now());
  swarm.release('src/then.ts', 'agent-0');
  await expect(panel(page, 'Locks')).not.toContainText('src/then.ts');
  await page.goto(`${server.url}?at=${encodeURIComponent(at)}`);
  await expect(panel(page, 'Locks')).toContainText('src/then.ts');
  await page.getByRole('link', { name: 'Back to live' }).click();
  await expect(panel(page, 'Locks')).not.toContainText('src/then.ts');
  expect(address(page).pathname).toBe(SETTINGS.BASE_PATH);

  await page.keyboard.press('Control+k');
  await expect(page.getByRole('combobox', { name: 'Command' })).toBeFocused();
  await page.keyboard.type('export this');
  await page.keyboard.press('Enter');
  const saved = page.waitForEvent('download');
  await page.getByRole('button', { name: 'Save the file' }).click();
  expect((await saved).url()).toContain(`${server.url}/api/bundle?`);

  await page.goto(`${server.url}/docs`);
  await expect(page.getByText('/api/agents', { exact: true })).toBeVisible();
  await page.goto(`${server.url}/redoc`);
  await expect(page.getByRole('heading', { name: 'Agents with their health' })).toBeVisible();

  complaints.allow(/404/);
  await page.goto(`${server.url}/nothing`);
  await page.getByRole('link', { name: 'the swarm' }).click();
  await expect(connection(page)).toHaveText(/Live/);
  expect(foreign).toEqual([]);
});

/** The address of the icon in the browser's tab. */
async function icon(page: Page): Promise<string> {
  return page.locator('link[rel=icon]').evaluate((link: HTMLLinkElement) => link.href);
}
