import type { Page } from '@playwright/test';
import { formatInstant } from '../lib/contract/instant';
import type { PastState } from '../lib/contract/past-schemas';
import type { ProductionServer } from '../test/support/production-server';
import { busy } from './busy';
import { test } from './claude-swarm';
import { connection, expect, openLive } from './fixtures';
import { insight } from './insight-swarm';

const SIZES = [
  { width: 1440, height: 900 },
  { width: 390, height: 844 },
];

/** Takes screenshots of the current page in both sizes and themes. */
async function pictures(page: Page, name: string): Promise<void> {
  for (const size of SIZES) {
    await page.setViewportSize(size);
    for (const colorScheme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme });
      await page.screenshot({ path: `screenshots/${name}-${size.width}-${colorScheme}.png` });
    }
  }
}

async function open(page: Page, server: ProductionServer): Promise<void> {
  await server.start();
  await openLive(page, server);
}

test('empty', async ({ page, server }) => {
  await open(page, server);
  await pictures(page, 'empty');
});

test('busy: each part of the page', async ({ page, swarm, server }) => {
  busy(swarm);
  await open(page, server);
  for (const [key, part] of [
    ['1', 'agents'],
    ['2', 'messages'],
    ['3', 'locks'],
    ['4', 'needs-you'],
  ] as const) {
    await page.keyboard.press(key);
    await pictures(page, `busy-${part}`);
  }
});

test('agent detail', async ({ page, swarm, server }) => {
  busy(swarm);
  await server.start();
  await page.goto(`${server.url}/?agent=agent-4`);
  await expect(connection(page)).toHaveText(/Live/);
  await expect(page.getByRole('complementary')).toContainText('agent-4');
  await pictures(page, 'agent-detail');
});

test('help and palette', async ({ page, swarm, server }) => {
  busy(swarm);
  await open(page, server);
  await page.keyboard.press('?');
  await expect(page.getByRole('dialog')).toBeVisible();
  await pictures(page, 'help');
  await page.keyboard.press('Escape');
  await expect(page.getByRole('dialog')).toBeHidden();
  await page.keyboard.press('Control+k');
  await expect(page.getByRole('dialog').getByRole('option').first()).toBeVisible();
  await pictures(page, 'palette');
});

test('collapsed panels', async ({ page, swarm, server }) => {
  busy(swarm);
  await open(page, server);
  await page.getByRole('button', { name: 'Collapse locks' }).click();
  await page.getByRole('button', { name: 'Collapse agents' }).click();
  await pictures(page, 'collapsed');
});

test('broken registry', async ({ page, swarm, server }) => {
  busy(swarm);
  await open(page, server);
  swarm.writeRegistry('{"agents": [');
  await expect(page.getByText('Can’t be read')).toBeVisible();
  await pictures(page, 'broken-registry');
});

test('disconnected', async ({ page, swarm, server, complaints }) => {
  complaints.allow(/^Failed to load resource/);
  busy(swarm);
  await open(page, server);
  await server.stop();
  await expect(connection(page)).toHaveText(/Disconnected/);
  await pictures(page, 'disconnected');
});

test.describe('without a project', () => {
  test.use({ settings: { CLAUDESWARM_ROOT: '' } });

  test('first steps', async ({ page, server }) => {
    await server.start();
    await page.goto(server.url);
    await pictures(page, 'first-steps');
  });
});

test('timeline', async ({ page, swarm, claude, server }) => {
  insight(swarm, claude);
  await server.start();
  await page.goto(`${server.url}/?view=timeline&span=1h`);
  await expect(page.locator('[data-loaded="true"]')).toBeVisible();
  await pictures(page, 'timeline');
  await page.setViewportSize({ width: 1440, height: 900 });
  const box = await page.locator('[data-timeline-overlay]').boundingBox();
  await page.mouse.click((box?.x ?? 0) + 500, (box?.y ?? 0) + 40);
  await expect(page.getByRole('button', { name: /^View this moment/ })).toBeVisible();
  await pictures(page, 'timeline-selected');
  await page.setViewportSize({ width: 1440, height: 900 });
  await page.emulateMedia({ forcedColors: 'active' });
  await page.screenshot({ path: 'screenshots/timeline-forced-colours.png' });
});

test('past: the page as it was', async ({ page, swarm, server }) => {
  busy(swarm);
  await open(page, server);
  const state = await server.get<PastState>(`/api/state?at=${encodeURIComponent(formatInstant(Date.now()))}`);
  const unknown = {
    since: formatInstant(Date.now() - 240_000),
    until: formatInstant(Date.now()),
    about: 'everything',
    reason: 'No dashboard was running.',
  };
  await page.route('**/api/state?*', (route) =>
    route.fulfill({ json: { ...state, known_since: formatInstant(Date.now() - 10_800_000), unknown: [unknown] } }),
  );
  await page.keyboard.press('p');
  await expect(page.locator('.page[data-past]')).toBeVisible();
  await expect(page.getByRole('region', { name: 'Time', exact: true })).toContainText('Not recorded');
  await pictures(page, 'past');
});
